package compute

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/groups"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/rules"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// ensureGroup makes the security group that lets SSH and ping in. Its baseline is the list of its rules.
func (r *resources) ensureGroup(ctx context.Context, client *gophercloud.ServiceClient) error {
	a := &groupAPI{r: r, client: client}
	// Tempest's own name has two dashes.
	rec, err := r.ensure(ctx, r.planned(groupKey, groupKind, r.RandName("securitygroup-")), a)
	if err != nil {
		return err
	}
	if len(rec.Baseline) > 0 && !a.created {
		return nil
	}
	if a.group == nil {
		if a.group, err = getGroup(ctx, client, rec.ID); err != nil {
			return fmt.Errorf("get security group %s: %w", rec.Name, err)
		}
	}
	have := rulesOf(a.group)
	if missing := missingRules(r.wantedRules(rec.ID), have); len(missing) > 0 {
		made, err := addRules(ctx, client, missing)
		if err != nil {
			return fmt.Errorf("add the rules of security group %s: %w", rec.Name, err)
		}
		for _, rule := range made {
			have = append(have, ruleOf(rule, rec.ID))
		}
	}
	return r.Journal.Baseline(rec.Key, sorted(have))
}

// addRules makes rules in one request, or in one each where Neutron is configured without bulk operations (allow_bulk).
func addRules(ctx context.Context, client *gophercloud.ServiceClient, wanted []rules.CreateOpts) ([]groupRule, error) {
	var made []groupRule
	err := rules.CreateBulk(ctx, client, wanted).ExtractIntoSlicePtr(&made, "security_group_rules")
	if !gophercloud.ResponseCodeIs(err, http.StatusBadRequest) {
		return made, err
	}
	made = nil
	for _, o := range wanted {
		var rule groupRule
		if err := rules.Create(ctx, client, o).ExtractIntoStructPtr(&rule, "security_group_rule"); err != nil {
			return nil, err
		}
		made = append(made, rule)
	}
	return made, nil
}

// getGroup returns a security group as Neutron shows it.
func getGroup(ctx context.Context, client *gophercloud.ServiceClient, id string) (*group, error) {
	g := &group{}
	err := groups.Get(ctx, client, id).ExtractIntoStructPtr(g, "security_group")
	return g, phases.Misread(err, g.ID != id)
}

// wantedRules are Tempest's, SSH and ICMP from anywhere, and one for the guests' SSH port where that is another.
func (r *resources) wantedRules(group string) []rules.CreateOpts {
	if !r.Config.Validation.SecurityGroupRules {
		return nil
	}
	ether := rules.EtherType4
	if r.Config.Validation.IPVersionForSSH == 6 {
		ether = rules.EtherType6
	}
	tcp := func(port int) rules.CreateOpts {
		return rules.CreateOpts{SecGroupID: group, Direction: rules.DirIngress, EtherType: ether, Protocol: rules.ProtocolTCP, PortRangeMin: port, PortRangeMax: port}
	}
	out := []rules.CreateOpts{tcp(22)}
	if port := r.Config.PersistentResources.SSHPort; port != 22 {
		out = append(out, tcp(port))
	}
	return append(out, rules.CreateOpts{SecGroupID: group, Direction: rules.DirIngress, EtherType: ether, Protocol: rules.ProtocolICMP})
}

// groupAPI makes security groups.
type groupAPI struct {
	r       *resources
	client  *gophercloud.ServiceClient
	group   *group // as it was last seen
	created bool
}

func (a *groupAPI) create(ctx context.Context, rec state.Record) (string, map[string]string, error) {
	g := &group{}
	err := groups.Create(ctx, a.client, groups.CreateOpts{Name: rec.Name, Description: a.r.Description(rec.Name)}).ExtractIntoStructPtr(g, "security_group")
	if err = phases.Misread(err, g.ID == ""); err != nil {
		return "", nil, err
	}
	a.group, a.created = g, true
	return g.ID, nil, nil
}

func (a *groupAPI) list(ctx context.Context, rec state.Record) ([]thing, error) {
	return a.r.listNamed(ctx, a.client, "security-groups", "security_groups", rec)
}

func (a *groupAPI) get(ctx context.Context, rec state.Record) (thing, error) {
	g, err := getGroup(ctx, a.client, rec.ID)
	if err != nil {
		return thing{}, err
	}
	a.group = g
	return a.thing(rec, g), nil
}

func (a *groupAPI) remove(ctx context.Context, rec state.Record) error {
	return groups.Delete(ctx, a.client, rec.ID).ExtractErr()
}

func (a *groupAPI) thing(rec state.Record, g *group) thing {
	return thing{g.ID, g.Name, g.Description == a.r.Description(rec.Name)}
}

// groupChanges names the rules that were removed from and added to the recorded security group.
func (r *resources) groupChanges(ctx context.Context, client *gophercloud.ServiceClient, rec state.Record) ([]string, error) {
	g, err := getGroup(ctx, client, rec.ID)
	if phases.NotFound(err) {
		return []string{fmt.Sprintf("security group %s (%s) is gone", rec.Name, rec.ID)}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get security group %s: %w", rec.Name, err)
	}
	var was []rule
	known, err := rec.ReadBaseline(&was)
	if err != nil {
		return nil, fmt.Errorf("read the recorded rules of security group %s: %w", rec.Name, err)
	}
	var out []string
	if g.Name != rec.Name {
		out = append(out, fmt.Sprintf("security group %s is now named %q", rec.Name, g.Name))
	}
	if !known {
		r.NotRecorded(ctx, "The rules of security group %s are not compared: not recorded.", rec.Name)
		return out, nil
	}
	return append(out, ruleChanges(rec.Name, was, rulesOf(g))...), nil
}
