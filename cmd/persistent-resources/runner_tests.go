package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/internal/stestr"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/phases/all"
	"opendev.org/x/persistent-resources/subunit"
)

// runTests runs the wanted tests in this process. Every problem is an event.
func (o *runnerOptions) runTests(ctx context.Context, own, wanted []string, sink *streamSink, global *globalOptions, c *cobra.Command, env environment) error {
	cfg, configErr := global.load(c, env)
	s, err := newSession(cfg, env)
	if err != nil && configErr == nil {
		configErr = err
	}
	defer s.close()
	run := s.options()
	run.ConfigError, run.NoAPI, run.Concurrency = configErr, o.noAPI, concurrency(o.concurrency)
	run.Stop = sink.failure
	run.Select, run.Unknown = selection(own, wanted)
	t := turns{session: s, run: run, sink: sink, alone: o.alone}
	t.runAll(ctx)
	for _, n := range s.notes() {
		fmt.Fprintf(env.stderr, "note: %s\n", n)
	}
	s.say(env.stderr, t.outcome)
	if err := sink.close(); err != nil && !phases.IsOutputGone(err) {
		fmt.Fprintf(env.stderr, "persistent-resources: write the stream: %v\n", err)
	}
	return nil
}

// turns runs phase after phase, and before each waits for what other workers do of earlier phases.
type turns struct {
	session *session
	run     phases.Options
	sink    *streamSink
	alone   bool
	workers *stestr.Workers
	// Of the services that this process creates and verifies.
	created, verified []stestr.Phase
	outcome           phases.Outcome
}

func (t *turns) runAll(ctx context.Context) {
	selected := map[phases.Phase][]stestr.Phase{}
	for _, l := range phases.List(all.Services()) {
		if !t.run.Select(l.ID) {
			continue
		}
		t.sink.event(&subunit.Event{TestID: l.ID, Status: subunit.Exists})
		p := stestr.Phase{Service: l.Class.Service, Number: int(l.Class.Phase)}
		if of := selected[l.Class.Phase]; len(of) == 0 || of[len(of)-1] != p {
			selected[l.Class.Phase] = append(of, p)
		}
	}
	if !t.alone && t.run.Config != nil && t.run.ConfigError == nil {
		t.workers = stestr.OpenWorkers(t.session.stateDir().Path)
		defer t.workers.Close()
		t.announce(ctx, selected[phases.Create], t.session.named)
		t.announce(ctx, selected[phases.Verify], t.session.recorded)
	}
	t.created, t.verified = selected[phases.Create], selected[phases.Verify]
	for _, phase := range []phases.Phase{phases.Create, phases.Verify, phases.Delete} {
		t.runPhase(ctx, phase, selected[phase])
	}
}

// usable reports whether a phase need not wait for workers that may not have begun. stestr gives a class to one worker: what
// this process did not create, no other will; and where a run creates, another worker may be about to verify what is deleted.
func (t *turns) usable(p stestr.Phase) bool {
	has := func(of []stestr.Phase) bool {
		return slices.ContainsFunc(of, func(other stestr.Phase) bool { return other.Service == p.Service })
	}
	switch created := has(t.created); {
	case created && phases.Phase(p.Number) == phases.Delete:
		return has(t.verified)
	case created:
		return true
	}
	return t.session.usable(p)
}

// announce tells other workers of phases; mayMake says of which services a file may be made for that.
func (t *turns) announce(ctx context.Context, of []stestr.Phase, mayMake func(service string) bool) {
	for _, p := range of {
		if err := t.workers.Announce(p, mayMake(p.Service)); err != nil {
			t.run.Log.Warn(ctx, "%v", err)
		}
	}
}

func (t *turns) runPhase(ctx context.Context, phase phases.Phase, of []stestr.Phase) {
	if len(of) == 0 && len(t.run.Unknown) == 0 {
		return
	}
	for _, p := range of {
		if t.workers != nil && t.session.named(p.Service) {
			limit := time.Duration(t.run.Config.PersistentResources.LockTimeout) * time.Second
			t.workers.Await(ctx, p, func() bool { return t.usable(p) }, limit)
		}
	}
	run := t.run
	run.Select = func(id string) bool { p, ok := phases.PhaseOf(id); return ok && p == phase && t.run.Select(id) }
	t.run.Unknown = nil
	out := t.session.runPhases(ctx, run, func(e *subunit.Event) {
		if e.Status != subunit.Exists {
			t.sink.event(e)
		}
	})
	for _, p := range of {
		if t.workers != nil {
			t.workers.Done(p)
		}
	}
	t.outcome.Tests += out.Tests
	t.outcome.Failures += out.Failures
	t.outcome.Errors = append(t.outcome.Errors, out.Errors...)
	if t.outcome.Stopped == nil {
		t.outcome.Stopped = out.Stopped
	}
}

// named reports whether the configuration wants a service's resources at all.
func (s *session) named(service string) bool {
	return slices.Contains(s.config.PersistentResources.Services, service)
}

// recorded reports whether there is a record of a service's resources, whatever it says.
func (s *session) recorded(service string) bool {
	_, err := os.Stat(s.stateDir().JournalPath(service))
	return err == nil
}

// usable reports whether a phase finds what it works on: for verify and delete, what a create that has ended left.
func (s *session) usable(p stestr.Phase) bool {
	if phases.Phase(p.Number) == phases.Create {
		return true
	}
	j, err := s.stateDir().Open(p.Service)
	if err != nil {
		return true // it will not get better
	}
	sealed, _ := j.Sealed()
	return j.Exists() && !j.Deleted() && (sealed || phases.Phase(p.Number) == phases.Delete)
}
