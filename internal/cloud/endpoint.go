package cloud

import (
	"context"
	"fmt"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"
)

// Service says which endpoint of the catalog to use.
type Service struct {
	Type      string   // catalog type, e.g. "object-store"
	Aliases   []string // further types by which the same API is known, e.g. volumev3
	Interface string   // public, internal or admin, with or without Tempest's suffix "URL"
	Region    string   // "" accepts any
	Override  string   // this URL whatever the catalog says (clouds.yaml: *_endpoint_override)

	Microversion string // sent with each request when set
}

// EndpointNotFoundError says that the catalog has no service of a type.
type EndpointNotFoundError struct {
	Service Service
	Types   []string // what the catalog has
}

func (e *EndpointNotFoundError) Error() string {
	return fmt.Sprintf("the catalog has no %s service; it has: %s", e.Service.Type, strings.Join(e.Types, ", "))
}

// Client returns a client for a service, authenticating first if that was not done yet.
func (s *Session) Client(ctx context.Context, svc Service) (*gophercloud.ServiceClient, error) {
	token, err := s.Token(ctx)
	if err != nil {
		return nil, err
	}
	endpoint := overridden(svc.Override, token)
	if endpoint == "" {
		var note string
		if endpoint, note, err = choose(token.Catalog, svc); err != nil {
			return nil, err
		}
		if note != "" {
			s.conn.notes.add(note)
		}
	}
	return &gophercloud.ServiceClient{
		ProviderClient: s.provider,
		Endpoint:       strings.TrimRight(endpoint, "/") + "/",
		Type:           svc.Type,
		Microversion:   svc.Microversion,
	}, nil
}

// choose picks an endpoint in Tempest's order: the first service of the type; of its endpoints those of the interface, or
// all if there is none; of these the one of the region, or else the service's first. Tempest falls back silently; the note
// says that it happened.
func choose(catalog []tokens.CatalogEntry, svc Service) (url, note string, err error) {
	entry := find(catalog, svc)
	if entry == nil {
		e := &EndpointNotFoundError{Service: svc}
		for _, c := range catalog {
			e.Types = append(e.Types, c.Type)
		}
		return "", "", e
	}
	iface := strings.TrimSuffix(svc.Interface, "URL")
	if iface == "" {
		iface = "public"
	}
	candidates := filter(entry.Endpoints, func(ep tokens.Endpoint) bool { return ep.Interface == iface })
	if len(candidates) == 0 {
		candidates = entry.Endpoints
		note = fmt.Sprintf("the %s service has no %s endpoint", svc.Type, iface)
	}
	chosen := candidates[0]
	if svc.Region != "" {
		inRegion := filter(candidates, func(ep tokens.Endpoint) bool { return ep.Region == svc.Region || ep.RegionID == svc.Region })
		if len(inRegion) > 0 {
			chosen = inRegion[0]
		} else {
			chosen = entry.Endpoints[0]
			note = fmt.Sprintf("the %s service has no endpoint in region %s", svc.Type, svc.Region)
		}
	}
	if note != "" {
		note += fmt.Sprintf("; its %s endpoint in region %s is used, as Tempest does: %s", chosen.Interface, chosen.Region, chosen.URL)
	}
	return chosen.URL, note, nil
}

func find(catalog []tokens.CatalogEntry, svc Service) *tokens.CatalogEntry {
	for _, t := range append([]string{svc.Type}, svc.Aliases...) {
		for i := range catalog {
			if catalog[i].Type == t && len(catalog[i].Endpoints) > 0 {
				return &catalog[i]
			}
		}
	}
	return nil
}

func filter(in []tokens.Endpoint, keep func(tokens.Endpoint) bool) []tokens.Endpoint {
	var out []tokens.Endpoint
	for _, ep := range in {
		if keep(ep) {
			out = append(out, ep)
		}
	}
	return out
}

// overridden fills in a URL that stands in the configuration: keystoneauth replaces the project's id in both spellings.
func overridden(url string, t *Token) string {
	return strings.NewReplacer("%(project_id)s", t.ProjectID, "%(tenant_id)s", t.ProjectID, "$(project_id)s", t.ProjectID, "$(tenant_id)s", t.ProjectID).Replace(url)
}
