package main

import (
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/internal/simulator"
)

// TestReleasesOfTheEmbeddedClouds expects each release of a cloud that answers as the real one does, and the other.
func TestReleasesOfTheEmbeddedClouds(t *testing.T) {
	for release, tc := range map[string]struct{ other, told string }{
		"zed":   {"epoxy", "release 2025.1 Epoxy was expected, and compute tells 2.1 to 2.93 (Zed)"},
		"epoxy": {"zed", "release Zed was expected, and compute tells 2.1 to 2.100 (2025.1 Epoxy or later)"},
	} {
		t.Run(release, func(t *testing.T) {
			t.Parallel()
			c := startCloud(t, simulator.Options{Release: release})
			c.program(nil, "create", "-q", "--expect-release", release).must(t, exitOK, "create")
			c.program(nil, "verify", "-q", "--expect-release", release).must(t, exitOK, "verify")
			r := c.program(nil, "verify", "-q", "--expect-release", tc.other).must(t, exitFailed, "verify as "+tc.other)
			if !strings.Contains(r.stderr, tc.told) {
				t.Errorf("%s\nwant %q", r.stderr, tc.told)
			}
			c.program(nil, "delete", "-q").must(t, exitOK, "delete")
			c.unchanged("delete")
		})
	}
}

func TestPairText(t *testing.T) {
	for _, tc := range [][3]string{
		{"", "", "-"}, {"a", "a", "a"}, {"a", "b", "a → b"}, {"", "b", "not recorded → b"}, {"a", "", "a → not told"},
	} {
		if got := pairText(tc[0], tc[1]); got != tc[2] {
			t.Errorf("pairText(%q, %q) = %q, want %q", tc[0], tc[1], got, tc[2])
		}
	}
}
