package compute

import (
	"context"
	"fmt"
	"strings"

	"github.com/gophercloud/gophercloud/v2"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// recorded returns the servers of the record; Tempest's assertion when there is none.
func (r *resources) recorded() ([]state.Record, error) {
	records := r.numbered(serverKind)
	if len(records) == 0 {
		return nil, phases.Fail("[] is not true : No servers were found in the file.")
	}
	return records, nil
}

// verifyServers is the test test_verify_persistent_servers_existance.
func (r *resources) verifyServers(ctx context.Context) error {
	records, err := r.recorded()
	if err != nil {
		return err
	}
	client, err := r.nova(ctx)
	if err != nil {
		return err
	}
	return r.Each(records, func(rec state.Record) error {
		s, err := r.verifyServer(ctx, client, rec)
		switch {
		case s != nil && s.Status != active:
			r.lose(rec, existTest, "is "+s.Status)
		case s == nil && phases.NotFound(err):
			r.lose(rec, existTest, "is gone")
		}
		return err
	})
}

// active is the status of a server that runs.
const active = "ACTIVE"

// verifyServer compares a server with its record. It returns what Nova shows of it, nil when that is not known.
func (r *resources) verifyServer(ctx context.Context, client *gophercloud.ServiceClient, rec state.Record) (*server, error) {
	if !rec.Made {
		return nil, phases.Fail("server %s was intended and never made", rec.Name)
	}
	s, err := getServer(ctx, client, rec.ID)
	if phases.NotFound(err) {
		return nil, fmt.Errorf("server %s (%s) is gone%s: %w", rec.Name, rec.ID, madeAgain(ctx, client, rec), err)
	}
	if err != nil {
		return nil, fmt.Errorf("get server %s: %w", rec.Name, err)
	}
	var b baseline
	known, err := rec.ReadBaseline(&b)
	if err != nil {
		return s, fmt.Errorf("read the baseline of server %s: %w", rec.Name, err)
	}
	var changed error
	switch {
	case known:
		now := baselineOf(s, client.Microversion)
		if (b.FlavorID == "") != (now.FlavorID == "") {
			now.FlavorID, now.Flavor = flavorAsOf(ctx, client, rec, b.Microversion)
		}
		if now.FlavorID == "" && now.Flavor == "" && b.FlavorID+b.Flavor != "" {
			r.Log.Warn(ctx, "The flavor of server %s is not compared: with microversion %q Nova shows it in another form than with %q at create.", rec.Name, now.Microversion, b.Microversion)
		}
		changed = phases.Changed("server "+rec.Name, b.changes(now))
	case rec.Detail(phases.Imported) == "":
		changed = phases.Fail("server %s has no baseline: create did not come to its end", rec.Name)
	default:
		r.NotRecorded(ctx, "Of server %s only id and status are compared; not recorded: name, time of creation, flavor, image, addresses, metadata.", rec.Name)
	}
	return s, phases.Join(notActive(rec, s), changed)
}

// flavorAsOf is the flavor of a server in the form of another microversion, that of create; empty where Nova knows it no more.
func flavorAsOf(ctx context.Context, client *gophercloud.ServiceClient, rec state.Record, microversion string) (id, flavor string) {
	then := *client
	then.Microversion = microversion
	s, err := getServer(ctx, &then, rec.ID)
	if err != nil {
		return "", ""
	}
	b := baselineOf(s, microversion)
	return b.FlavorID, b.Flavor
}

// notActive is Tempest's assertion about the status, with what Nova says of the reason.
func notActive(rec state.Record, s *server) error {
	if s.Status == active {
		return nil
	}
	note := ", task state " + taskState(s)
	if fault := s.fault(); fault != "" {
		note += ", fault: " + fault
	}
	return fmt.Errorf("server %s is %s%s: %w", rec.Name, s.Status, note, phases.Mismatch(active, s.Status))
}

// madeAgain tells of another server that now has the recorded one's name.
func madeAgain(ctx context.Context, client *gophercloud.ServiceClient, rec state.Record) string {
	found, err := serversNamed(ctx, client, rec.Name)
	if err != nil || len(found) == 0 {
		return ""
	}
	var others []string
	for _, s := range found {
		others = append(others, fmt.Sprintf("%s, created %s, %s", s.ID, s.Created, s.Status))
	}
	return "; it was re-created under the same name as another server (" + strings.Join(others, "; ") + ")"
}
