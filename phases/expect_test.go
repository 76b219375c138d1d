package phases

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/internal/releases"
	"opendev.org/x/persistent-resources/internal/state"
)

func TestExpectRelease(t *testing.T) {
	zed := releases.Told{Service: "compute", Min: "2.1", Max: "2.93"}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for name, tc := range map[string]struct {
		ctx      context.Context
		expected releases.Release
		none     bool
		noAPI    bool
		told     []releases.Told
		want     string
	}{
		"as expected":             {expected: releases.Zed, told: []releases.Told{zed, {Service: "identity", API: "v3.14"}}},
		"another":                 {expected: releases.Epoxy, told: []releases.Told{zed, {Service: "identity", API: "v3.14"}}, want: "release 2025.1 Epoxy was expected, and compute tells 2.1 to 2.93 (Zed)"},
		"two others":              {expected: releases.Yoga, told: []releases.Told{zed, {Service: "object-store", Version: "2.30.1"}}, want: "release Yoga was expected, and compute tells 2.1 to 2.93 (Zed); object-store tells 2.30.1 (Zed)"},
		"nothing follows":         {expected: releases.Zed, told: []releases.Told{{Service: "network", API: "v2.0"}}, want: "release Zed was expected, and no service told what its release follows from"},
		"nothing told":            {expected: releases.Zed, want: "release Zed was expected, and no service told what its release follows from"},
		"none expected":           {none: true, told: []releases.Told{zed}},
		"no API":                  {expected: releases.Epoxy, noAPI: true},
		"a run that is stopped":   {ctx: stopped, expected: releases.Epoxy, told: []releases.Told{zed}},
		"a service with no table": {expected: releases.Zed, told: []releases.Told{zed, {Service: "dns", API: "v2"}}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &Fixture{NoAPI: tc.noAPI, expected: &tc.expected}
			if tc.none {
				f.expected = nil
			}
			for _, r := range tc.told {
				f.told.add(r)
			}
			ctx := tc.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			got := ""
			if err := f.expectRelease(ctx); err != nil {
				got = Describe(err)
			}
			if got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

// TestReleasePairs sets what was told at the first create beside what is told now.
func TestReleasePairs(t *testing.T) {
	journal, err := state.Dir{Path: filepath.Join(t.TempDir(), "state")}.Open("alpha")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { journal.Close() })
	for _, err := range []error{
		journal.Begin(state.Header{Run: "run", Service: "alpha"}),
		journal.RecordReleases("create", map[string]string{"compute": "2.1 to 2.93 (Zed)", "volume": "3.0 to 3.70 (Zed to 2023.2 Bobcat)"}),
		journal.RecordReleases("verify pre-upgrade", map[string]string{"compute": "2.1 to 2.95"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	f := &Fixture{Journal: journal}
	f.told.add(releases.Told{Service: "compute", Min: "2.1", Max: "2.100"})
	f.SwiftTold("2.35.1")
	want := []ReleasePair{
		{"compute", "2.1 to 2.93 (Zed)", "2.1 to 2.100 (2025.1 Epoxy or later)"},
		{"object-store", "", "2.35.1 (2025.1 Epoxy)"},
		{"volume", "3.0 to 3.70 (Zed to 2023.2 Bobcat)", ""},
	}
	if diff := cmp.Diff(want, f.releasePairs()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
