package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// newSubunit2HTMLRoot is the program called by the name subunit2html: one page of one stream, whose status says nothing of
// the tests.
func newSubunit2HTMLRoot(env environment) *cobra.Command {
	c := &cobra.Command{
		Use:           "subunit2html STREAM [PAGE]",
		Short:         "Write a subunit stream as an HTML page",
		Version:       release + " (persistent-resources)",
		Args:          cobra.MaximumNArgs(2),
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				fmt.Fprintln(env.stdout, "Need at least one argument: path to subunit log.")
				return exitError(exitFailed)
			}
			page := "results.html"
			if len(args) == 2 {
				page = args[1]
			}
			return subunit2html(c.Context(), args[0], page, env)
		},
	}
	c.SetOut(env.stdout)
	c.SetErr(env.stderr)
	return c
}

func subunit2html(ctx context.Context, stream, page string, env environment) error {
	err := runReport(ctx, &reportOptions{html: page, mode: "recover", title: "Unit Test Report"}, []labelled{{"results", stream}}, env)
	if exit := exitError(exitFailed); errors.As(err, &exit) && exit == exitFailed {
		return nil
	}
	return err
}
