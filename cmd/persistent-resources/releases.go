package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"opendev.org/x/persistent-resources/internal/releases"
	"opendev.org/x/persistent-resources/phases"
)

// expectedRelease reads --expect-release; nil is none.
func expectedRelease(o *phaseOptions) (*releases.Release, error) {
	if o.release == "" {
		return nil, nil
	}
	if o.noAPI {
		return nil, usagef("--expect-release needs the services' APIs, and --no-api asks none")
	}
	r, err := releases.Parse(o.release)
	if err != nil {
		return nil, usagef("--expect-release: %v", err)
	}
	return &r, nil
}

// printReleasePairs shows what the services told at create, and now.
func printReleasePairs(w io.Writer, phase phases.Phase, pairs []phases.ReleasePair) {
	if len(pairs) == 0 {
		return
	}
	if phase == phases.Create {
		fmt.Fprintln(w, "releases:")
	} else {
		fmt.Fprintln(w, "releases at create, and now where they differ:")
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, p := range pairs {
		fmt.Fprintf(t, "  %s\t%s\n", p.Service, pairText(p.Then, p.Now))
	}
	_ = t.Flush() // what is printed for people must not end a run
}

// pairText is a pair in one cell.
func pairText(then, now string) string {
	switch {
	case then == "" && now == "":
		return "-"
	case then == "":
		return "not recorded → " + now
	case now == "":
		return then + " → not told"
	case then == now:
		return now
	}
	return then + " → " + now
}
