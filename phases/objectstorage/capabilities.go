package objectstorage

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/gophercloud/gophercloud/v2"

	"opendev.org/x/persistent-resources/phases"
)

// capabilities is what of /info the tests look at.
type capabilities struct {
	Swift struct {
		Version  string `json:"version"`
		Policies []struct {
			Name    string `json:"name"`
			Aliases string `json:"aliases"`
		} `json:"policies"`
	} `json:"swift"`
}

// readCapabilities asks the service for its storage policies. Tempest asks at the root of the endpoint's host, without the
// account's path and without a token, unless discoverability is switched off.
func (r *resources) readCapabilities(ctx context.Context) error {
	if !r.Config.ObjectStorageFeatureEnabled.Discoverability || r.NoAPI {
		return nil
	}
	client, err := r.client(ctx)
	if err != nil {
		return err
	}
	u, err := url.Parse(client.Endpoint)
	if err != nil {
		return fmt.Errorf("read the object-store endpoint %s: %w", client.Endpoint, err)
	}
	u.Path = "/info"
	var raw json.RawMessage
	_, err = r.Session().Anonymous().Request(ctx, "GET", u.String(), &gophercloud.RequestOpts{JSONResponse: &raw, OkCodes: []int{200, 203}})
	if err = phases.Misread(err, len(raw) == 0); err != nil {
		return fmt.Errorf("read the capabilities of object storage at %s: %w", u, err)
	}
	var c capabilities
	if err := phases.Misread(json.Unmarshal(raw, &c), false); err != nil {
		return fmt.Errorf("read the capabilities of object storage at %s: %w", u, err)
	}
	r.SwiftTold(c.Swift.Version)
	r.policies = nil
	for _, p := range c.Swift.Policies {
		r.policies = append(r.policies, p.Name)
	}
	return nil
}
