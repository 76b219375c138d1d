package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/phases/all"
)

func newListCommand(env environment) *cobra.Command {
	var asStream bool
	c := &cobra.Command{
		Use:   "list [create|verify|delete]",
		Short: "List the test ids",
		Long: `list prints the ids of all tests, or of one phase's, in the order in which they
run. It needs neither a configuration nor a cloud.`,
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: []string{"create", "verify", "delete"},
		RunE: func(_ *cobra.Command, args []string) error {
			if asStream && len(args) == 0 {
				out := newStreamSink(env.stdout)
				listTests(out, ownIDs(func(string) bool { return true }))
				return out.close()
			}
			wanted := func(phases.Phase) bool { return true }
			if len(args) == 1 {
				phase, err := phases.ParsePhase(args[0])
				if err != nil {
					return usageError{err}
				}
				wanted = func(p phases.Phase) bool { return p == phase }
			}
			for _, t := range phases.List(all.Services()) {
				if wanted(t.Class.Phase) {
					if _, err := fmt.Fprintln(env.stdout, t.ID); err != nil {
						return fmt.Errorf("list the tests: %w", err)
					}
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asStream, "subunit", false, "list all tests as a subunit stream")
	return c
}
