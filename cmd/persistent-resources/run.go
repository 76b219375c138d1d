package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"opendev.org/x/persistent-resources/internal/stestr"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/subunit"
)

// exitRegex is stestr's exit code for a regular expression that cannot be used.
const exitRegex = 5

// runOptions are those of "tempest run" and some of "stestr run".
type runOptions struct {
	regex, excludeRegex, blackRegex      string
	includeList, whitelist               string
	excludeList, blacklist               string
	loadList, workerFile                 string
	smoke, listTests                     bool
	concurrency                          int
	serial, parallel                     bool
	subunit, combine, saveState, slowest bool
	failing, untilFailure                bool
	junit, stream, side                  string
	noAPI                                bool
	filters                              []string // of "stestr run"
}

func newRunCommand(global *globalOptions, env environment) *cobra.Command {
	o := &runOptions{}
	c := &cobra.Command{
		Use:   "run [flags]",
		Short: "Run tests as \"tempest run\" does",
		Long: `run takes the options of "tempest run", selects tests by them, runs create before
verify before delete, and keeps the results in the stestr repository .stestr of
the working directory, where "stestr last" and whatever else a job looks for
finds them. Expressions are those of Python; list files have one a line.

The status is Tempest's: 0 when all passed or were skipped, 1 when a test failed
or none was selected, 2 for wrong usage, 5 for an expression that cannot be used.

  persistent-resources run --regex persistent-create
  persistent-resources run --regex persistent-verify --combine`,
		// Jobs write what pflag would misread, see stestr.MendArguments.
		DisableFlagParsing: true,
		RunE: func(c *cobra.Command, args []string) error {
			help, err := parseMended(c, args)
			if help || err != nil {
				return err
			}
			if len(c.Flags().Args()) > 0 {
				return usagef("unrecognized arguments: %s; see %s --help", strings.Join(c.Flags().Args(), " "), c.CommandPath())
			}
			return o.runIn(c.Context(), func() (string, error) { return runDirectory(global, c, env) }, c, env)
		},
	}
	o.addFlags(c.Flags())
	return c
}

func (o *runOptions) addFlags(f *pflag.FlagSet) {
	f.SortFlags = false
	f.StringVarP(&o.regex, "regex", "r", "", "run the tests that match any of these `EXPRESSIONS`, separated by blanks")
	f.BoolVarP(&o.smoke, "smoke", "s", false, "run the tests with the attribute smoke")
	f.StringVar(&o.excludeRegex, "exclude-regex", "", "leave out what matches this `EXPRESSION`")
	f.StringVar(&o.blackRegex, "black-regex", "", "old name of --exclude-regex")
	f.StringVar(&o.includeList, "include-list", "", "run also what matches an expression in this `FILE`")
	f.StringVar(&o.whitelist, "whitelist-file", "", "old name of --include-list")
	f.StringVar(&o.excludeList, "exclude-list", "", "leave out what matches an expression in this `FILE`")
	f.StringVar(&o.blacklist, "blacklist-file", "", "old name of --exclude-list")
	f.StringVar(&o.loadList, "load-list", "", "choose from the tests whose ids are in this `FILE`, one a line")
	f.StringVar(&o.workerFile, "worker-file", "", "run the tests that this YAML `FILE` gives to workers; there is one process, whatever it says")
	f.BoolVarP(&o.listTests, "list-tests", "l", false, "list the selected tests and run none")
	f.IntVarP(&o.concurrency, "concurrency", "w", 0, "work on up to `N` classes, and resources of a class, at once (0: the number of CPUs)")
	f.BoolVar(&o.parallel, "parallel", false, "the opposite of --serial")
	f.BoolVarP(&o.serial, "serial", "t", false, "work on one resource at a time")
	f.BoolVar(&o.saveState, "save-state", false, "accepted and without effect: nothing of the cloud's state needs to be known before")
	f.BoolVar(&o.subunit, "subunit", false, "write a subunit stream to standard output; the exit status then says nothing of the tests")
	f.BoolVar(&o.combine, "combine", false, "add the results to those of the last run")
	f.BoolVar(&o.slowest, "slowest", false, "name the tests that took longest")
	f.BoolVar(&o.failing, "failing", false, "run what failed in the last run")
	f.BoolVar(&o.untilFailure, "until-failure", false, "run again and again until a test fails")
	f.StringVar(&o.junit, "junit", "", "write the results as JUnit XML to this `FILE` too")
	f.StringVar(&o.stream, "stream", "", "write the results as a subunit stream to this `FILE` too")
	f.StringVar(&o.side, "side", "", "`WHEN` this runs, for the reports: pre-upgrade, post-upgrade, …")
	f.BoolVar(&o.noAPI, "no-api", false, "while the control plane is down: run only what needs no OpenStack API, skip the rest")
	for _, old := range []string{"black-regex", "whitelist-file", "blacklist-file"} {
		_ = f.MarkHidden(old)
	}
}

