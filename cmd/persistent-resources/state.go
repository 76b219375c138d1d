package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newStateCommand(global *globalOptions, env environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "state",
		Short: "Show and check what is recorded, take over what others made",
		Long: `state looks at what create recorded: where it is (path), what it holds (show),
whether the cloud still has it (check). import takes over what the original
Tempest plugin made, so that it can be verified and deleted.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(
		newStateShowCommand(global, env),
		newStateCheckCommand(global, env),
		newStateImportCommand(global, env),
		newStatePathCommand(global, env),
	)
	for _, sub := range c.Commands() {
		usageOfArgs(sub)
	}
	return c
}

func newStatePathCommand(global *globalOptions, env environment) *cobra.Command {
	return &cobra.Command{
		Use:   "path",
		Short: "Print the absolute path of the state directory",
		Long: `path prints the absolute path of the directory that holds the state, whether it
is there or not. Nothing is made.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := stateSession(global, c, env)
			if err != nil {
				return err
			}
			defer s.close()
			_, err = fmt.Fprintln(env.stdout, s.stateDir().Path)
			return err
		},
	}
}

// stateSession reads the configuration for a command that looks at the state.
func stateSession(global *globalOptions, c *cobra.Command, env environment) (*session, error) {
	cfg, err := global.load(c, env)
	if err != nil {
		return nil, err
	}
	return newSession(cfg, env)
}
