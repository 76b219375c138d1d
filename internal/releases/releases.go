// Package releases tells from what a service says of its API which OpenStack releases it can be of.
//
// No service tells its release. Nova and Cinder tell the newest microversion that they know, which grows with most releases;
// Swift tells its own version; Glance and Keystone tell API versions that change rarely; Neutron has no versions, only
// extensions. So the answer is a range of releases, often of one, sometimes of many. Where a vendor changes what a service
// tells, the answer is wrong.
package releases

import (
	"fmt"
	"slices"
	"strings"
)

// Release is an OpenStack release. They are ordered by age.
type Release int

// The releases whose services are told apart, the oldest first.
const (
	Mitaka Release = iota
	Newton
	Ocata
	Pike
	Queens
	Rocky
	Stein
	Train
	Ussuri
	Victoria
	Wallaby
	Xena
	Yoga
	Zed
	Antelope
	Bobcat
	Caracal
	Dalmatian
	Epoxy
	Flamingo
	Gazpacho
	last  = Gazpacho
	later = last + 1 // one that this program does not know yet
)

// firstYear is the year of Antelope, the first release that is numbered; there are two a year since.
const firstYear = 2023

func names() []string {
	return strings.Fields("Mitaka Newton Ocata Pike Queens Rocky Stein Train Ussuri Victoria Wallaby Xena Yoga Zed " +
		"Antelope Bobcat Caracal Dalmatian Epoxy Flamingo Gazpacho")
}

// String is the release's name, with its number where it has one: "Zed", "2025.1 Epoxy".
func (r Release) String() string {
	all := names()
	if int(r) >= len(all) {
		return "later than " + last.String()
	}
	if n := r.number(); n != "" {
		return n + " " + all[r]
	}
	return all[r]
}

func (r Release) number() string {
	if r < Antelope {
		return ""
	}
	n := int(r - Antelope)
	return fmt.Sprintf("%d.%d", firstYear+n/2, n%2+1)
}

// Parse reads a release's name or number, or both: "epoxy", "2025.1", "2025.1 Epoxy". Case does not matter.
func Parse(text string) (Release, error) {
	wanted := strings.ToLower(strings.TrimSpace(text))
	all := names()
	for i, name := range all {
		r := Release(i)
		if wanted != "" && slices.Contains([]string{strings.ToLower(name), r.number(), strings.ToLower(r.String())}, wanted) {
			return r, nil
		}
	}
	return 0, fmt.Errorf("there is no release %q; it can be one of %s", text, strings.ToLower(strings.Join(all, ", ")))
}

// Range is the releases that a service can be of. The zero value is all of them: nothing is told.
type Range struct {
	// From and To are the oldest and the newest.
	From, To Release
	// Known says that something was told.
	Known bool
}

// Includes reports whether a service can be of a release.
func (g Range) Includes(r Release) bool { return !g.Known || g.From <= r && r <= g.To }

// String is the range in words, "" where nothing is known.
func (g Range) String() string {
	switch {
	case !g.Known:
		return ""
	case g.From == g.To:
		return g.From.String()
	case g.To == last:
		return g.From.String() + " or later"
	case g.From == Mitaka:
		return g.To.String() + " or earlier"
	case g.To == g.From+1:
		return g.From.String() + " or " + g.To.String()
	}
	return g.From.String() + " to " + g.To.String()
}