// parseMended parses the words of a command that parses its flags itself. It prints the help if that was asked for.
func parseMended(c *cobra.Command, args []string) (help bool, err error) {
	c.DisableFlagParsing = false
	c.InitDefaultHelpFlag()
	var long []string
	c.InheritedFlags() // adds them to Flags
	c.Flags().VisitAll(func(f *pflag.Flag) { long = append(long, f.Name) })
	if err := c.ParseFlags(stestr.MendArguments(args, long)); err != nil {
		return false, c.FlagErrorFunc()(c, err)
	}
	if help, err := c.Flags().GetBool("help"); err == nil && help {
		return true, c.Help()
	}
	return false, nil
}

// runIn runs the selected tests; dir tells where the repository is.
func (o *runOptions) runIn(ctx context.Context, directory func() (string, error), c *cobra.Command, env environment) error {
	if err := o.check(env); err != nil {
		return err
	}
	dir, err := directory()
	if err != nil {
		return err
	}
	ids, err := o.selected(dir)
	var regex *stestr.RegexError
	switch {
	case errors.As(err, &regex):
		fmt.Fprintln(env.stderr, regex)
		return exitError(exitRegex)
	case err != nil:
		return usageError{err}
	}
	if o.listTests {
		for _, id := range ids {
			if _, err := fmt.Fprintln(env.stdout, id); err != nil {
				return fmt.Errorf("list the tests: %w", err)
			}
		}
		return nil
	}
	if len(ids) == 0 {
		fmt.Fprintln(env.stdout, "The specified regex doesn't match with anything")
		return exitError(exitFailed)
	}
	repository, err := stestr.OpenOrInitRepository(dir)
	if err != nil {
		return err
	}
	if c.Flags().Changed("config-file") || c.Flags().Changed("workspace") {
		if err := stestr.EnsureConf(dir); err != nil {
			return err
		}
	}
	for {
		err := o.once(ctx, repository, ids, c, env)
		if err != nil || !o.untilFailure {
			return err
		}
	}
}

// check refuses what Tempest's and stestr's parsers refuse.
func (o *runOptions) check(env environment) error {
	switch {
	case o.smoke && o.regex != "":
		return usagef("argument --regex/-r: not allowed with argument --smoke/-s")
	case o.serial && o.parallel:
		return usagef("argument --serial/-t: not allowed with argument --parallel")
	case o.concurrency < 0:
		return usagef("The provided concurrency value: %d is not valid. An integer >= 0 must be used.", o.concurrency)
	}
	if o.subunit && o.stream != "" {
		return usagef("--stream and --subunit both write the stream; name one")
	}
	if o.saveState {
		fmt.Fprintln(env.stderr, "note: --save-state has no effect here")
	}
	return nil
}

// runDirectory is the workspace's directory, or the working directory.
func runDirectory(global *globalOptions, c *cobra.Command, env environment) (string, error) {
	if !c.Flags().Changed("workspace") {
		return workingDir()
	}
	cfg, err := global.load(c, env)
	if err != nil {
		return "", err
	}
	return cfg.Dir, nil
}

