package simulator

// RebootServer boots a server's guest anew without a trace in the API: it gets
// another boot id.
func (c *Cloud) RebootServer(serverID string) error { return c.compute.RebootGuest(serverID) }

// ChangeHostKey gives a server's guest other SSH host keys.
func (c *Cloud) ChangeHostKey(serverID string) error { return c.compute.ChangeHostKey(serverID) }

// RecreateServer replaces a server by a new one of the same id, with another
// host key, boot id and creation time, and without the files of the old one.
func (c *Cloud) RecreateServer(serverID string) error { return c.compute.Recreate(serverID) }

// StopServer switches a server off.
func (c *Cloud) StopServer(serverID string) error { return c.compute.Stop(serverID) }

// BreakServer shows a server in ERROR with a fault of this text.
func (c *Cloud) BreakServer(serverID, message string) error {
	return c.compute.Break(serverID, message)
}

// RenameServer changes a server's name in the API; the guest keeps its own.
func (c *Cloud) RenameServer(serverID, name string) error {
	return c.compute.Rename(serverID, name)
}

// DeleteServer takes a server away at once, with its ports and its guest.
func (c *Cloud) DeleteServer(serverID string) error { return c.compute.Remove(serverID) }

// ReplaceKeypair puts another public key (an authorized_keys line) under the
// name of a user's key pair; guests that have the old one keep it.
func (c *Cloud) ReplaceKeypair(userID, name, publicKey string) error {
	return c.compute.ReplaceKeypair(userID, name, publicKey)
}

// MoveFloatingIP leads a floating address to another server.
func (c *Cloud) MoveFloatingIP(address, serverID string) error {
	return c.networks.MoveFloatingIP(address, serverID)
}

// DisassociateFloatingIP leads a floating address nowhere.
func (c *Cloud) DisassociateFloatingIP(address string) error {
	return c.networks.ReleaseFloatingIP(address, false)
}

// DeleteFloatingIP takes a floating address away.
func (c *Cloud) DeleteFloatingIP(address string) error {
	return c.networks.ReleaseFloatingIP(address, true)
}

// DropSecurityGroupRule removes a rule. A guest that no rule lets SSH into
// stays silent to new connections.
func (c *Cloud) DropSecurityGroupRule(ruleID string) error { return c.networks.DropRule(ruleID) }
