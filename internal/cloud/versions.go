package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
)

// Versions is what a service tells of itself.
type Versions struct {
	API      string // id of the API's version, such as v2.1
	Min, Max string // microversions; "" where it has none
	Version  string // of the software, which Swift alone tells
}

// versionedURL splits an endpoint at the version in its path: http://host/compute, v2.1, /project.
var versionedURL = regexp.MustCompile(`^(.*?)/(v\d+(?:\.\d+)?)(/.*)?$`)

// Unversioned is an endpoint without its version and what follows it, with a slash at the end.
func Unversioned(endpoint string) string {
	endpoint = strings.TrimRight(endpoint, "/")
	if m := versionedURL.FindStringSubmatch(endpoint); m != nil {
		return m[1] + "/"
	}
	return endpoint + "/"
}

// document is a version document: of one version, or of all.
type document struct {
	Version  *version        `json:"version"`
	Versions json.RawMessage `json:"versions"`
}

type version struct {
	ID         string `json:"id"`
	Status     string `json:"status"`
	Version    string `json:"version"`
	MinVersion string `json:"min_version"`
	MaxVersion string `json:"max_version"` // Placement's name for version
}

// Discover asks a service for its version document, at the endpoint's version and, where that tells nothing, at its root.
func Discover(ctx context.Context, client *gophercloud.ProviderClient, endpoint string) (Versions, error) {
	var places []string
	wanted := ""
	if m := versionedURL.FindStringSubmatch(strings.TrimRight(endpoint, "/")); m != nil {
		wanted = m[2]
		places = append(places, m[1]+"/"+m[2]+"/")
	}
	places = append(places, Unversioned(endpoint))
	var all []error
	for _, place := range places {
		var doc document
		_, err := client.Request(ctx, "GET", place, &gophercloud.RequestOpts{JSONResponse: &doc, OkCodes: []int{200, 203, 300}})
		if err != nil {
			all = append(all, err)
			continue
		}
		if v := doc.choose(wanted); v != nil {
			newest := v.Version
			if newest == "" {
				newest = v.MaxVersion
			}
			return Versions{API: v.ID, Min: v.MinVersion, Max: newest}, nil
		}
	}
	if all == nil {
		return Versions{}, errors.New("it has no version document")
	}
	return Versions{}, errors.Join(all...)
}

// choose picks the version that the endpoint names, else the current one, else the first.
func (d document) choose(wanted string) *version {
	if d.Version != nil {
		return d.Version
	}
	var list []version
	if json.Unmarshal(d.Versions, &list) != nil {
		var nested struct {
			Values []version `json:"values"`
		}
		if json.Unmarshal(d.Versions, &nested) != nil {
			return nil
		}
		list = nested.Values
	}
	major := func(id string) string { id, _, _ = strings.Cut(id, "."); return id }
	for _, fits := range []func(version) bool{
		func(v version) bool { return v.ID == wanted },
		func(v version) bool { return wanted != "" && major(v.ID) == major(wanted) && isCurrent(v) },
		func(v version) bool { return wanted != "" && major(v.ID) == major(wanted) },
		isCurrent,
		func(version) bool { return true },
	} {
		for i := range list {
			if fits(list[i]) {
				return &list[i]
			}
		}
	}
	return nil
}

func isCurrent(v version) bool {
	s := strings.ToUpper(v.Status)
	return s == "CURRENT" || s == "STABLE"
}

// SwiftVersions asks Swift for its own version. That stands in /info at the root of the endpoint's host.
func SwiftVersions(ctx context.Context, client *gophercloud.ProviderClient, endpoint string) (Versions, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return Versions{}, err
	}
	told := Versions{}
	if m := versionedURL.FindStringSubmatch(u.Path); m != nil {
		told.API = m[2]
	}
	u.Path, u.RawPath = "/info", ""
	var body struct {
		Swift struct {
			Version string `json:"version"`
		} `json:"swift"`
	}
	_, err = client.Request(ctx, "GET", u.String(), &gophercloud.RequestOpts{JSONResponse: &body, OkCodes: []int{200, 203}})
	told.Version = body.Swift.Version
	return told, err
}
