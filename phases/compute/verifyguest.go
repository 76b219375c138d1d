package compute

import (
	"context"
	"fmt"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/internal/guest"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// verifyGuests is the test test_can_ssh_into_persistent_servers. Without API it looks at the guests alone.
func (r *resources) verifyGuests(ctx context.Context) error {
	records, err := r.recorded()
	if err != nil {
		return err
	}
	var access error
	if r.NoAPI {
		r.Note(ctx, "Of the way into the servers only the way itself was verified; not, because --no-api was given: the key pair and the security group as the APIs show them, and the ports that the floating IPs are on.")
	} else {
		access = r.verifyAccess(ctx)
	}
	guests := r.Each(records, func(rec state.Record) error { return r.verifyGuest(ctx, rec, access != nil) })
	return phases.Join(access, guests)
}

// verifyAccess compares what all servers are reached with: key pair and security group.
func (r *resources) verifyAccess(ctx context.Context) error {
	var all []string
	if rec, ok := r.Journal.Record(keypairKey); ok {
		client, err := r.nova(ctx)
		if err != nil {
			return err
		}
		changes, err := keypairChanges(ctx, client, rec)
		if err != nil {
			return err
		}
		all = append(all, changes...)
	}
	if rec, ok := r.Journal.Record(groupKey); ok {
		client, err := r.neutron(ctx)
		if err != nil {
			return err
		}
		changes, err := r.groupChanges(ctx, client, rec)
		if err != nil {
			// What is known to be lost already is said all the same.
			return phases.Join(phases.Changed("the way into the servers", all), err)
		}
		all = append(all, changes...)
	}
	return phases.Changed("the way into the servers", all)
}

// lostTime is how long a guest is looked for when something is known to be lost, so that the report still says whether it
// answers.
const lostTime = 20 * time.Second

// verifyGuest compares one server's floating IP and guest. hurry says that something is lost already.
func (r *resources) verifyGuest(ctx context.Context, rec state.Record, hurry bool) error {
	b, err := r.reachable(ctx, rec)
	if err != nil {
		return err
	}
	var changes []string
	var unknown error // what Neutron could not be asked
	if !r.NoAPI {
		changes, unknown = r.verifyFloatingIP(ctx, rec)
	}
	t := r.target(b)
	if _, lost := r.lost.Load(rec.Key); lost || hurry || unknown != nil || len(changes) > 0 {
		t.Timeout = min(t.Timeout, lostTime)
	}
	what := "server " + rec.Name
	now, err := r.read(ctx, rec, t)
	if err != nil {
		r.lose(rec, sshTest, "does not let us in")
		err = r.explained(ctx, rec, b, fmt.Errorf("%s does not let us in: %w", what, err))
		return phases.Join(phases.Changed(what, changes), unknown, err)
	}
	r.met.Store(rec.Key, now)
	changes = append(changes, r.guestChanges(ctx, rec, b, now)...)
	return phases.Join(phases.Changed(what, changes), unknown, r.hostName(ctx, rec, now))
}

// reachable is the baseline of a server that can be logged in to.
func (r *resources) reachable(ctx context.Context, rec state.Record) (baseline, error) {
	var b baseline
	known, err := rec.ReadBaseline(&b)
	if err != nil {
		return b, fmt.Errorf("read the baseline of server %s: %w", rec.Name, err)
	}
	if f, ok := r.Journal.Record(floatingKey + number(rec)); ok && b.Address == "" {
		b.Address = f.Detail(address)
	}
	if b.Address == "" {
		if b.Address, err = r.importedAddress(ctx, rec); err != nil {
			return b, err
		}
	}
	switch {
	case b.Address == "":
		return b, phases.Fail("no address was recorded at which server %s could be reached: create ran without [validation] run_validation, or did not come to its end", rec.Name)
	case !known && rec.Detail(phases.Imported) == "":
		return b, phases.Fail("server %s has no baseline: create did not come to its end", rec.Name)
	}
	return b, nil
}

func (r *resources) verifyFloatingIP(ctx context.Context, server state.Record) ([]string, error) {
	rec, ok := r.Journal.Record(floatingKey + number(server))
	if !ok || !rec.Made {
		return nil, nil
	}
	client, err := r.neutron(ctx)
	if err != nil {
		return nil, err
	}
	if rec.Detail(phases.Imported) != "" {
		return importedFloatingChanges(ctx, client, rec, server)
	}
	return floatingChanges(ctx, client, rec)
}

// guestChanges compares the guest with its baseline. What was not recorded is said in the log.
func (r *resources) guestChanges(ctx context.Context, rec state.Record, b baseline, now guest.Baseline) []string {
	if b.Guest == nil {
		r.NotRecorded(ctx, "Of the guest of server %s host key and boot id are not compared: not recorded.", rec.Name)
		return nil
	}
	c := guest.Compare(*b.Guest, now)
	if len(c.NotRecorded) > 0 {
		r.Log.Warn(ctx, "Of server %s not verified, because not recorded: %s.", rec.Name, strings.Join(c.NotRecorded, ", "))
	}
	return c.Differences
}

// longestHostName is Linux's limit: a guest cuts what is longer.
const longestHostName = 63

// hostName is Tempest's assertion that the guest's host name is the server's name.
func (r *resources) hostName(ctx context.Context, rec state.Record, now guest.Baseline) error {
	rec, err := r.named(ctx, rec)
	if err != nil {
		return err
	}
	if nameless(rec) {
		r.NotRecorded(ctx, "The host name of server %s's guest is not compared: the server's name was not recorded, and no API may be asked for it.", rec.Name)
		return nil
	}
	want := strings.ToLower(rec.Name)
	if now.HostName == want {
		return nil
	}
	if len(want) > longestHostName && now.HostName == strings.TrimRight(want[:longestHostName], "-.") {
		r.Log.Info(ctx, "The guest of server %s cut its host name at %d characters: %s.", rec.Name, longestHostName, now.HostName)
		return nil
	}
	return fmt.Errorf("the host name of the guest is not the server's name: %w", phases.Mismatch(want, now.HostName))
}
