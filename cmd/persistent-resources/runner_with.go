package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"opendev.org/x/persistent-resources/internal/stestr"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/subunit"
)

// foreignRunner is the runner that has the tests which this program does not have: Python's, for Tempest's own.
type foreignRunner struct {
	program string
	call    stestr.Call
	env     environment
}

// isOwn reports whether an id is one of ours, be it known or not. A Tempest plugin of that name may list the same ids.
func isOwn(id string) bool { return strings.HasPrefix(id, phases.Package+".") }

// partition separates ids of ours from the others.
func partition(ids []string) (own, foreign []string) {
	for _, id := range ids {
		if isOwn(id) {
			own = append(own, id)
		} else {
			foreign = append(foreign, id)
		}
	}
	return own, foreign
}

// concerns reports whether the call can be about foreign tests at all.
func (f *foreignRunner) concerns(own []string) bool {
	return f.program != "" && (f.call.Only == "" || len(own) == 0)
}

// list passes the foreign listing on, without ids of ours. Its failure is the listing's: stestr shows what it wrote.
func (f *foreignRunner) list(out *streamSink) error {
	listing, err := f.listing()
	for e, readErr := range subunit.NewReader(bytes.NewReader(listing), subunit.Recover).All() {
		if readErr != nil {
			return readErr
		}
		if !e.Text && !isOwn(e.TestID) {
			out.event(e)
		}
	}
	if err != nil {
		return err
	}
	return out.failure()
}

func (f *foreignRunner) listing() ([]byte, error) {
	cmd := exec.Command(f.program, f.call.WithLoadList("")...)
	cmd.Env, cmd.Stderr = f.env.environ, f.env.stderr
	listing, err := cmd.Output()
	if err != nil {
		return listing, fmt.Errorf("list the tests of %s: %w", f.program, err)
	}
	return listing, nil
}

// ids are those of the foreign listing.
func (f *foreignRunner) ids() ([]string, error) {
	listing, err := f.listing()
	if err != nil {
		return nil, err
	}
	c := subunit.NewCollector(nil)
	for e, err := range subunit.NewReader(bytes.NewReader(listing), subunit.Recover).All() {
		if err != nil {
			return nil, err
		}
		c.Add(e)
	}
	_, foreign := partition(c.Listed())
	return foreign, nil
}

// listingTest fails in place of the foreign tests when these cannot even be listed.
const listingTest = phases.Package + ".tests.ForeignTests.test_list"

// run runs foreign tests, wanted ones or all, after our own. Whatever prevents it, stestr must read a failure.
func (f *foreignRunner) run(ctx context.Context, wanted []string, out *streamSink) error {
	sink := func(e *subunit.Event) error { out.event(e); return out.failure() }
	if f.call.LoadList == "" && f.call.Only == "" {
		var err error
		if wanted, err = f.ids(); err != nil {
			return errors.Join(err, stestr.FailAll([]string{listingTest}, err.Error(), sink))
		}
	}
	if len(wanted) == 0 && f.call.Only == "" {
		return nil
	}
	if ctx.Err() != nil {
		return stestr.FailAll(wanted, fmt.Sprintf("not run: %v", context.Cause(ctx)), sink)
	}
	out.guard.Want(wanted)
	args, list := f.call.Args, (*os.File)(nil)
	if f.call.Only == "" {
		var err error
		if list, err = stestr.IDFile(wanted); err != nil {
			return errors.Join(err, stestr.FailAll(wanted, err.Error(), sink))
		}
		defer list.Close()
		args = f.call.WithLoadList(stestr.ListPath)
	}
	path, err := exec.LookPath(f.program)
	if err == nil {
		err = stestr.Supervise(stestr.Process{
			Name: f.program, Path: path, Args: append([]string{f.program}, args...), Env: f.env.environ, List: list, IDs: wanted, Lenient: true,
			Sink: sink, Text: out.text, Stderr: f.env.stderr,
		})
	}
	if err != nil && out.failure() == nil {
		return errors.Join(err, stestr.FailAll(wanted, err.Error(), sink))
	}
	return err
}

// text passes on what is between packets: what a foreign runner prints belongs to its stream.
func (s *streamSink) text(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && s.raw != nil {
		_, s.err = s.raw.Write(b)
	}
}
