package cloud

import (
	"context"
	"fmt"
	"slices"
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

	// NextInterfaces are taken in this order where the region has no endpoint of Interface: clouds.yaml may list several.
	NextInterfaces []string

	Override string // this URL whatever the catalog says (clouds.yaml: *_endpoint_override)

	Microversion string // sent with each request when set
}

// EndpointNotFoundError says that the catalog has no service of a type.
type EndpointNotFoundError struct {
	Service Service
	Types   []string // what the catalog has
}

func (e *EndpointNotFoundError) Error() string {
	wanted := strings.Join(append([]string{e.Service.Type}, e.Service.Aliases...), ", ")
	if slices.ContainsFunc(append([]string{e.Service.Type}, e.Service.Aliases...), func(t string) bool { return slices.Contains(e.Types, t) }) {
		return fmt.Sprintf("the catalog shows no endpoint of the %s service to a token of this scope", wanted)
	}
	if len(e.Types) == 0 {
		return fmt.Sprintf("the catalog has no %s service; it is empty", wanted)
	}
	return fmt.Sprintf("the catalog has no %s service; it has: %s", wanted, strings.Join(e.Types, ", "))
}

// Client returns a client for a service, authenticating first if that was not done yet.
func (s *Session) Client(ctx context.Context, svc Service) (*gophercloud.ServiceClient, error) {
	token, err := s.Token(ctx)
	if err != nil {
		return nil, err
	}
	endpoint, err := token.Endpoint(svc)
	if err != nil {
		return nil, err
	}
	if endpoint.Note != "" {
		s.conn.notes.add(endpoint.Note)
	}
	return &gophercloud.ServiceClient{
		ProviderClient: s.provider,
		Endpoint:       strings.TrimRight(endpoint.URL, "/") + "/",
		Type:           svc.Type,
		Microversion:   svc.Microversion,
	}, nil
}

// Endpoint is the endpoint that was chosen for a service.
type Endpoint struct {
	Type      string // in the catalog
	Interface string
	Region    string
	URL       string
	Note      string // what was assumed; "" when the choice was plain
}

// Endpoint chooses the service's endpoint from the token's catalog, or takes the URL that overrides it.
func (t *Token) Endpoint(svc Service) (Endpoint, error) {
	if url := overridden(svc.Override, t); url != "" {
		return Endpoint{Type: svc.Type, URL: url, Region: svc.Region}, nil
	}
	return choose(t.Catalog, svc)
}

// choose picks an endpoint in Tempest's order: the first service of the type; of its endpoints those of the interface, or
// all if there is none; of these the one of the region, or else the service's first. Tempest falls back silently; the note
// says that it happened. Of several interfaces the first that the region has is taken, as openstacksdk does.
func choose(catalog []tokens.CatalogEntry, svc Service) (Endpoint, error) {
	entry := find(catalog, svc)
	if entry == nil {
		e := &EndpointNotFoundError{Service: svc}
		for _, c := range catalog {
			e.Types = append(e.Types, c.Type)
		}
		return Endpoint{}, e
	}
	var notes []string
	if entry.Type != svc.Type {
		notes = append(notes, fmt.Sprintf("the catalog has no %s service; its %s service is used", svc.Type, entry.Type))
	}
	chosen, fallBack := chooseOf(entry, svc)
	if fallBack != "" {
		notes = append(notes, fmt.Sprintf("%s; its %s endpoint in region %s is used, as Tempest does: %s", fallBack, chosen.Interface, chosen.Region, chosen.URL))
	}
	return Endpoint{
		Type: entry.Type, Interface: chosen.Interface, Region: first(chosen.Region, chosen.RegionID), URL: chosen.URL,
		Note: strings.Join(notes, "; "),
	}, nil
}

// chooseOf picks one endpoint of a service, and says what it lacks where none fits.
func chooseOf(entry *tokens.CatalogEntry, svc Service) (chosen tokens.Endpoint, lacks string) {
	here := func(ep tokens.Endpoint) bool {
		return svc.Region == "" || ep.Region == svc.Region || ep.RegionID == svc.Region
	}
	wanted := first(strings.TrimSuffix(svc.Interface, "URL"), "public")
	for _, i := range append([]string{wanted}, svc.NextInterfaces...) {
		i = strings.TrimSuffix(i, "URL")
		if fits := filter(entry.Endpoints, func(ep tokens.Endpoint) bool { return ep.Interface == i && here(ep) }); len(fits) > 0 {
			return fits[0], ""
		}
	}
	if len(filter(entry.Endpoints, func(ep tokens.Endpoint) bool { return ep.Interface == wanted })) > 0 {
		return entry.Endpoints[0], fmt.Sprintf("the %s service has no %s endpoint in region %s", entry.Type, wanted, svc.Region)
	}
	lacks = fmt.Sprintf("the %s service has no %s endpoint", entry.Type, wanted)
	if fits := filter(entry.Endpoints, here); len(fits) > 0 {
		return fits[0], lacks
	}
	return entry.Endpoints[0], lacks + " and none in region " + svc.Region
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
