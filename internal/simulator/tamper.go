package simulator

// The methods in this file change things behind the clients' backs, as an
// upgrade that went wrong would. They fail only where the thing is not there.

// OverwriteObject replaces an object's bytes and leaves its headers as they
// were, the MD5 in Etag included.
func (c *Cloud) OverwriteObject(projectID, container, object string, data []byte) error {
	return c.objects.OverwriteData(projectID, container, object, data)
}

// SetObjectHeader changes metadata, Content-Type or Etag of an object; an
// empty value removes an item.
func (c *Cloud) SetObjectHeader(projectID, container, object, name, value string) error {
	return c.objects.SetObjectHeader(projectID, container, object, name, value)
}

// DeleteObject removes an object.
func (c *Cloud) DeleteObject(projectID, container, object string) error {
	return c.objects.RemoveObject(projectID, container, object)
}

// SetContainerHeader changes metadata (X-Container-Meta-…) or an access list
// (X-Container-Read, X-Container-Write) of a container; an empty value removes
// it.
func (c *Cloud) SetContainerHeader(projectID, container, name, value string) error {
	return c.objects.SetContainerHeader(projectID, container, name, value)
}

// DeleteContainer removes a container with all its objects.
func (c *Cloud) DeleteContainer(projectID, container string) error {
	return c.objects.RemoveContainer(projectID, container)
}
