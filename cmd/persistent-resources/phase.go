package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/internal/stestr"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/reports"
)

// phaseOptions are the flags of create, verify and delete.
type phaseOptions struct {
	outputs     outputOptions
	loadList    string
	concurrency int
	noAPI       bool
	side        string
	quiet       bool
	trace       string
	release     string
}

func newPhaseCommand(phase phases.Phase, global *globalOptions, env environment) *cobra.Command {
	o := &phaseOptions{}
	c := &cobra.Command{
		Use:   phase.String(),
		Args:  cobra.NoArgs,
		Short: [...]string{"Make the persistent resources", "Prove that they are what they were", "Remove them and see them gone"}[phase],
		Long: [...]string{
			`create makes the persistent resources and records each of them before and after
it is made. Run again over a record it goes on where it stopped: what is there
is kept, what is missing is made.`,
			`verify compares every recorded resource with what was recorded of it at
create: existence, properties, content by checksum, reachability. It changes
nothing but what it puts back.`,
			`delete removes what the record holds and nothing else, sees each resource gone,
and only then its project and user. Run again it has nothing to do.`,
		}[phase],
		RunE: func(c *cobra.Command, _ []string) error {
			return runPhase(c.Context(), phase, o, global, c, env)
		},
	}
	if phase == phases.Delete {
		c.Aliases = []string{"cleanup"}
	}
	f := c.Flags()
	o.outputs.addFlags(f)
	f.StringVar(&o.loadList, "load-list", "", "run only the tests whose ids are in this `FILE`, one a line")
	f.IntVarP(&o.concurrency, "concurrency", "w", 0, "work on up to `N` classes, and resources of a class, at once (0: the number of CPUs)")
	f.StringVar(&o.trace, "trace", "", "record every exchange with the cloud in this `FILE`, a line of JSON each, without secrets")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print nothing but problems")
	if phase != phases.Delete {
		f.StringVar(&o.release, "expect-release", "", "fail unless what each service tells of itself fits the OpenStack release of this `NAME`, e.g. epoxy or 2025.1")
	}
	if phase == phases.Verify {
		f.BoolVar(&o.noAPI, "no-api", false, "while the control plane is down: run only what needs no OpenStack API, skip the rest")
		f.StringVar(&o.side, "side", "", "`WHEN` this verify runs, for the reports: pre-upgrade, post-upgrade, …")
	}
	return c
}

func runPhase(ctx context.Context, phase phases.Phase, po *phaseOptions, global *globalOptions, c *cobra.Command, env environment) error {
	expected, err := expectedRelease(po)
	if err != nil {
		return err
	}
	cfg, err := global.load(c, env)
	if err != nil {
		return err
	}
	s, err := newSession(cfg, env)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.openTrace(po.trace); err != nil {
		return err
	}
	label := phase.String()
	if po.side != "" {
		label += "." + po.side
	}
	out, err := newOutputs(po.outputs, label, po.quiet, env)
	if err != nil {
		return err
	}
	opts := s.options()
	opts.NoAPI, opts.Concurrency, opts.Tags = po.noAPI, concurrency(po.concurrency), []string{"worker-0"}
	opts.Stop, opts.Progress = out.failure, out.progress
	opts.Side, opts.ExpectRelease = po.side, expected
	if opts.Select, opts.Unknown, err = selectPhase(phase, po.loadList); err != nil {
		return err
	}
	people := out.people
	if !po.quiet {
		fmt.Fprintf(people, "%s: %s\nstate: %s\n", phase, describeCredentials(s), s.stateDir().Path)
	}
	stop := out.watch()
	outcome := s.runPhases(ctx, opts, out.event)
	stop()
	reportErr := out.close()
	if err := s.closeTrace(); reportErr == nil {
		reportErr = err
	}
	if !po.quiet {
		printReleasePairs(people, phase, outcome.Releases)
		for _, n := range append(s.notes(), outcome.Notes...) {
			fmt.Fprintf(people, "note: %s\n", n)
		}
	}
	// A terminal that shows the verdict need not show it twice.
	if po.quiet || !reports.IsTerminal(people) || !reports.IsTerminal(env.stderr) {
		s.say(env.stderr, outcome)
	}
	if reportErr != nil {
		return reportErr
	}
	if outcome.Tests == 0 && outcome.Failures == 0 {
		fmt.Fprintf(env.stderr, "persistent-resources: no test was selected\n")
	}
	if code := outcomeCode(ctx, outcome); code != exitOK {
		return exitError(code)
	}
	return nil
}

// describeCredentials says whose credentials a run uses, because there are several places they can come from.
func describeCredentials(s *session) string {
	if c := s.config.Cloud; c != nil {
		from := c.File
		if from == "" {
			from = "the environment"
		}
		return fmt.Sprintf("cloud %q of %s", c.Name, from)
	}
	if s.config.File == "" {
		return "no tempest.conf was found"
	}
	return "credentials of " + s.config.File
}

// selectPhase selects the tests of one phase, and of these the ones that a list names.
func selectPhase(phase phases.Phase, loadList string) (func(string) bool, []string, error) {
	inPhase := func(id string) bool { p, ok := phases.PhaseOf(id); return ok && p == phase }
	if loadList == "" {
		return inPhase, nil, nil
	}
	ids, err := stestr.ReadIDs(loadList)
	if err != nil {
		return nil, nil, usageError{err}
	}
	listed, unknown := selection(ownIDs(func(string) bool { return true }), ids)
	return func(id string) bool { return inPhase(id) && listed(id) }, unknown, nil
}

// create opens a report's file. Reports hold no secrets and are collected by other users.
func create(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, usagef("cannot write the file: %v", err)
	}
	return f, nil
}
