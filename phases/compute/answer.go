package compute

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/gophercloud/gophercloud/v2"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// listAll asks for a list, in Neutron's and Nova's form, with all its pages. An empty list may be the truth, an answer without
// one is not, and must not make a resource seem gone.
func listAll[T any](ctx context.Context, client *gophercloud.ServiceClient, path, label string, query url.Values) ([]T, error) {
	var out []T
	for next := client.ServiceURL(path) + "?" + query.Encode(); next != ""; {
		var body map[string]json.RawMessage
		_, err := client.Get(ctx, next, &body, nil)
		next = ""
		list := body[label]
		if err = phases.Misread(err, len(list) == 0 || string(list) == "null"); err != nil {
			return nil, err
		}
		var page []T
		if err := phases.Misread(json.Unmarshal(list, &page), false); err != nil {
			return nil, err
		}
		out = append(out, page...)
		var links []struct{ Rel, Href string }
		if raw := body[label+"_links"]; len(raw) > 0 {
			if err := phases.Misread(json.Unmarshal(raw, &links), false); err != nil {
				return nil, err
			}
		}
		for _, l := range links {
			if l.Rel == "next" && len(page) > 0 {
				next = l.Href
			}
		}
	}
	return out, nil
}

// named is a resource of Neutron's, as far as lists are looked at.
type named struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	ProjectID   string `json:"project_id"`
	TenantID    string `json:"tenant_id"`
}

// listNamed lists the resources that may be a recorded one: those of its name. Ours carry the mark of the run.
func (r *resources) listNamed(ctx context.Context, client *gophercloud.ServiceClient, path, label string, rec state.Record) ([]thing, error) {
	found, err := listAll[named](ctx, client, path, label, url.Values{"name": {rec.Name}})
	var out []thing
	for _, n := range found {
		out = append(out, thing{n.ID, n.Name, n.Description == r.Description(rec.Name)})
	}
	return out, err
}
