package compute

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/groups"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// step is the removal of all resources of one kind.
type step struct {
	kind   string
	after  []string // kinds that hold on to this one
	client func(context.Context) (*gophercloud.ServiceClient, error)
	api    func(*gophercloud.ServiceClient) api
}

// steps are all removals in their order.
func (r *resources) steps() []step {
	type client = gophercloud.ServiceClient
	return []step{
		{serverKind, nil, r.nova, func(c *client) api { return &serverAPI{r: r, client: c} }},
		{floatingKind, nil, r.neutron, func(c *client) api { return &floatingAPI{r: r, client: c} }},
		{keypairKind, nil, r.nova, func(c *client) api { return &keypairAPI{c} }},
		{groupKind, []string{serverKind}, r.neutron, func(c *client) api { return &groupAPI{r: r, client: c} }},
		{interfaceKind, []string{serverKind, floatingKind}, r.adminNeutron, func(c *client) api { return &interfaceAPI{r, c} }},
		{routerKind, []string{floatingKind, interfaceKind}, r.adminNeutron, func(c *client) api { return &routerAPI{r: r, client: c} }},
		{subnetKind, []string{serverKind, interfaceKind}, r.adminNeutron, func(c *client) api { return &subnetAPI{r: r, client: c} }},
		{networkKind, []string{serverKind, subnetKind}, r.adminNeutron, func(c *client) api { return &networkAPI{r, c} }},
	}
}

// makerOf is the maker of a kind.
func (r *resources) makerOf(ctx context.Context, kind string) (phases.Maker, error) {
	steps := r.steps()
	i := slices.IndexFunc(steps, func(s step) bool { return s.kind == kind })
	if i < 0 {
		return nil, fmt.Errorf("this program knows no %s", kind)
	}
	client, err := steps[i].client(ctx)
	if err != nil {
		return nil, err
	}
	return maker{r, steps[i].api(client)}, nil
}

// remove removes the recorded resources and sees them gone. What something that could not be removed still uses stays, and
// the error says so.
func (r *resources) remove(ctx context.Context) error {
	left := map[string]bool{}
	var all []error
	for _, s := range r.steps() {
		records := r.numbered(s.kind)
		if len(records) == 0 {
			continue
		}
		if err := r.removeKind(ctx, s, records, left); err != nil {
			left[s.kind] = true
			all = append(all, err)
		}
	}
	return phases.Join(all...)
}

func (r *resources) removeKind(ctx context.Context, s step, records []state.Record, left map[string]bool) error {
	if i := slices.IndexFunc(s.after, func(kind string) bool { return left[kind] }); i >= 0 {
		return fmt.Errorf("%s %s is kept, because a %s that uses it is still there", s.kind, records[0].Name, s.after[i])
	}
	client, err := s.client(ctx)
	if err != nil {
		return fmt.Errorf("delete %s %s: %w", s.kind, records[0].Name, err)
	}
	return r.Each(records, func(rec state.Record) error {
		return r.Remove(ctx, rec, maker{r, s.api(client)})
	})
}

// releaseProject removes the security group "default" that Neutron made for the dynamic project: it does not go with
// the project. Only an admin may remove it. It is looked for as the project's own user, because Neutron makes the group of
// whoever lists groups, and the admin's may not be there yet.
func (r *resources) releaseProject(ctx context.Context) error {
	project := r.ProjectID()
	client, err := r.neutron(ctx)
	if err != nil {
		return err
	}
	ours := func(g named) bool {
		return g.Name == "default" && (g.ProjectID == project || g.TenantID == project)
	}
	found, err := listAll[named](ctx, client, "security-groups", "security_groups", url.Values{"name": {"default"}})
	if err == nil && !slices.ContainsFunc(found, ours) {
		// Neutron has just made it, unless something else has answered.
		found, err = listAll[named](ctx, client, "security-groups", "security_groups", url.Values{"name": {"default"}})
	}
	if err != nil {
		return fmt.Errorf("look for the default security group of project %s: %w", project, err)
	}
	for _, g := range found {
		if ours(g) {
			if err := r.removeGroupOf(ctx, project, g.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *resources) removeGroupOf(ctx context.Context, project, id string) error {
	admin, err := r.adminNeutron(ctx)
	if err != nil {
		return err
	}
	if err := groups.Delete(ctx, admin, id).ExtractErr(); err != nil && !phases.NotFound(err) {
		return fmt.Errorf("delete the default security group of project %s: %w", project, err)
	}
	return r.Wait(ctx, phases.Waiting{
		For:     fmt.Sprintf("the default security group of project %s to be gone", project),
		Timeout: time.Duration(r.Config.Compute.BuildTimeout) * time.Second,
		Poll: func(ctx context.Context) (string, bool, error) {
			err := groups.Get(ctx, admin, id).Err
			if phases.NotFound(err) {
				return "gone", true, nil
			}
			return "still there", false, err
		},
	})
}
