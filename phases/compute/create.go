package compute

import (
	"context"
	"fmt"
	"strconv"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// setUp is resource_setup of create: the network to use and what is needed to log in.
func (r *resources) setUp(ctx context.Context) error {
	if err := r.Config.Require("compute.image_ref", "compute.flavor_ref"); err != nil {
		return err
	}
	if err := r.chooseNetwork(ctx); err != nil {
		return err
	}
	v := r.Config.Validation
	if !v.RunValidation {
		return nil
	}
	nova, err := r.nova(ctx)
	if err != nil {
		return err
	}
	if err := r.ensureKeypair(ctx, nova); err != nil {
		return err
	}
	neutron, err := r.neutron(ctx)
	if err != nil {
		return err
	}
	if v.SecurityGroup {
		if err := r.ensureGroup(ctx, neutron); err != nil {
			return err
		}
	}
	if v.ConnectMethod != floating {
		return nil
	}
	if external, err := r.externalNetwork(ctx, neutron); err != nil || external != "" {
		return err
	}
	return phases.FailWith(invalidConfiguration, "Invalid Configuration\nDetails: validation.connect_method is floating, and neither network.public_network_id nor network.floating_network_name names a network of floating IPs")
}

// floating is the value of connect_method that asks for floating IPs.
const floating = "floating"

// chooseNetwork takes the project's own network, else the one that the accounts file gives to a pre-provisioned account, else
// the one that fixed_network_name names, else it leaves the choice to Nova.
func (r *resources) chooseNetwork(ctx context.Context) error {
	if own, ok := r.Journal.Record(networkKey); ok {
		r.network = own.ID
		return nil
	}
	name, by := r.AccountNetwork(), "the network of the account in auth.test_accounts_file"
	if name == "" {
		name, by = r.Config.Compute.FixedNetworkName, "compute.fixed_network_name"
	}
	if name == "" {
		return nil
	}
	client, err := r.neutron(ctx)
	if err != nil {
		return err
	}
	if r.network, err = networkByName(ctx, client, name, false); err != nil || r.network != "" {
		return err
	}
	return phases.FailWith(invalidConfiguration, "Invalid Configuration\nDetails: %s: there is no network %q that the project can see", by, name)
}

// createServers is the test test_create_persistent_server, for every server.
func (r *resources) createServers(ctx context.Context) error {
	var records []state.Record
	for i := range r.Config.PersistentResources.Servers {
		records = append(records, r.planned(serverKey+strconv.Itoa(i+1), serverKind, r.RandName(r.ID.Name()+"-server")))
	}
	ctx = cloud.WithRetries(ctx)
	return r.Each(records, func(rec state.Record) error { return r.createServer(ctx, rec) })
}

// createServer makes one server, waits until it can be used and takes its baseline.
func (r *resources) createServer(ctx context.Context, rec state.Record) error {
	client, err := r.nova(ctx)
	if err != nil {
		return err
	}
	a := &serverAPI{r: r, client: client}
	rec, err = r.ensure(ctx, rec, a)
	if err != nil {
		return err
	}
	var b baseline
	known, err := rec.ReadBaseline(&b)
	if err != nil {
		return fmt.Errorf("read the baseline of server %s: %w", rec.Name, err)
	}
	if known = known && b.ID == rec.ID; known {
		if err := r.runs(ctx, a, rec); err != nil {
			return err
		}
		if whole, err := r.whole(ctx, rec, b); err != nil || whole {
			return err
		}
	}
	s, err := r.waitFor(ctx, client, rec, active, createTest, rec.Detail(requestID))
	if err != nil {
		return err
	}
	if !known {
		b = baselineOf(s, client.Microversion)
	}
	if r.Config.Validation.RunValidation {
		if b.Address, err = r.addressOf(ctx, rec, s); err != nil {
			return err
		}
		now, err := r.logIn(ctx, rec, b)
		if err != nil {
			return r.explained(ctx, rec, b, fmt.Errorf("server %s is ACTIVE and cannot be used: %w", rec.Name, err))
		}
		if b.Guest == nil {
			b.Guest = &now
		}
	}
	return r.Journal.Baseline(rec.Key, b)
}

// runs sees to it that a server that an earlier create finished is ACTIVE. What a killed verify left suspended is put back;
// what anything else stopped is for its owner to start: create must not hide it.
func (r *resources) runs(ctx context.Context, a *serverAPI, rec state.Record) error {
	s := a.seen
	switch {
	case rec.Detail(bySuspendTest) != "":
		return r.putBack(ctx, a.client, rec, r.suspendEnds(rec))
	case s == nil || s.TaskState != "":
		_, err := r.waitFor(ctx, a.client, rec, active, createTest, "")
		return err
	case s.Status == active:
		return nil
	}
	return fmt.Errorf("an earlier create finished server %s and left it ACTIVE; start it again, or run delete and then create: %w", rec.Name, notActive(rec, s))
}

// whole reports whether nothing is missing of a server that an earlier create finished.
func (r *resources) whole(ctx context.Context, rec state.Record, b baseline) (bool, error) {
	if !r.Config.Validation.RunValidation {
		return true, nil
	}
	f, ok := r.Journal.Record(floatingKey + number(rec))
	if b.Guest == nil || !ok {
		return b.Guest != nil && r.Config.Validation.ConnectMethod != floating, nil
	}
	client, err := r.neutron(ctx)
	if err != nil {
		return false, err
	}
	a := &floatingAPI{r: r, client: client}
	_, err = a.get(ctx, f)
	if phases.NotFound(err) {
		return false, nil
	}
	return err == nil && a.seen.PortID == f.Detail(portID), err
}

// addressOf is where the server is to be reached.
func (r *resources) addressOf(ctx context.Context, rec state.Record, s *server) (string, error) {
	if r.Config.Validation.ConnectMethod == floating {
		return r.ensureFloatingIP(ctx, rec)
	}
	name := r.Config.Validation.NetworkForSSH
	all, ok := s.Addresses[name]
	if own, isolated := r.Journal.Record(networkKey); !ok && isolated {
		// No configuration can name a network that was made for this run.
		name = own.Name
		all, ok = s.Addresses[name]
	}
	if !ok {
		return "", fmt.Errorf("server %s has no address on network %s, which validation.network_for_ssh names: %w", rec.Name, name,
			phases.FailWith("KeyError", "%s", phases.PythonRepr([]byte(strconv.Quote(name)))))
	}
	for _, a := range all {
		if a.Version == r.Config.Validation.IPVersionForSSH {
			return a.Address, nil
		}
	}
	return "", phases.FailWith("tempest.exceptions.ServerUnreachable", "Server %s is not reachable via the configured network", rec.ID)
}
