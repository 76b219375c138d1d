package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/internal/stestr"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/phases/all"
	"opendev.org/x/persistent-resources/subunit"
)

// runnerOptions are what $PYTHON may say beside the program's name.
type runnerOptions struct {
	phase        string
	noAPI        bool
	concurrency  int
	with         string
	unsupervised bool
	alone        bool
	guard        guardOptions
}

// callKey carries the call that stestr made to the runner command.
type callKey struct{}

// runnerCall runs the runner command with the words before -m as its options.
func runnerCall(ctx context.Context, call stestr.Call) (context.Context, []string) {
	args := call.Before
	if len(args) > 0 && args[0] == "runner" {
		args = args[1:]
	}
	return context.WithValue(ctx, callKey{}, call), append([]string{"runner"}, args...)
}

// listTest fails in place of tests whose ids cannot even be read.
const listTest = phases.Package + ".tests.ListedTests.test_list"

// refuse lets the tests of a call fail that could not be begun. stestr heeds no status of a run: without a packet it would
// see a run in which nothing failed.
func refuse(call stestr.Call, err error, env environment) error {
	var usage usageError
	if call.List || !errors.As(err, &usage) {
		return err
	}
	ids := []string{listTest}
	if call.LoadList != "" {
		if listed, listErr := stestr.ReadIDs(call.LoadList); listErr == nil {
			ids = listed
		}
	}
	reason := phases.Describe(err)
	fmt.Fprintf(env.stderr, "persistent-resources: %s\n", reason)
	out := newStreamSink(env.stdout)
	return stestr.FailAll(ids, reason, func(e *subunit.Event) error { out.event(e); return out.failure() })
}

