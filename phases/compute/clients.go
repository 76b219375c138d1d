package compute

import (
	"context"
	"errors"

	"github.com/gophercloud/gophercloud/v2"

	"opendev.org/x/persistent-resources/internal/cloud"
)

// The owner's clients, and the admin's for what belongs to the project itself. A token is asked for here, at the first
// request.

func (r *resources) nova(ctx context.Context) (*gophercloud.ServiceClient, error) {
	owner, err := r.owner()
	if err != nil {
		return nil, err
	}
	return owner.ComputeClient(ctx, r.Config)
}

func (r *resources) neutron(ctx context.Context) (*gophercloud.ServiceClient, error) {
	owner, err := r.owner()
	if err != nil {
		return nil, err
	}
	return owner.NetworkClient(ctx, r.Config)
}

func (r *resources) adminNeutron(ctx context.Context) (*gophercloud.ServiceClient, error) {
	admin, err := r.Admin(ctx)
	if err != nil {
		return nil, err
	}
	return admin.NetworkClient(ctx, r.Config)
}

func (r *resources) owner() (*cloud.Session, error) {
	if r.Session() == nil {
		return nil, errors.New("the record has no user to work as: create stopped before one was made; run create again")
	}
	return r.Session(), nil
}
