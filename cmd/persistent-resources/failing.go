package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/internal/stestr"
	"opendev.org/x/persistent-resources/subunit"
)

func newFailingCommand(dir func() (string, error), env environment) *cobra.Command {
	var list, asStream bool
	c := &cobra.Command{
		Use:   "failing [flags]",
		Args:  cobra.NoArgs,
		Short: "Show what failed in the last run of the stestr repository",
		Long: `failing shows the tests that failed in the last run that the stestr repository of
the working directory holds. The status is 1 when there are any, as stestr's.`,
		RunE: func(*cobra.Command, []string) error { return failing(list, asStream, dir, env) },
	}
	c.Flags().BoolVar(&list, "list", false, "show nothing but their ids")
	c.Flags().BoolVar(&asStream, "subunit", false, "write them to standard output as a subunit stream")
	return c
}

func failing(list, asStream bool, dir func() (string, error), env environment) error {
	repository, err := openRepository(dir, env)
	if err != nil {
		return err
	}
	stream, err := repository.Failing()
	if err != nil {
		return err
	}
	defer stream.Close()
	if asStream {
		return copyStream(env.stdout, stream)
	}
	plain := stestr.NewPlain(env.stdout)
	var failed error
	summary, err := eachResult(stream, func(r *subunit.Result) {
		if !list {
			plain.Result(r)
		} else if _, err := fmt.Fprintln(env.stdout, r.TestID); failed == nil {
			failed = err
		}
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("show what failed: %w", err)
	}
	if !list {
		number, err := repository.Latest()
		if err != nil {
			return err
		}
		if err := plain.Close(number); err != nil {
			return fmt.Errorf("show what failed: %w", err)
		}
	}
	if !summary.Successful() {
		return exitError(exitFailed)
	}
	return nil
}
