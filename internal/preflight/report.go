// Package preflight looks at a configuration and the cloud it names before anything is made, and tells which tests will skip
// or fail and why. It changes nothing, neither in the cloud nor on the disk.
package preflight

import (
	"strings"

	"opendev.org/x/persistent-resources/tempestconf"
)

// Level says what a finding means for a run.
type Level string

// The levels, the worst first.
const (
	Fail Level = "fail" // a test will fail
	Skip Level = "skip" // a test will skip
	Warn Level = "warn" // a run may go wrong, or not prove what it should
	Note Level = "note" // worth knowing
)

// Finding is one thing that was found.
type Finding struct {
	Level Level `json:"level"`
	// Option is the option that leads to it, "section.option"; several are separated by commas, empty where none does.
	Option string `json:"option,omitempty"`
	// Where tells where the option's value comes from.
	Where string `json:"where,omitempty"`
	Text  string `json:"text"`
	// Tests are the ids concerned, where they are not all of a service.
	Tests []string `json:"tests,omitempty"`
}

// Service is a service of the catalog, with the endpoint that would be used.
type Service struct {
	Type      string `json:"type"`
	Region    string `json:"region,omitempty"`
	Interface string `json:"interface,omitempty"`
	Endpoint  string `json:"endpoint"`
	// API is the version of the API, MinMicroversion and MaxMicroversion the range it offers; empty where it told none.
	API             string `json:"api,omitempty"`
	MinMicroversion string `json:"min_microversion,omitempty"`
	MaxMicroversion string `json:"max_microversion,omitempty"`
}

// Report is everything that was found.
type Report struct {
	// Identity is the Identity URL and User who authenticated there; User is empty when nobody could.
	Identity string    `json:"identity,omitempty"`
	User     string    `json:"user,omitempty"`
	Project  string    `json:"project,omitempty"`
	Roles    []string  `json:"roles,omitempty"`
	Services []Service `json:"services"`
	Findings []Finding `json:"findings"`
}

// WillFail reports whether a test will fail.
func (r *Report) WillFail() bool { return r.Count(Fail) > 0 }

// Count is the number of findings of a level.
func (r *Report) Count(level Level) int {
	n := 0
	for _, f := range r.Findings {
		if f.Level == level {
			n++
		}
	}
	return n
}

// where tells where the values of some options come from, in the order in which they are named.
func where(c *tempestconf.Config, options string) string {
	var out []string
	for _, name := range strings.Split(options, ",") {
		section, option, _ := strings.Cut(name, ".")
		if src := c.Where(section, option); src.Origin != tempestconf.FromNowhere {
			out = append(out, src.String())
		} else if option != "" {
			out = append(out, "not set")
		}
	}
	return strings.Join(out, ", ")
}