// selected are the ids that run. Files are named relative to the directory of the run, as Tempest does.
func (o *runOptions) selected(dir string) ([]string, error) {
	filters, err := stestr.SplitRegex(o.regex)
	if err != nil {
		return nil, err
	}
	if o.smoke {
		filters = []string{"smoke"}
	}
	in := func(names ...string) string {
		for _, name := range names {
			if name != "" && !filepath.IsAbs(name) {
				return filepath.Join(dir, name)
			}
			if name != "" {
				return name
			}
		}
		return ""
	}
	s := stestr.Selection{
		Filters: append(filters, o.filters...), ExcludeRegex: o.excludeRegex, IncludeList: in(o.includeList, o.whitelist),
		ExcludeList: in(o.excludeList, o.blacklist), LoadList: in(o.loadList), WorkerFile: in(o.workerFile),
	}
	if s.ExcludeRegex == "" {
		s.ExcludeRegex = o.blackRegex
	}
	all := ownIDs(func(string) bool { return true })
	if o.failing {
		repository, err := stestr.OpenRepository(dir)
		if err != nil {
			return nil, err
		}
		failing, err := repository.FailingIDs()
		if err != nil {
			return nil, err
		}
		all = stestr.Expand(failing, all)
	}
	return s.Select(all)
}

// once runs the tests in a supervised process and stores the results.
func (o *runOptions) once(ctx context.Context, repository *stestr.Repository, ids []string, c *cobra.Command, env environment) error {
	process, err := ownProcess(o.childFlags(c), ids, env)
	if err != nil {
		return err
	}
	defer process.List.Close()
	outputs := outputOptions{junit: o.junit, subunit: o.stream}
	if o.subunit {
		outputs.subunit = "-"
	}
	out, err := newOutputs(outputs, o.label(ids), o.subunit, env)
	if err != nil {
		return err
	}
	insert := repository.Insert
	if o.combine {
		insert = repository.Combine
	}
	inserter, err := insert()
	if err != nil {
		return err
	}
	var unfinished guardOptions
	unfinished.file, unfinished.combine = inserter.Unfinished()
	guard := startGuard(unfinished, ids, env)
	process.Sink = func(e *subunit.Event) error {
		defer guard.Event(e)
		e.Tags = []string{"worker-0"}
		if o.subunit {
			e.Route = "0" // as stestr's, which times the listing too
			if e.Time.IsZero() {
				e.Time = time.Now().UTC()
			}
		}
		out.event(e)
		return errors.Join(inserter.Add(e), out.failure())
	}
	stop := out.watch()
	err = stestr.Supervise(process)
	stop()
	_, storeErr := inserter.Close()
	guard.Close() // not on the way out of a panic
	if err := errors.Join(err, out.close(), storeErr); err != nil {
		return err
	}
	if o.slowest && !o.subunit {
		if err := stestr.PrintSlowest(env.stdout, inserter.Times()); err != nil {
			return err
		}
	}
	return o.verdict(ctx, out.collector.Summary())
}

// label names the run in reports: by its phase where it has one, and by when it is.
func (o *runOptions) label(ids []string) string {
	label := "run"
	for i, id := range ids {
		phase, ok := phases.PhaseOf(id)
		if !ok || i > 0 && phase.String() != label {
			label = "run"
			break
		}
		label = phase.String()
	}
	if o.side != "" {
		label += "." + o.side
	}
	return label
}

func (o *runOptions) verdict(ctx context.Context, s subunit.Summary) error {
	switch {
	case ctx.Err() != nil:
		return exitError(exitInterrupted)
	case o.subunit && !o.untilFailure:
		return nil
	case !s.Successful() || s.Total() == 0:
		return exitError(exitFailed)
	}
	return nil
}

// childFlags are the words by which the test process gets the options that matter to it.
func (o *runOptions) childFlags(c *cobra.Command) []string {
	n := o.concurrency
	if o.serial {
		n = 1
	}
	args := []string{"runner", "--unsupervised", "--alone", "--concurrency", strconv.Itoa(n)}
	if o.noAPI {
		args = append(args, "--no-api")
	}
	if c.Root().Name() != programName {
		return args // the options of stestr's are not ours
	}
	c.InheritedFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			args = append(args, "--"+f.Name+"="+f.Value.String())
		}
	})
	return args
}
