package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/internal/stestr"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/tempestconf"
)

// globalOptions are the flags that every command with a configuration has.
type globalOptions struct {
	configFile    string
	workspace     string
	workspacePath string
	cloud         string
	own           map[string]*string // values of our own options, by name
}

// run is the program without its process: it returns the exit code.
func run(ctx context.Context, args []string, env environment) int {
	call, isCall, err := stestr.ParseCall(args)
	if isCall {
		ctx, args = runnerCall(ctx, call)
	}
	root := rootFor(env)
	root.SetArgs(args)
	if err != nil {
		err = usageError{err}
	} else {
		err = root.ExecuteContext(ctx)
	}
	if isCall {
		err = refuse(call, err, env)
	}
	code := exitCode(err)
	var exit exitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintf(env.stderr, "persistent-resources: %s\n", phases.Describe(err))
	}
	return code
}

// rootFor returns the commands that the program has under the name by which it was called.
func rootFor(env environment) *cobra.Command {
	switch env.name {
	case "stestr":
		return newStestrRoot(env)
	case "subunit2html":
		return newSubunit2HTMLRoot(env)
	}
	return newRoot(env)
}

func newRoot(env environment) *cobra.Command {
	global := &globalOptions{}
	root := &cobra.Command{
		Use:   "persistent-resources",
		Short: "Prove that users' resources survive an OpenStack upgrade",
		Long: `persistent-resources makes resources in an OpenStack cloud before an upgrade
(create), proves that they are what they were during and after it (verify), and
removes them (delete). It reads Tempest's tempest.conf, runs under the test ids
of the Tempest plugin of the same name, and writes subunit and JUnit.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetOut(env.stdout)
	root.SetErr(env.stderr)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usagef("%v; see %s --help", err, c.CommandPath())
	})
	global.addFlags(root)
	root.AddCommand(
		newPhaseCommand(phases.Create, global, env),
		newPhaseCommand(phases.Verify, global, env),
		newPhaseCommand(phases.Delete, global, env),
		newListCommand(env),
		newConfigCommand(global, env),
		newStateCommand(global, env),
		newReportCommand(env),
		newRunCommand(global, env),
		newLastCommand(workingDir, env),
		newFailingCommand(workingDir, env),
		newRunnerCommand(global, env),
		newDemoCommand(env),
		newSimulateCommand(env),
		newVersionCommand(env),
	)
	refuseUnknownShells(root)
	addExitStatus(root)
	return root
}

// addExitStatus ends every help page with the exit codes.
func addExitStatus(c *cobra.Command) {
	c.SetHelpTemplate(c.HelpTemplate() + exitStatusHelp)
	usageOfArgs(c)
	for _, sub := range c.Commands() {
		usageOfArgs(sub)
	}
}

// usageOfArgs makes a wrong number of arguments a wrong usage.
func usageOfArgs(c *cobra.Command) {
	check := c.Args
	if check == nil {
		return
	}
	c.Args = func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usagef("%v; see %s --help", err, c.CommandPath())
		}
		return nil
	}
}

func (g *globalOptions) addFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&g.configFile, "config-file", "", "read this `FILE` as tempest.conf; without it Tempest's rules tell where it is looked for")
	f.StringVar(&g.workspace, "workspace", "", "work in the Tempest workspace of this `NAME`")
	f.StringVar(&g.workspacePath, "workspace-path", "", "read Tempest's workspaces from this `FILE` (default ~/.tempest/workspace.yaml)")
	f.StringVar(&g.cloud, "os-cloud", "", "take the credentials from the cloud of this `NAME` in clouds.yaml, whatever tempest.conf says")
	g.own = map[string]*string{}
	for _, o := range tempestconf.OwnOptions() {
		name := strings.ReplaceAll(o.Dest(), "_", "-")
		value := new(string)
		f.StringVar(value, name, "", fmt.Sprintf("[persistent_resources] %s: %s (default %s)", o.Name, lowerFirst(strings.TrimSuffix(o.Doc, ".")), o.Default))
		g.own[o.Dest()] = value
	}
}

func lowerFirst(s string) string {
	if len(s) < 2 || strings.ToUpper(s[:2]) == s[:2] {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// load reads the configuration.
func (g *globalOptions) load(c *cobra.Command, env environment) (*tempestconf.Config, error) {
	return g.loadWith(c, env, nil)
}

// loadWith reads the configuration with other values of some options, by "section.option".
func (g *globalOptions) loadWith(c *cobra.Command, env environment, others map[string]string) (*tempestconf.Config, error) {
	o := tempestconf.LoadOptions{
		ConfigFile: g.configFile, Workspace: g.workspace, WorkspacePath: g.workspacePath, Cloud: g.cloud, Env: env.environ,
		Overrides: map[string]string{},
	}
	for name, value := range g.own {
		if c.Flags().Changed(strings.ReplaceAll(name, "_", "-")) {
			o.Overrides["persistent_resources."+name] = *value
		}
	}
	maps.Copy(o.Overrides, others)
	cfg, err := tempestconf.Load(o)
	if err != nil {
		return nil, usageError{withoutSecret(err)}
	}
	return cfg, nil
}

// getenv looks a variable up in env.
func (env environment) getenv(name string) string {
	for i := len(env.environ) - 1; i >= 0; i-- {
		if k, v, ok := strings.Cut(env.environ[i], "="); ok && k == name {
			return v
		}
	}
	return ""
}

// workingDir is the process's directory, for what is relative to it.
func workingDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the working directory: %w", err)
	}
	return dir, nil
}
