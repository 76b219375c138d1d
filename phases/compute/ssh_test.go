package compute

import (
	"testing"
	"time"

	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/tempestconf"
)

// TestPauses: those of Tempest, whatever the interval of polls, but for one of none.
func TestPauses(t *testing.T) {
	for interval, want := range map[int]time.Duration{0: 50 * time.Millisecond, 1: 0, 10: 0} {
		c := &tempestconf.Config{}
		c.Compute.BuildInterval = interval
		r := &resources{Fixture: &phases.Fixture{Config: c}}
		if first, step := r.pauses(); first != want || step != want {
			t.Errorf("build_interval %d: %s and %s, want %s (0 is Tempest's)", interval, first, step, want)
		}
	}
}
