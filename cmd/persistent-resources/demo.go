package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/subunit"
	"opendev.org/x/persistent-resources/tempestconf"
)

func newDemoCommand(env environment) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show a whole upgrade on the embedded OpenStack",
		Long: `demo starts the embedded OpenStack, runs create and verify, replaces the upgrade
by a restart of all services on the same data as those of the next release, in
which every token is lost, and runs verify again and delete. It leaves the streams, the JUnit files and a
summary. It needs no root, no network and a few seconds.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return demo(c.Context(), dir, env) },
	}
	c.Flags().StringVarP(&dir, "output-dir", "o", "demo-output", "`DIR` for streams, reports and the summary")
	return c
}

// demoStep is one step of the demonstration.
type demoStep struct {
	label string
	phase phases.Phase
	side  string
}

func demo(ctx context.Context, dir string, env environment) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return usagef("cannot make the output directory: %v", err)
	}
	private, err := os.MkdirTemp("", "persistent-resources-demo-")
	if err != nil {
		return fmt.Errorf("make a directory for the state: %w", err)
	}
	defer os.RemoveAll(private)
	sim, err := simulator.Start(ctx, simulator.Options{})
	if err != nil {
		return fmt.Errorf("start the embedded OpenStack: %w", err)
	}
	defer sim.Close()
	if err := sim.WriteConfig(private); err != nil {
		return fmt.Errorf("write the configuration of the embedded OpenStack: %w", err)
	}
	fmt.Fprintf(env.stdout, "The embedded OpenStack answers at %s.\n", sim.AuthURL())
	before := strings.Join(sim.Inventory(), "\n")
	var lines, labels []string
	failed := false
	step := func(s demoStep) error {
		labels = append(labels, s.label)
		summary, code, err := demoPhase(ctx, s, dir, private, env)
		if err != nil {
			return err
		}
		failed = failed || code != exitOK
		lines = append(lines, fmt.Sprintf("%-22s %2d passed, %d failed, %d skipped in %.2f s", s.label, summary.Passed, summary.Failed, summary.Skipped, summary.End.Sub(summary.Start).Seconds()))
		return nil
	}
	for _, s := range []demoStep{{"create", phases.Create, ""}, {"verify.pre-upgrade", phases.Verify, "pre-upgrade"}} {
		if err := step(s); err != nil {
			return err
		}
	}
	if err := sim.Upgrade(simulator.Releases()[1]); err != nil {
		return fmt.Errorf("upgrade the embedded OpenStack: %w", err)
	}
	upgrade := strings.Join(simulator.Releases(), " to ")
	fmt.Fprintf(env.stdout, "\n-- the stand-in upgrade from %s: all services restarted on the same data, all tokens are lost --\n", upgrade)
	lines = append(lines, "upgrade (stand-in)      from "+upgrade+": services restarted on the same data, tokens lost")
	for _, s := range []demoStep{{"verify.post-upgrade", phases.Verify, "post-upgrade"}, {"delete", phases.Delete, ""}} {
		if err := step(s); err != nil {
			return err
		}
	}
	if after := strings.Join(sim.Inventory(), "\n"); after == before {
		lines = append(lines, "inventory               the cloud holds exactly what it held before")
	} else {
		failed = true
		lines = append(lines, "inventory               the cloud holds something else than before")
	}
	if err := demoPage(ctx, dir, labels, env); err != nil {
		return err
	}
	text := strings.Join(lines, "\n") + "\n"
	if err := os.WriteFile(filepath.Join(dir, "summary.txt"), []byte(text), 0o644); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		abs = dir
	}
	fmt.Fprintf(env.stdout, "\n%s\nStreams, JUnit files, report.html and this summary are in %s.\n", text, abs)
	if failed {
		return exitError(exitFailed)
	}
	return nil
}

// demoPage puts the phases side by side on one page.
func demoPage(ctx context.Context, dir string, labels []string, env environment) error {
	var streams []labelled
	for _, l := range labels {
		streams = append(streams, labelled{l, filepath.Join(dir, l+".subunit")})
	}
	o := &reportOptions{html: filepath.Join(dir, "report.html"), mode: "recover", title: "A rehearsal on the embedded OpenStack"}
	err := runReport(ctx, o, streams, env)
	var failed exitError
	if errors.As(err, &failed) {
		return nil
	}
	return err
}

// demoPhase runs one phase against the embedded cloud.
func demoPhase(ctx context.Context, step demoStep, dir, private string, env environment) (subunit.Summary, int, error) {
	start := time.Now()
	cfg, err := tempestconf.Load(tempestconf.LoadOptions{
		ConfigFile: filepath.Join(private, "tempest.conf"), Dir: private, Env: nil,
		Overrides: map[string]string{"persistent_resources.state_dir": filepath.Join(private, "state")},
	})
	if err != nil {
		return subunit.Summary{}, 0, fmt.Errorf("read the configuration of the embedded OpenStack: %w", err)
	}
	s, err := newSession(cfg, env)
	if err != nil {
		return subunit.Summary{}, 0, err
	}
	defer s.close()
	fmt.Fprintf(env.stdout, "\n-- %s --\n", step.label)
	out, err := newOutputs(outputOptions{
		subunit: filepath.Join(dir, step.label+".subunit"), junit: filepath.Join(dir, "TEST-persistent-resources-"+step.label+".xml"),
	}, step.label, false, env)
	if err != nil {
		return subunit.Summary{}, 0, err
	}
	opts := s.options()
	opts.Concurrency, opts.Tags, opts.Stop = concurrency(0), []string{"worker-0"}, out.failure
	if opts.Select, _, err = selectPhase(step.phase, ""); err != nil {
		return subunit.Summary{}, 0, err
	}
	outcome := s.runPhases(ctx, opts, out.event)
	if err := out.close(); err != nil {
		return subunit.Summary{}, 0, err
	}
	printReleasePairs(env.stdout, step.phase, outcome.Releases)
	s.say(env.stderr, outcome)
	summary := out.collector.Summary()
	// Delete does its work in the tear-down, after its only test.
	if summary.End.Sub(summary.Start) == 0 {
		summary.Start = start
	}
	summary.End = time.Now()
	return summary, outcomeCode(ctx, outcome), nil
}
