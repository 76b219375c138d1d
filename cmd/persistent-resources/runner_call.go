package main

import (
	"context"
	"fmt"
	"strings"

	"opendev.org/x/persistent-resources/internal/stestr"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/phases/all"
	"opendev.org/x/persistent-resources/subunit"
	"opendev.org/x/persistent-resources/tempestconf"
)

// runnerCall is what stestr and Tempest start in place of a Python interpreter: only packets on standard output, what
// people read on standard error, and status 0 whatever the tests say, because every problem is an event.
func runnerCall(ctx context.Context, call stestr.Call, err error, env environment) int {
	if err != nil {
		fmt.Fprintf(env.stderr, "persistent-resources: %v\n", err)
		return exitUsage
	}
	if call.List {
		if err := listStream(env, call); err != nil {
			fmt.Fprintf(env.stderr, "persistent-resources: list the tests: %v\n", err)
			return exitUsage
		}
		return exitOK
	}
	var ids []string
	if call.LoadList != "" {
		if ids, err = stestr.ReadIDs(call.LoadList); err != nil {
			fmt.Fprintf(env.stderr, "persistent-resources: %v\n", err)
			return exitUsage
		}
	}
	cfg, configErr := tempestconf.Load(tempestconf.LoadOptions{Env: env.environ})
	s, err := newSession(cfg, env)
	if err != nil && configErr == nil {
		configErr = err
	}
	defer s.close()
	o := s.options()
	o.ConfigError = configErr
	o.Select, o.Unknown = selection(call, ids)
	sink := newStreamSink(env.stdout)
	o.Stop = sink.failure
	out := s.runPhases(ctx, o, sink.event)
	for _, n := range s.notes() {
		fmt.Fprintf(env.stderr, "note: %s\n", n)
	}
	s.say(env.stderr, out)
	if err := sink.close(); err != nil {
		fmt.Fprintf(env.stderr, "persistent-resources: write the stream: %v\n", err)
	}
	return exitOK
}

// selection makes a filter of an id list, and finds the ids that nothing here answers to.
func selection(call stestr.Call, ids []string) (selected func(string) bool, unknown []string) {
	if call.LoadList == "" {
		return func(id string) bool { return under(id, call.Only) }, nil
	}
	known := map[string]bool{}
	for _, t := range phases.List(all.Services()) {
		known[t.ID] = true
	}
	wanted := map[string]bool{}
	for _, id := range ids {
		if !known[id] {
			unknown = append(unknown, id)
		}
		wanted[id] = true
	}
	return func(id string) bool { return wanted[id] }, unknown
}

// under reports whether an id is the named test or lies in the named class, module or package.
func under(id, name string) bool {
	bare, _, _ := strings.Cut(id, "[")
	return name == "" || id == name || bare == name || strings.HasPrefix(id, name+".")
}

// listStream writes one "exists" packet a test. It needs neither configuration nor cloud.
func listStream(env environment, call stestr.Call) error {
	w := subunit.NewWriter(env.stdout)
	for _, t := range phases.List(all.Services()) {
		if under(t.ID, call.Only) {
			if err := w.Write(&subunit.Event{TestID: t.ID, Status: subunit.Exists}); err != nil {
				return err
			}
		}
	}
	return w.Flush()
}
