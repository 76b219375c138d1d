// Package objectstorage makes, verifies and removes persistent containers and objects.
package objectstorage

import (
	"context"
	"fmt"

	"github.com/gophercloud/gophercloud/v2"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/phases"
)

// resources is one class's view of the service.
type resources struct {
	*phases.Fixture
	policies []string // storage policies that the service announced
}

// Service binds the object storage tests to a class's fixture.
func Service(f *phases.Fixture) phases.Service {
	r := &resources{Fixture: f}
	return phases.Service{
		Name:       "object_storage",
		Class:      "ObjectStoragePersistentResources",
		Roles:      func() []string { return []string{f.Config.ObjectStorage.OperatorRole} },
		Needs:      func() []cloud.Service { return []cloud.Service{cloud.ObjectStorageService(f.Config)} },
		SkipChecks: r.skipChecks,
		Options: []string{
			"object-storage.catalog_type", "object-storage.region", "object-storage.endpoint_type", "object-storage.operator_role",
			"object-storage.build_timeout", "object-storage-feature-enabled.discoverability",
			"persistent_resources.objects", "persistent_resources.data_size", "persistent_resources.strict_headers",
		},
		SetUp: r.readCapabilities,
		Load:  r.readCapabilities,
		Create: []phases.Test{
			{Name: "test_create_persistent_container", Run: r.createContainer},
			{Name: "test_create_persistent_object", Run: r.createObjects},
		},
		Verify: []phases.Test{
			{Name: "test_verify_persistent_container_existance", Run: r.verifyContainers},
			{Name: "test_list_persistent_container_contents", Run: r.verifyListings},
			{Name: "test_get_persistent_object", Run: r.verifyObjects},
		},
		Remove: r.remove,
		Maker:  r.makerOf,
		Tells:  func() []phases.Teller { return nil },
	}
}

func (r *resources) skipChecks() error {
	if !r.Config.ServiceAvailable.Swift {
		return &phases.Skip{Reason: r.ID.Name() + " skipped as swift is not available"}
	}
	return nil
}

// client returns the owner's client. The token is asked for here, at the first request.
func (r *resources) client(ctx context.Context) (*gophercloud.ServiceClient, error) {
	if r.Session() == nil {
		return nil, fmt.Errorf("the record has no user to work as: create stopped before one was made; run create again")
	}
	return r.Session().Client(ctx, cloud.ObjectStorageService(r.Config))
}

// makerOf is the maker of a kind.
func (r *resources) makerOf(ctx context.Context, kind string) (phases.Maker, error) {
	client, err := r.client(ctx)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "container":
		return &containerMaker{r: r, client: client}, nil
	case "object":
		return &objectMaker{r: r, client: client}, nil
	}
	return nil, fmt.Errorf("this program knows no %s", kind)
}
