package cloud

import (
	"context"
	"strings"

	"github.com/gophercloud/gophercloud/v2"

	"opendev.org/x/persistent-resources/tempestconf"
)

// IdentityService says where the Identity service of the configured cloud is.
func IdentityService(c *tempestconf.Config) Service {
	return service(c, "identity", Service{Type: c.Identity.CatalogType, Interface: c.Identity.V3EndpointType})
}

// ObjectStorageService says where the configured cloud's object storage is.
func ObjectStorageService(c *tempestconf.Config) Service {
	o := c.ObjectStorage
	return service(c, "object-store", Service{Type: o.CatalogType, Interface: o.EndpointType, Region: o.Region})
}

// ComputeService says where the configured cloud's Compute service is. The microversion is sent only where one is
// configured; without it Nova answers as 2.1.
func ComputeService(c *tempestconf.Config) Service {
	o := c.Compute
	return service(c, "compute", Service{Type: o.CatalogType, Interface: o.EndpointType, Region: o.Region, Microversion: o.MinMicroversion})
}

// NetworkService says where the configured cloud's Network service is.
func NetworkService(c *tempestconf.Config) Service {
	o := c.Network
	return service(c, "network", Service{Type: o.CatalogType, Interface: o.EndpointType, Region: o.Region})
}

// ImageService says where the configured cloud's Image service is.
func ImageService(c *tempestconf.Config) Service {
	o := c.Image
	return service(c, "image", Service{Type: o.CatalogType, Interface: o.EndpointType, Region: o.Region})
}

// VolumeService says where the configured cloud's Block Storage service is. Its catalog type has changed with the releases:
// volume, volumev2, volumev3, block-storage; the others are tried where the configured one is missing.
func VolumeService(c *tempestconf.Config) Service {
	o := c.Volume
	types := c.VolumeCatalogTypes()
	return service(c, "block-storage", Service{
		Type: types[0], Aliases: types[1:], Interface: o.EndpointType, Region: o.Region, Microversion: o.MinMicroversion,
	})
}

// service completes s with the default region, or with what clouds.yaml says where that gives the credentials. official is
// the service's official type, under which and whose older names clouds.yaml is searched.
func service(c *tempestconf.Config, official string, s Service) Service {
	if c.Cloud == nil {
		s.Region = first(s.Region, c.Identity.Region)
		return s
	}
	setting := func(name string) string { return c.Cloud.ServiceSetting(official, name) }
	s.Region = first(setting("region_name"), c.Cloud.RegionName)
	if interfaces := c.Cloud.ServiceInterfaces(official); len(interfaces) > 0 {
		s.Interface, s.NextInterfaces = interfaces[0], interfaces[1:]
	}
	s.Type = first(setting("service_type"), s.Type)
	s.Override = c.Cloud.ServiceEndpoint(official)
	s.Microversion = first(s.Microversion, setting("default_microversion"))
	return s
}

// ComputeClient returns a client of the Compute service.
func (s *Session) ComputeClient(ctx context.Context, c *tempestconf.Config) (*gophercloud.ServiceClient, error) {
	client, err := s.Client(ctx, ComputeService(c))
	if err != nil {
		return nil, err
	}
	// gophercloud knows Nova's microversion header by this type alone, whatever the catalog calls the service.
	client.Type = "compute"
	return client, nil
}

// NetworkClient returns a client of the Network service's API v2.0, which the catalog names without its version.
func (s *Session) NetworkClient(ctx context.Context, c *tempestconf.Config) (*gophercloud.ServiceClient, error) {
	client, err := s.Client(ctx, NetworkService(c))
	if err != nil {
		return nil, err
	}
	client.Endpoint = strings.TrimSuffix(client.Endpoint, "v2.0/")
	client.ResourceBase = client.Endpoint + "v2.0/"
	return client, nil
}

// VolumeClient returns a client of the Block Storage service.
func (s *Session) VolumeClient(ctx context.Context, c *tempestconf.Config) (*gophercloud.ServiceClient, error) {
	client, err := s.Client(ctx, VolumeService(c))
	if err != nil {
		return nil, err
	}
	// gophercloud knows Cinder's microversion header by this type, whatever the catalog calls the service.
	client.Type = "volume"
	return client, nil
}
