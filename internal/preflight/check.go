package preflight

import (
	"context"
	"fmt"
	"slices"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/tempestconf"
)

// Options say what to look at.
type Options struct {
	Config   *tempestconf.Config
	Services []phases.NewService
	// Connect prepares the way to the cloud; nothing is sent by it.
	Connect func(*tempestconf.Config) (*cloud.Connection, error)
	// Reload reads the configuration again with other values of some options, by "section.option".
	Reload func(overrides map[string]string) (*tempestconf.Config, error)
	// StateDir is the state directory.
	StateDir string
	Env      func(string) string
}

// checker collects a report.
type checker struct {
	o      Options
	c      *tempestconf.Config
	report Report

	conn *cloud.Connection
	work *worker
	// running are the services that will make something, by name.
	running map[string]phases.Service
	// bootImage and bootFlavor are what servers are made of; nil where there is none.
	bootImage  *image
	bootFlavor *flavor
}

// Run looks at everything. A cloud that cannot be reached is a finding, not an error.
func Run(ctx context.Context, o Options) *Report {
	c := &checker{o: o, c: o.Config, report: Report{Services: []Service{}, Findings: []Finding{}}, running: map[string]phases.Service{}}
	c.foresee(ctx)
	c.local()
	if c.access(ctx) {
		c.services(ctx)
		if _, ok := c.running["compute"]; ok {
			c.compute(ctx)
		}
	}
	c.cleanupTrap()
	if c.conn != nil {
		c.conn.Close()
	}
	slices.SortStableFunc(c.report.Findings, func(a, b Finding) int { return rank(a.Level) - rank(b.Level) })
	return &c.report
}

func rank(l Level) int { return slices.Index([]Level{Fail, Skip, Warn, Note}, l) }

// add adds a finding about options, "section.option" and several with commas; "" where no option leads to it.
func (c *checker) add(level Level, options, format string, args ...any) {
	f := Finding{Level: level, Option: options, Text: fmt.Sprintf(format, args...)}
	if options != "" {
		f.Where = where(c.c, options)
	}
	c.append(f)
}

// append adds a finding unless it is there: several parts of a run may need one option.
func (c *checker) append(f Finding) {
	if !slices.ContainsFunc(c.report.Findings, func(g Finding) bool {
		return g.Level == f.Level && g.Option == f.Option && g.Text == f.Text
	}) {
		c.report.Findings = append(c.report.Findings, f)
	}
}

func (c *checker) state() state.Dir { return state.Dir{Path: c.o.StateDir} }

// runs reports whether a service will make something.
func (c *checker) runs(service string) bool { _, ok := c.running[service]; return ok }
