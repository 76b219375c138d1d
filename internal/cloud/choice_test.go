package cloud

import (
	"errors"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"
)

// catalogOf reads "type interface region url" lines; equal types that follow each other are one service.
func catalogOf(t *testing.T, lines ...string) []tokens.CatalogEntry {
	t.Helper()
	var all []tokens.CatalogEntry
	for _, line := range lines {
		w := strings.Fields(line)
		if len(all) == 0 || all[len(all)-1].Type != w[0] {
			all = append(all, tokens.CatalogEntry{Type: w[0]})
		}
		if len(w) == 1 {
			continue
		}
		last := &all[len(all)-1]
		last.Endpoints = append(last.Endpoints, tokens.Endpoint{Interface: w[1], Region: w[2], RegionID: w[2], URL: w[3]})
	}
	return all
}

func TestChoose(t *testing.T) {
	catalog := catalogOf(t,
		"identity",
		"compute public RegionOne http://one/public",
		"compute internal RegionOne http://one/internal",
		"compute public RegionTwo http://two/public",
		"compute admin RegionThree http://three/admin",
		"volumev3 public RegionOne http://one/v3",
		"volume public RegionOne http://one/v1",
		"image internal RegionTwo http://two/image",
		"image public RegionOne http://one/image",
	)
	for _, c := range []struct {
		name string
		svc  Service
		url  string
		note string // part of it; "" means that nothing was assumed
	}{
		{"public by default", Service{Type: "compute", Region: "RegionOne"}, "http://one/public", ""},
		{"Tempest's suffix", Service{Type: "compute", Interface: "internalURL", Region: "RegionOne"}, "http://one/internal", ""},
		{"region", Service{Type: "compute", Interface: "publicURL", Region: "RegionTwo"}, "http://two/public", ""},
		{"any region", Service{Type: "compute", Interface: "admin"}, "http://three/admin", ""},
		{"no such region: the service's first", Service{Type: "image", Interface: "public", Region: "Nowhere"}, "http://two/image",
			"the image service has no public endpoint in region Nowhere; its internal endpoint in region RegionTwo is used, as Tempest does: http://two/image"},
		{"no such interface: the region's", Service{Type: "image", Interface: "admin", Region: "RegionOne"}, "http://one/image",
			"the image service has no admin endpoint; its public endpoint in region RegionOne is used"},
		{"neither", Service{Type: "image", Interface: "admin", Region: "Nowhere"}, "http://two/image", "no admin endpoint and none in region Nowhere"},
		{"several interfaces, the first", Service{Type: "compute", Interface: "internal", NextInterfaces: []string{"public"}, Region: "RegionOne"}, "http://one/internal", ""},
		{"several interfaces, the first of the region", Service{Type: "compute", Interface: "internal", NextInterfaces: []string{"admin", "public"}, Region: "RegionTwo"}, "http://two/public", ""},
		{"another name", Service{Type: "block-storage", Aliases: []string{"volumev3", "volume"}, Region: "RegionOne"}, "http://one/v3",
			"the catalog has no block-storage service; its volumev3 service is used"},
		{"the configured name first", Service{Type: "volume", Aliases: []string{"volumev3"}, Region: "RegionOne"}, "http://one/v1", ""},
		{"overridden", Service{Type: "compute", Override: "http://here/%(project_id)s"}, "http://here/p1", ""},
		{"overridden without a service", Service{Type: "nothing", Override: "http://here/$(tenant_id)s/x"}, "http://here/p1/x", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := (&Token{Catalog: catalog, ProjectID: "p1"}).Endpoint(c.svc)
			if err != nil {
				t.Fatal(err)
			}
			if got.URL != c.url {
				t.Errorf("URL %s, want %s", got.URL, c.url)
			}
			if (c.note == "") != (got.Note == "") || !strings.Contains(got.Note, c.note) {
				t.Errorf("note %q, want %q", got.Note, c.note)
			}
		})
	}
}

func TestNoEndpoint(t *testing.T) {
	for _, c := range []struct {
		name    string
		catalog []tokens.CatalogEntry
		want    string
	}{
		{"others", catalogOf(t, "identity", "image public R http://i"), "the catalog has no compute, nova service; it has: identity, image"},
		{"empty", nil, "the catalog has no compute, nova service; it is empty"},
		{"without endpoints", catalogOf(t, "compute"), "the catalog shows no endpoint of the compute, nova service to a token of this scope"},
	} {
		_, err := choose(c.catalog, Service{Type: "compute", Aliases: []string{"nova"}})
		var none *EndpointNotFoundError
		if !errors.As(err, &none) || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}
