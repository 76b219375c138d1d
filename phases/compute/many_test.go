package compute_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/quotasets"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/phases"
)

// TestManyServers makes twenty servers, eight at once; what is lost is reported in the order of their numbers.
func TestManyServers(t *testing.T) {
	t.Parallel()
	w := manyServers(t)
	w.must(phases.Create)
	if got := kinds(w.cloud.Inventory())["server"] - kinds(w.before)["server"]; got != 20 {
		t.Fatalf("%d servers were made, want 20", got)
	}
	w.must(phases.Verify)
	u := w.user(t)
	lost := []int{17, 3, 11}
	for _, n := range lost {
		u.do(servers.Stop(t.Context(), u.nova, w.record(fmt.Sprintf("server/%d", n)).ID).ExtractErr())
	}
	for _, n := range lost {
		u.becomes(t.Context(), w.record(fmt.Sprintf("server/%d", n)).ID, "SHUTOFF")
	}
	r := w.run(t.Context(), phases.Verify, existence)
	report := text(r.tests[existence], "traceback")
	at := -1
	for _, n := range []int{3, 11, 17} {
		i := strings.Index(report, w.record(fmt.Sprintf("server/%d", n)).Name+" is SHUTOFF")
		if i <= at {
			t.Errorf("server %d is not named, or not in its order:\n%s", n, report)
		}
		at = i
	}
	if n := strings.Count(report, "is SHUTOFF"); n != len(lost) {
		t.Errorf("%d servers are reported, want %d", n, len(lost))
	}
	w.must(phases.Delete)
	w.clean("delete")
}

// manyServers prepares a world of twenty servers, eight worked on at once. Nova's default quota is ten.
func manyServers(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	w.named = "simulated-admin"
	unlimited := -1
	_, err := quotasets.Update(t.Context(), w.user(t).nova, w.cloud.ProjectID(simulator.MemberProject), quotasets.UpdateOpts{
		Instances: &unlimited, Cores: &unlimited, RAM: &unlimited,
	}).Extract()
	if err != nil {
		t.Fatal(err)
	}
	w.asMember(t)
	w.set["persistent_resources.servers"] = "20"
	w.at = 8
	return w
}

func BenchmarkTwentyServers(b *testing.B) {
	w := manyServers(b)
	for b.Loop() {
		for _, phase := range []phases.Phase{phases.Create, phases.Verify, phases.Delete} {
			w.must(phase)
		}
	}
}
