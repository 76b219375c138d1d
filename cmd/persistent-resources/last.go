package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/internal/stestr"
	"opendev.org/x/persistent-resources/reports"
	"opendev.org/x/persistent-resources/subunit"
)

// lastOptions are those of "stestr last"; what changes only how a terminal looks is accepted and ignored.
type lastOptions struct {
	subunit        bool
	plain          bool
	allAttachments bool
}

func newLastCommand(dir func() (string, error), env environment) *cobra.Command {
	o := &lastOptions{}
	c := &cobra.Command{
		Use:   "last [flags]",
		Args:  cobra.NoArgs,
		Short: "Show the last run of the stestr repository",
		Long: `last shows the last run that the stestr repository of the working directory holds,
whoever ran it. The status is 1 when a test failed or none passed, as stestr's.`,
		RunE: func(*cobra.Command, []string) error { return o.run(dir, env) },
	}
	f := c.Flags()
	f.BoolVar(&o.subunit, "subunit", false, "write it to standard output as a subunit stream")
	f.BoolVar(&o.plain, "no-subunit-trace", false, "show failures and totals only")
	f.BoolVar(&o.allAttachments, "all-attachments", false, "show the attachments of passing tests too")
	ignored(c, "force-subunit-trace", "color", "suppress-attachments", "show-binary-attachments")
	return c
}

// ignored adds switches that are accepted and without effect.
func ignored(c *cobra.Command, names ...string) {
	for _, name := range names {
		c.Flags().Bool(name, false, "accepted and without effect")
		_ = c.Flags().MarkHidden(name)
	}
}

func (o *lastOptions) run(dir func() (string, error), env environment) error {
	repository, err := openRepository(dir, env)
	if err != nil {
		return err
	}
	number, err := repository.Latest()
	if errors.Is(err, stestr.ErrNoRuns) {
		fmt.Fprintf(env.stdout, "'%v'\n", err)
		return exitError(exitFailed)
	}
	if err != nil {
		return err
	}
	run, err := repository.Run(number)
	if err != nil {
		return err
	}
	defer run.Close()
	if o.subunit {
		return copyStream(env.stdout, run)
	}
	plain := stestr.NewPlain(env.stdout)
	options := consoleOptions(env.stdout, env)
	options.Live, options.Verdict, options.RepeatFailures, options.AllAttachments = nil, false, true, o.allAttachments
	options.Indent = false // as stestr, letter for letter
	console := reports.NewConsole(options)
	var failed error
	summary, err := eachResult(run, func(r *subunit.Result) {
		if o.plain {
			plain.Result(r)
		} else if err := console.Result(r); failed == nil {
			failed = err
		}
	})
	switch {
	case err != nil:
	case o.plain:
		failed = plain.Close(number)
	case failed == nil:
		failed = console.Summary(&summary)
	}
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	if !summary.Successful() || !o.plain && summary.Passed+summary.ExpectedFailures == 0 {
		return exitError(exitFailed)
	}
	return nil
}

// openRepository opens the repository in a directory, or says as stestr does that there is none.
func openRepository(dir func() (string, error), env environment) (*stestr.Repository, error) {
	path, err := dir()
	if err != nil {
		return nil, err
	}
	repository, err := stestr.OpenRepository(path)
	var none *stestr.NoRepositoryError
	if errors.As(err, &none) {
		fmt.Fprintln(env.stdout, none)
		return nil, exitError(exitFailed)
	}
	return repository, err
}

// copyStream writes a stream of either version as version 2.
func copyStream(w io.Writer, r io.Reader) error {
	out := subunit.NewWriter(w)
	for e, err := range subunit.Open(r, subunit.Recover).All() {
		if err == nil && !e.Text {
			err = out.Write(e)
		}
		if err != nil {
			return err
		}
	}
	return out.Flush()
}

// eachResult joins a stream's events and hands each finished test on.
func eachResult(r io.Reader, do func(*subunit.Result)) (subunit.Summary, error) {
	c := subunit.NewCollector(do)
	for e, err := range subunit.Open(r, subunit.Recover).All() {
		if err != nil {
			return subunit.Summary{}, err
		}
		c.Add(e)
	}
	c.Flush()
	return c.Summary(), nil
}
