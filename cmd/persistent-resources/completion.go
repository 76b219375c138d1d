package main

import "github.com/spf13/cobra"

// refuseUnknownShells makes the name of a shell that there is no completion for a wrong usage: cobra prints the help and ends
// with status 0, and what a user's shell then reads is that.
func refuseUnknownShells(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		}
	}
}
