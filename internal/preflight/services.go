package preflight

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/tempestconf"
)

// known is a service that the tests may use.
type known struct {
	service cloud.Service
	section string // of tempest.conf
	switchd string // in [service_available]; "" for Identity, which there always is
	on      bool
	needed  bool // by a test that will run
}

// known are the services that the tests may use.
func (c *checker) known() []known {
	a := c.c.ServiceAvailable
	return []known{
		{cloud.IdentityService(c.c), "identity", "", true, true},
		{cloud.ComputeService(c.c), "compute", "nova", a.Nova, c.runs("compute")},
		{cloud.NetworkService(c.c), "network", "neutron", a.Neutron, c.runs("compute") || c.runs("network")},
		{cloud.ImageService(c.c), "image", "glance", a.Glance, c.runs("compute") || c.runs("image")},
		{cloud.VolumeService(c.c), "volume", "cinder", a.Cinder, c.runs("volume")},
		{cloud.ObjectStorageService(c.c), "object-storage", "swift", a.Swift, c.runs("object_storage")},
	}
}

// services lists the services with their endpoints and versions, and finds those that are missing.
func (c *checker) services(ctx context.Context) {
	token := c.work.token
	listed := map[string]bool{}
	for _, k := range c.known() {
		endpoint, err := token.Endpoint(k.service)
		var none *cloud.EndpointNotFoundError
		switch {
		case errors.As(err, &none):
			c.missing(k, none)
			continue
		case err != nil:
			c.add(Fail, k.section+".catalog_type", "%v", err)
			continue
		}
		listed[endpoint.Type] = true
		if endpoint.Note != "" {
			level := Note
			if k.needed {
				level = Warn
			}
			c.add(level, c.fellBack(k.section, endpoint, k.service), "%s", endpoint.Note)
		}
		if !k.on {
			c.add(Note, "service_available."+k.switchd, "the catalog has a %s service, and the configuration says that there is none", endpoint.Type)
		}
		c.list(ctx, k, endpoint)
	}
	for _, entry := range token.Catalog {
		if listed[entry.Type] || len(entry.Endpoints) == 0 {
			continue
		}
		listed[entry.Type] = true
		region := c.c.Identity.Region
		if c.c.Cloud != nil {
			region = c.c.Cloud.RegionName
		}
		if endpoint, err := token.Endpoint(cloud.Service{Type: entry.Type, Region: region}); err == nil {
			c.report.Services = append(c.report.Services, Service{
				Type: endpoint.Type, Region: endpoint.Region, Interface: endpoint.Interface, Endpoint: cloud.ShownURL(endpoint.URL),
			})
		}
	}
}

// fellBack names the options that the chosen endpoint does not meet. Where the region has none, the service's first endpoint
// is taken whatever its interface.
func (c *checker) fellBack(section string, e cloud.Endpoint, s cloud.Service) string {
	if c.c.Cloud != nil {
		return ""
	}
	var out []string
	if e.Type != s.Type {
		out = append(out, section+".catalog_type")
	}
	wanted := strings.TrimSuffix(s.Interface, "URL")
	switch {
	case s.Region != "" && e.Region != s.Region:
		own := section + ".region"
		if src := c.c.Where(section, "region"); src.Origin == tempestconf.FromNowhere || src.Value == "" {
			own = "identity.region"
		}
		out = append(out, own)
	case wanted != "" && e.Interface != wanted && section == "identity":
		out = append(out, section+".v3_endpoint_type")
	case wanted != "" && e.Interface != wanted:
		out = append(out, section+".endpoint_type")
	}
	return strings.Join(out, ",")
}

// missing is the finding of a service that the catalog lacks.
func (c *checker) missing(k known, err *cloud.EndpointNotFoundError) {
	var options []string
	text := err.Error()
	if official := officialType(k.section); c.c.Cloud != nil && c.c.Cloud.ServiceSetting(official, "service_type") != "" {
		text += fmt.Sprintf("; the cloud %q sets the type", c.c.Cloud.Name)
	} else {
		options = append(options, k.section+".catalog_type")
	}
	if k.switchd != "" {
		options = append(options, "service_available."+k.switchd)
	}
	switch {
	case c.work.dynamic && c.work.token.ProjectID == "" && slices.Contains(err.Types, k.service.Type):
		// A token without a project shows no endpoint with a project in its path.
		c.add(Note, "auth.admin_system", "the %s service is in the catalog, and its endpoint will be known with the project that is made", k.service.Type)
	case k.needed && k.on:
		c.add(Fail, strings.Join(options, ","), "%s", text)
	case k.on && k.switchd != "":
		c.add(Note, strings.Join(options, ","), "%s; no test that will run needs it", text)
	}
}

// officialType is the type under which clouds.yaml knows the service of a section of tempest.conf.
func officialType(section string) string {
	switch section {
	case "volume":
		return "block-storage"
	case "object-storage":
		return "object-store"
	}
	return section
}

// list adds a service with what it tells of its versions.
func (c *checker) list(ctx context.Context, k known, e cloud.Endpoint) {
	var v cloud.Versions
	client, err := c.work.session.Client(ctx, k.service)
	if err != nil {
		return // the endpoint was chosen from the same token
	}
	if k.section == "object-storage" {
		v, err = cloud.SwiftVersions(ctx, c.work.session.Anonymous(), e.URL)
		if err != nil && k.needed && c.c.ObjectStorageFeatureEnabled.Discoverability {
			c.add(Fail, "object-storage-feature-enabled.discoverability", "the capabilities of object storage cannot be read: %s", phases.Describe(err))
		}
	} else if v, err = cloud.Discover(ctx, client.ProviderClient, e.URL); err != nil {
		level := Note
		if k.needed && cloud.IsConnection(err) {
			level = Fail
		}
		c.add(level, "", "the %s service does not tell its version: %s", e.Type, phases.Describe(err))
	}
	api := v.API
	if v.Version != "" {
		api = strings.TrimSpace(api + " (Swift " + v.Version + ")")
	}
	c.report.Services = append(c.report.Services, Service{
		Type: e.Type, Region: e.Region, Interface: e.Interface, Endpoint: cloud.ShownURL(e.URL), API: api, MinMicroversion: v.Min, MaxMicroversion: v.Max,
	})
	c.microversion(k, v)
}

// microversion checks that what will be sent lies in the service's range.
func (c *checker) microversion(k known, v cloud.Versions) {
	sent := k.service.Microversion
	if sent == "" || !k.needed {
		return
	}
	option := k.section + ".min_microversion"
	if c.c.Where(k.section, "min_microversion").Origin == tempestconf.FromNowhere {
		option = "" // it comes from clouds.yaml
	}
	switch {
	case v.Max == "":
		c.add(Fail, option, "microversion %s is to be sent, and the %s service offers none", sent, k.service.Type)
	case sent != "latest" && (compare(sent, v.Min) < 0 || compare(sent, v.Max) > 0):
		c.add(Fail, option, "microversion %s is to be sent, and the %s service offers %s to %s", sent, k.service.Type, v.Min, v.Max)
	}
}

// compare orders microversions by their numbers.
func compare(a, b string) int { return slices.Compare(numbers(a), numbers(b)) }

func numbers(v string) []int {
	var out []int
	for _, part := range strings.Split(v, ".") {
		n, _ := strconv.Atoi(part)
		out = append(out, n)
	}
	return out
}
