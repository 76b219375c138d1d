package preflight

import (
	"context"
	"net/url"

	"github.com/gophercloud/gophercloud/v2"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/phases"
)

// image is what of an image is looked at, in the form of the Image API v2.
type image struct {
	Status     string `json:"status"`
	Visibility string `json:"visibility"`
	Owner      string `json:"owner"`
	MinDisk    int    `json:"min_disk"` // GiB
	MinRAM     int    `json:"min_ram"`  // MiB
	Size       int64  `json:"size"`     // bytes
}

// flavor is what of a flavor is looked at.
type flavor struct {
	Name   string `json:"name"`
	VCPUs  int    `json:"vcpus"`
	RAM    int    `json:"ram"`  // MiB
	Disk   int    `json:"disk"` // GiB; 0 means as large as the image
	Public *bool  `json:"os-flavor-access:is_public"`
}

// compute checks what a server is made of.
func (c *checker) compute(ctx context.Context) {
	if err := c.c.Require("compute.image_ref", "compute.flavor_ref"); err != nil {
		c.optionFinding(err, "")
	}
	if c.c.Compute.ImageRef != "" {
		c.image(ctx)
	}
	if c.c.Compute.FlavorRef != "" {
		c.flavor(ctx)
	}
	if c.bootImage != nil && c.bootFlavor != nil {
		c.fits()
	}
	c.networks(ctx)
	c.quota(ctx)
}

// get asks a service for one thing. It reports whether the thing is there; what else went wrong is a finding, unless the
// service itself is missing, which is one already.
func (c *checker) get(ctx context.Context, client *gophercloud.ServiceClient, option, what, path string, body any) bool {
	_, err := client.Get(ctx, path, body, nil)
	switch {
	case err == nil:
		return true
	case phases.NotFound(err):
		c.add(Fail, option, "there is no %s", what)
	default:
		c.add(Fail, option, "%s cannot be looked at: %s", what, phases.Describe(err))
	}
	return false
}

func (c *checker) image(ctx context.Context) {
	client, err := c.work.session.Client(ctx, cloud.ImageService(c.c))
	if err != nil {
		return
	}
	ref := c.c.Compute.ImageRef
	var i image
	if !c.get(ctx, client, "compute.image_ref", "image "+ref, cloud.Unversioned(client.Endpoint)+"v2/images/"+url.PathEscape(ref), &i) {
		return
	}
	c.bootImage = &i
	if i.Status != "active" {
		c.add(Fail, "compute.image_ref", "image %s has the status %s, not active", ref, i.Status)
	}
	if c.work.dynamic && i.Visibility == "private" {
		c.add(Fail, "compute.image_ref", "image %s is private to project %s; the project that is made for the test cannot use it", ref, i.Owner)
	}
}

// nova is a client of the Compute service that sends no microversion: one that is refused is a finding of its own.
func (c *checker) nova(ctx context.Context) (*gophercloud.ServiceClient, error) {
	client, err := c.work.session.ComputeClient(ctx, c.c)
	if err == nil {
		client.Microversion = ""
	}
	return client, err
}

func (c *checker) flavor(ctx context.Context) {
	client, err := c.nova(ctx)
	if err != nil {
		return
	}
	ref := c.c.Compute.FlavorRef
	var body struct {
		Flavor flavor `json:"flavor"`
	}
	if !c.get(ctx, client, "compute.flavor_ref", "flavor "+ref, client.ServiceURL("flavors", url.PathEscape(ref)), &body) {
		return
	}
	c.bootFlavor = &body.Flavor
	if c.work.dynamic && body.Flavor.Public != nil && !*body.Flavor.Public {
		c.add(Fail, "compute.flavor_ref", "flavor %s (%s) is not public; the project that is made for the test cannot use it", ref, body.Flavor.Name)
	}
}

// fits checks that the image fits the flavor, which Nova does only when the server is made.
func (c *checker) fits() {
	const both = "compute.flavor_ref,compute.image_ref"
	i, f := c.bootImage, c.bootFlavor
	if f.RAM < i.MinRAM {
		c.add(Fail, both, "flavor %s has %d MiB of memory, and the image needs %d", f.Name, f.RAM, i.MinRAM)
	}
	if f.Disk > 0 && f.Disk < i.MinDisk {
		c.add(Fail, both, "flavor %s has a disk of %d GiB, and the image needs %d", f.Name, f.Disk, i.MinDisk)
	}
	if f.Disk > 0 && i.Size > int64(f.Disk)<<30 {
		c.add(Fail, both, "flavor %s has a disk of %d GiB, and the image has %d bytes", f.Name, f.Disk, i.Size)
	}
}
