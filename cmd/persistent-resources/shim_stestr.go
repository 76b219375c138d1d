package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/internal/stestr"
	"opendev.org/x/persistent-resources/subunit"
)

// stestrOptions are stestr's options before the command.
type stestrOptions struct {
	here, repository string
}

func (o *stestrOptions) directory() (string, error) {
	switch {
	case o.repository != "":
		return filepath.Abs(o.repository)
	case o.here != "":
		return filepath.Abs(o.here)
	}
	return workingDir()
}

// newStestrRoot is the program called by the name stestr, for machines without Python: what jobs ask of stestr after a run,
// and runs of the program's own tests.
func newStestrRoot(env environment) *cobra.Command {
	o := &stestrOptions{}
	root := &cobra.Command{
		Use:           "stestr",
		Short:         "stestr's commands for the tests of persistent-resources",
		Version:       release + " (persistent-resources)",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetVersionTemplate("stestr {{.Version}}\n")
	root.SetOut(env.stdout)
	root.SetErr(env.stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	f := root.PersistentFlags()
	f.StringVarP(&o.here, "here", "d", "", "work in this `DIR`")
	f.StringVarP(&o.repository, "repo-url", "u", "", "the repository is in this `DIR`")
	var unused string
	f.StringVarP(&unused, "config", "c", "", "accepted and without effect: the tests are those of this program")
	for name, short := range map[string]string{"repo-type": "", "test-path": "", "top-dir": "", "group-regex": "g", "user-config": ""} {
		f.StringVarP(&unused, name, short, "", "accepted and without effect")
		_ = f.MarkHidden(name)
	}
	var ignoredSwitch bool
	for name, short := range map[string]string{"parallel-class": "p", "quiet": "q", "debug": ""} {
		f.BoolVarP(&ignoredSwitch, name, short, false, "accepted and without effect")
		_ = f.MarkHidden(name)
	}
	root.AddCommand(
		newLastCommand(o.directory, env),
		newFailingCommand(o.directory, env),
		newStestrInitCommand(o, env),
		newStestrLoadCommand(o, env),
		newStestrRunCommand("run", o, env),
		newStestrRunCommand("list", o, env),
	)
	return root
}

func newStestrInitCommand(o *stestrOptions, env environment) *cobra.Command {
	return &cobra.Command{
		Use: "init", Args: cobra.NoArgs, Short: "Make a repository",
		RunE: func(*cobra.Command, []string) error {
			dir, err := o.directory()
			if err != nil {
				return err
			}
			_, err = stestr.InitRepository(dir)
			if errors.Is(err, fs.ErrExist) {
				fmt.Fprintln(env.stdout, "The specified repository directory ./stestr already exists. Please check if the repository already exists or select a different path")
				return nil // as stestr's
			}
			return err
		},
	}
}

func newStestrLoadCommand(o *stestrOptions, env environment) *cobra.Command {
	var forceInit, asStream bool
	c := &cobra.Command{
		Use: "load [flags] [STREAM...]", Short: "Put streams into the repository",
		RunE: func(_ *cobra.Command, paths []string) error {
			dir, err := o.directory()
			if err != nil {
				return err
			}
			open := stestr.OpenRepository
			if forceInit {
				open = stestr.OpenOrInitRepository
			}
			repository, err := open(dir)
			if err != nil {
				return err
			}
			if len(paths) == 0 {
				paths = []string{"-"}
			}
			return loadStreams(repository, paths, asStream, env)
		},
	}
	c.Flags().BoolVar(&forceInit, "force-init", false, "make a repository if there is none")
	c.Flags().BoolVar(&asStream, "subunit", false, "write the streams to standard output")
	c.Flags().StringP("id", "i", "", "accepted and without effect, as stestr's")
	ignored(c, "partial", "subunit-trace", "color", "abbreviate", "suppress-attachments", "all-attachments", "show-binary-attachments")
	return c
}

// loadStreams stores streams as one run. Like stestr's, its status says nothing of the tests.
func loadStreams(repository *stestr.Repository, paths []string, asStream bool, env environment) error {
	inserter, err := repository.Insert()
	if err != nil {
		return err
	}
	plain, out := stestr.NewPlain(env.stdout), subunit.NewWriter(env.stdout)
	collector := subunit.NewCollector(plain.Result)
	for _, path := range paths {
		err := eachEventOf(path, env, func(e *subunit.Event) error {
			if e.Text {
				return nil
			}
			if err := inserter.Add(e); err != nil {
				return err
			}
			if asStream {
				return out.Write(e)
			}
			collector.Add(e)
			return nil
		})
		if err != nil {
			return err
		}
	}
	number, err := inserter.Close()
	if err != nil || asStream {
		return err
	}
	collector.Flush()
	return plain.Close(number)
}

func eachEventOf(path string, env environment, do func(*subunit.Event) error) error {
	var r io.Reader = env.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("read a stream: %w", err)
		}
		defer f.Close()
		r = f
	}
	for e, err := range subunit.Open(r, subunit.Recover).All() {
		if err == nil {
			err = do(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// newStestrRunCommand is "run" or "list": expressions are arguments, not options.
func newStestrRunCommand(name string, so *stestrOptions, env environment) *cobra.Command {
	o := &runOptions{}
	c := &cobra.Command{
		Use: name + " [flags] [EXPRESSION...]", Short: map[string]string{"run": "Run tests", "list": "List tests"}[name],
		RunE: func(c *cobra.Command, filters []string) error {
			if so.here != "" {
				if err := os.Chdir(so.here); err != nil {
					return usageError{err}
				}
				so.here = ""
			}
			o.filters = filters
			if name == "list" {
				o.listTests = true
			}
			return o.runIn(c.Context(), so.directory, c, env)
		},
	}
	f := c.Flags()
	for short, long := range map[string]struct {
		to   *string
		name string
	}{
		"E": {&o.excludeRegex, "exclude-regex"}, "B": {&o.blackRegex, "black-regex"},
		"i": {&o.includeList, "include-list"}, "w": {&o.whitelist, "whitelist-file"},
		"e": {&o.excludeList, "exclude-list"}, "b": {&o.blacklist, "blacklist-file"},
	} {
		f.StringVarP(long.to, long.name, short, "", "choose tests, see the command run of persistent-resources")
	}
	if name == "list" {
		return c
	}
	f.StringVar(&o.loadList, "load-list", "", "choose from the tests whose ids are in this `FILE`")
	f.StringVar(&o.workerFile, "worker-file", "", "run the tests that this YAML `FILE` gives to workers")
	f.IntVar(&o.concurrency, "concurrency", 0, "work on up to `N` classes at once")
	f.BoolVar(&o.serial, "serial", false, "work on one resource at a time")
	f.BoolVar(&o.subunit, "subunit", false, "write a subunit stream to standard output")
	f.BoolVar(&o.combine, "combine", false, "add the results to those of the last run")
	f.BoolVar(&o.slowest, "slowest", false, "name the tests that took longest")
	f.BoolVar(&o.failing, "failing", false, "run what failed in the last run")
	f.BoolVar(&o.untilFailure, "until-failure", false, "run again and again until a test fails")
	ignored(c, "parallel", "partial", "random", "no-subunit-trace", "force-subunit-trace", "color", "abbreviate", "suppress-attachments", "all-attachments", "show-binary-attachments")
	return c
}

// calledAs is the name by which the program was called, for the names under which it stands in for other programs.
func calledAs(arg0 string) string { return strings.TrimSuffix(filepath.Base(arg0), ".exe") }
