package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/preflight"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/phases/all"
	"opendev.org/x/persistent-resources/tempestconf"
)

func newConfigCheckCommand(global *globalOptions, env environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "check",
		Short: "Tell what will make a test skip or fail, before anything is made",
		Long: `check authenticates, lists the services with their endpoints, API versions and
microversions, and looks at everything that the configuration names: image,
flavor, networks, roles, accounts, quota, the state directory. It names every
option that will make a test skip or fail. It makes nothing.

The exit status is 0 when nothing will fail, and 2 when something will.`,
		Args: cobra.NoArgs,
	}
	form := formatFlag(c, "text", "json")
	c.RunE = func(c *cobra.Command, _ []string) error {
		form, err := form()
		if err != nil {
			return err
		}
		cfg, err := global.load(c, env)
		if err != nil {
			return err
		}
		report := preflightOf(c, cfg, global, env)
		if ctx := c.Context(); ctx.Err() != nil {
			return phases.Interrupted()
		}
		if err := writeCheck(env, form, cfg, report); err != nil {
			return err
		}
		if report.WillFail() {
			return exitError(exitUsage)
		}
		return nil
	}
	return c
}

// preflightOf looks at everything. Nothing is logged: a check leaves no file behind.
func preflightOf(c *cobra.Command, cfg *tempestconf.Config, global *globalOptions, env environment) *preflight.Report {
	s := &session{env: env, config: cfg, secrets: cloud.NewSecrets()}
	s.log = &phases.Log{Secrets: s.secrets}
	effective := cfg.Effective()
	s.secrets.AddNames(publicNames(effective)...)
	for _, src := range effective {
		if src.Secret && src.Origin != tempestconf.FromDefault {
			s.secrets.Add(src.Value)
		}
	}
	report := preflight.Run(c.Context(), preflight.Options{
		Config: cfg, Services: all.Services(), Connect: s.connect, StateDir: s.stateDir().Path, Env: env.getenv,
		Reload: func(overrides map[string]string) (*tempestconf.Config, error) {
			return global.loadWith(c, env, overrides)
		},
	})
	for i := range report.Findings {
		report.Findings[i].Text = s.secrets.Clean(report.Findings[i].Text)
	}
	return report
}

// checked is the JSON document.
type checked struct {
	File        string   `json:"file,omitempty"`
	Credentials string   `json:"credentials"`
	Notes       []string `json:"notes"`
	*preflight.Report
}

func writeCheck(env environment, form string, cfg *tempestconf.Config, report *preflight.Report) error {
	doc := checked{File: cfg.File, Credentials: credentialsOf(cfg), Notes: newShown(cfg, false).Notes, Report: report}
	if form == "json" {
		return writeJSON(env.stdout, doc)
	}
	w := bufio.NewWriter(env.stdout)
	doc.print(w)
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the check: %w", err)
	}
	return nil
}

// credentialsOf is describeSource without the reason why there are none, which is a finding.
func credentialsOf(cfg *tempestconf.Config) string {
	if _, err := cloud.ProviderOf(cfg); err != nil {
		return "none"
	}
	return describeSource(cfg)
}

func (c *checked) print(w io.Writer) {
	file := c.File
	if file == "" {
		file = "no file was found; every option is at its default"
	}
	fmt.Fprintf(w, "configuration: %s\ncredentials:   %s\n", file, c.Credentials)
	if c.Identity != "" {
		fmt.Fprintf(w, "identity:      %s\n", c.Identity)
	}
	if c.User != "" {
		fmt.Fprintf(w, "user:          %s in project %s, with %s\n", c.User, orDash(c.Project), orDash(strings.Join(c.Roles, ", ")))
	}
	if len(c.Services) > 0 {
		fmt.Fprintln(w)
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "SERVICE\tREGION\tINTERFACE\tAPI\tMICROVERSIONS\tENDPOINT")
		for _, s := range c.Services {
			micro := "-"
			if s.MaxMicroversion != "" {
				micro = s.MinMicroversion + " to " + s.MaxMicroversion
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", s.Type, orDash(s.Region), orDash(s.Interface), orDash(s.API), micro, s.Endpoint)
		}
		_ = t.Flush() // the writer below tells
	}
	fmt.Fprintln(w)
	for _, f := range c.Findings {
		printFinding(w, f)
	}
	for _, n := range c.Notes {
		fmt.Fprintf(w, "note  %s\n", n)
	}
	fmt.Fprintln(w, verdict(c.Report))
}

func printFinding(w io.Writer, f preflight.Finding) {
	fmt.Fprintf(w, "%-4s  ", f.Level)
	if f.Option != "" {
		var names []string
		for _, name := range strings.Split(f.Option, ",") {
			section, option, _ := strings.Cut(name, ".")
			names = append(names, "["+section+"] "+option)
		}
		fmt.Fprintf(w, "%s (%s): ", strings.Join(names, ", "), f.Where)
	}
	fmt.Fprintln(w, oneLine(f.Text))
	for _, id := range f.Tests {
		fmt.Fprintf(w, "        %s\n", id)
	}
}

func verdict(r *preflight.Report) string {
	skips := 0
	for _, f := range r.Findings {
		if f.Level == preflight.Skip {
			skips += len(f.Tests)
		}
	}
	text := "Nothing will fail as far as can be seen now"
	if n := r.Count(preflight.Fail); n == 1 {
		text = "1 thing will make tests fail"
	} else if n > 1 {
		text = fmt.Sprintf("%d things will make tests fail", n)
	}
	if skips == 1 {
		text += "; 1 test will skip"
	} else if skips > 1 {
		text += fmt.Sprintf("; %d tests will skip", skips)
	}
	return text + "."
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
