package cloud

import (
	"context"
	"strings"

	"github.com/gophercloud/gophercloud/v2"

	"opendev.org/x/persistent-resources/tempestconf"
)

// ComputeService says where the configured cloud's Compute service is. The microversion is sent only where one is
// configured; without it Nova answers as 2.1.
func ComputeService(c *tempestconf.Config) Service {
	o := c.Compute
	s := service(c, "compute", Service{Type: o.CatalogType, Interface: o.EndpointType, Region: o.Region})
	s.Microversion = first(s.Microversion, o.MinMicroversion)
	return s
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