func newRunnerCommand(global *globalOptions, env environment) *cobra.Command {
	o := &runnerOptions{}
	c := &cobra.Command{
		Use:   "runner [flags] -m stestr.subunit_runner.run …",
		Args:  cobra.NoArgs,
		Short: "Be the test runner that stestr and Tempest start",
		Long: `runner is what stestr and Tempest start in place of a Python interpreter:

  PYTHON="persistent-resources" tempest run --regex persistent-create
  PYTHON="persistent-resources --config-file /etc/tempest.conf" stestr run
  PYTHON="persistent-resources --with python3" tempest run

The word runner may be left out. Standard output has nothing but subunit packets,
what people read goes to standard error. The tests run in a process of their own;
should it die, every test that it was asked for is reported as failed. The status
is 0 whatever the tests say, and 2 when the tests cannot be listed.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.guard.on {
				return o.guard.run(env)
			}
			call, ok := c.Context().Value(callKey{}).(stestr.Call)
			if !ok {
				return usagef("stestr and Tempest start this command, with -m stestr.subunit_runner.run; set PYTHON to the program and use theirs")
			}
			return o.answer(c.Context(), call, global, c, env)
		},
	}
	f := c.Flags()
	f.StringVar(&o.phase, "phase", "", "have the tests of this `PHASE` only: create, verify or delete")
	f.BoolVar(&o.noAPI, "no-api", false, "while the control plane is down: run only what needs no OpenStack API, skip the rest")
	f.IntVarP(&o.concurrency, "concurrency", "w", 1, "work on up to `N` classes, and resources of a class, at once; stestr has workers of its own")
	f.StringVar(&o.with, "with", "", "have this `PROGRAM`, a Python, list and run the tests that are not ours, so that one run holds both")
	f.BoolVar(&o.alone, "alone", false, "no other process runs tests of the same run: wait for none")
	f.BoolVar(&o.unsupervised, "unsupervised", false, "run the tests in this process: a crash then leaves tests without a result")
	o.guard.addFlags(f)
	return c
}

func (o *runnerOptions) answer(ctx context.Context, call stestr.Call, global *globalOptions, c *cobra.Command, env environment) error {
	inPhase := func(string) bool { return true }
	if o.phase != "" {
		phase, err := phases.ParsePhase(o.phase)
		if err != nil {
			return usageError{err}
		}
		inPhase = func(id string) bool { p, ok := phases.PhaseOf(id); return ok && p == phase }
	}
	own := ownIDs(func(id string) bool { return inPhase(id) && under(id, call.Only) })
	foreign := &foreignRunner{program: o.with, call: call, env: env}
	out := newStreamSink(env.stdout)
	if call.List {
		listTests(out, own)
		err := out.close()
		if foreign.concerns(own) && err == nil {
			err = foreign.list(out)
		}
		if err != nil {
			return usagef("%v", err)
		}
		return nil
	}
	wanted, others := own, []string(nil)
	if call.LoadList != "" {
		var err error
		if wanted, err = stestr.ReadIDs(call.LoadList); err != nil {
			return usageError{err}
		}
		if o.with != "" {
			wanted, others = partition(wanted)
		}
	}
	if call.Only != "" && len(own) == 0 && o.with == "" {
		wanted = []string{call.Only} // nothing of ours: it fails as that
	}
	if o.unsupervised {
		return o.runTests(ctx, own, wanted, out, global, c, env)
	}
	guard := startGuard(guardOptions{}, append(slices.Clip(wanted), others...), env)
	out.guard = guard
	var err error
	if len(wanted) > 0 || o.with == "" {
		err = o.supervise(ctx, call, own, wanted, out, global, c, env)
	}
	if foreign.concerns(own) && out.failure() == nil {
		err = errors.Join(err, foreign.run(ctx, others, out))
	}
	guard.Close() // not on the way out of a panic
	if err != nil {
		fmt.Fprintf(env.stderr, "persistent-resources: %v\n", err)
	}
	return nil
}

// supervise has the tests run by a child, so that a death of the child leaves no test without a result. Where there can be no
// child, they run here.
func (o *runnerOptions) supervise(ctx context.Context, call stestr.Call, own, wanted []string, out *streamSink, global *globalOptions, c *cobra.Command, env environment) error {
	args := []string{"runner", "--unsupervised"}
	if call.LoadList == "" {
		args = append(args, "--alone") // stestr has one worker then
	}
	process, err := ownProcess(append(args, withoutRunner(call.Before)...), wanted, env)
	if err == nil {
		defer process.List.Close()
		process.Sink = func(e *subunit.Event) error { out.event(e); return out.failure() }
		err = stestr.Supervise(process)
	}
	var start *stestr.StartError
	if errors.As(err, &start) {
		fmt.Fprintf(env.stderr, "persistent-resources: %v; the tests run unsupervised\n", err)
		return o.runTests(ctx, own, wanted, out, global, c, env)
	}
	return err
}

func withoutRunner(words []string) []string {
	if len(words) > 0 && words[0] == "runner" {
		return words[1:]
	}
	return words
}

// ownProcess is this program as a test process with the given options. It inherits the list of ids, which the caller closes.
// An error is a *stestr.StartError.
func ownProcess(options, ids []string, env environment) (stestr.Process, error) {
	const name = "the test process"
	exe, err := os.Executable()
	if err != nil {
		return stestr.Process{}, &stestr.StartError{Name: name, Err: err}
	}
	list, err := stestr.IDFile(ids)
	if err != nil {
		return stestr.Process{}, &stestr.StartError{Name: name, Err: err}
	}
	args := append([]string{programName}, options...)
	return stestr.Process{
		Name: name, Path: exe, Env: env.environ, IDs: ids, List: list,
		Args: append(args, "-m", "stestr.subunit_runner.run", "discover", "-t", "./", "./", "--load-list", stestr.ListPath),
		Text: func(b []byte) { _, _ = env.stderr.Write(b) }, Stderr: env.stderr,
	}, nil
}

// selection makes a filter of the wanted ids, and finds those that are none of ours.
func selection(own, wanted []string) (selected func(string) bool, unknown []string) {
	known := map[string]bool{}
	for _, id := range own {
		known[id] = true
	}
	want := map[string]bool{}
	for _, id := range wanted {
		if !known[id] && !want[id] {
			unknown = append(unknown, id)
		}
		want[id] = true
	}
	return func(id string) bool { return known[id] && want[id] }, unknown
}

// ownIDs are the ids of the tests that the program has and that a filter lets through, in the order in which they run.
func ownIDs(filter func(string) bool) []string {
	var ids []string
	for _, t := range phases.List(all.Services()) {
		if filter(t.ID) {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// under reports whether an id is the named test or lies in the named class, module or package.
func under(id, name string) bool {
	bare, _, _ := strings.Cut(id, "[")
	return name == "" || id == name || bare == name || strings.HasPrefix(id, name+".")
}

// listTests writes one "exists" packet a test. It needs neither configuration nor cloud.
func listTests(out *streamSink, ids []string) {
	for _, id := range ids {
		out.event(&subunit.Event{TestID: id, Status: subunit.Exists})
	}
}
