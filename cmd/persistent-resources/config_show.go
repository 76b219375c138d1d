package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/phases/all"
	"opendev.org/x/persistent-resources/tempestconf"
)

func newConfigShowCommand(global *globalOptions, env environment) *cobra.Command {
	var everything bool
	c := &cobra.Command{
		Use:   "show",
		Short: "Show the value of each option and where it came from",
		Long: `show prints the effective value of each option that is set or that the tests use,
and where it came from: a line of a file, an environment variable, a flag, a
deprecated name, the default. Secrets are masked. It asks no service.`,
		Args: cobra.NoArgs,
	}
	form := formatFlag(c, "text", "json")
	c.Flags().BoolVar(&everything, "all", false, "show every option of Tempest that is known")
	c.RunE = func(c *cobra.Command, _ []string) error {
		form, err := form()
		if err != nil {
			return err
		}
		cfg, err := global.load(c, env)
		if err != nil {
			return err
		}
		s := newShown(cfg, everything)
		if form == "json" {
			return writeJSON(env.stdout, s)
		}
		w := bufio.NewWriter(env.stdout)
		s.print(w)
		if err := w.Flush(); err != nil {
			return fmt.Errorf("show the configuration: %w", err)
		}
		return nil
	}
	return c
}

// shown is the configuration as it is shown: the JSON document, and what the text is made of.
type shown struct {
	File        string        `json:"file,omitempty"`
	Files       []string      `json:"files"`
	Credentials string        `json:"credentials"`
	Options     []shownOption `json:"options"`
	Notes       []string      `json:"notes"`
}

// shownOption is one option. Value is nil for null.
type shownOption struct {
	Section    string  `json:"section"`
	Option     string  `json:"option"`
	Value      *string `json:"value"`
	Secret     bool    `json:"secret,omitempty"`
	Origin     string  `json:"origin"`
	Where      string  `json:"where"`
	File       string  `json:"file,omitempty"`
	Line       int     `json:"line,omitempty"`
	Variable   string  `json:"variable,omitempty"`
	Deprecated string  `json:"deprecated,omitempty"`
	Error      string  `json:"error,omitempty"`

	text string
}

func newShown(cfg *tempestconf.Config, everything bool) *shown {
	effective := cfg.Effective()
	// A password that somebody wrote into another option as well is to be masked there too. Short ones are words that stand
	// elsewhere: with the password "admin" many a name would be masked.
	secrets := cloud.NewSecrets()
	secrets.AddNames(publicNames(effective)...)
	for _, src := range effective {
		if src.Secret && src.Origin != tempestconf.FromDefault && len(src.Value) >= 8 {
			secrets.Add(src.Value)
		}
	}
	used := usedOptions()
	s := &shown{File: cfg.File, Files: append([]string{}, cfg.Files...), Credentials: describeSource(cfg), Notes: []string{}}
	for _, src := range effective {
		set := src.Origin != tempestconf.FromDefault && src.Origin != tempestconf.FromNowhere
		if !everything && !set && !used[src.Section] && !used[src.Section+"."+strings.ReplaceAll(src.Option, "-", "_")] {
			continue
		}
		o := shownOption{
			Section: src.Section, Option: strings.ReplaceAll(src.Option, "-", "_"), Secret: src.Secret, Origin: string(src.Origin), Where: src.String(),
			File: src.File, Line: src.Line, Variable: src.Variable, Deprecated: src.Deprecated, text: src.Shown(),
		}
		if set { // a default is the same for everybody, whatever the password
			o.text = secrets.Clean(o.text)
		}
		if !src.Null {
			o.Value = &o.text
		}
		if err := cfg.Fault(src.Section, src.Option); err != nil {
			o.Error = secrets.Clean(err.Reason)
		}
		s.Options = append(s.Options, o)
	}
	for _, n := range cfg.Notes {
		s.Notes = append(s.Notes, secrets.Clean(n))
	}
	return s
}

// usedOptions are the options that the tests and the credentials depend on, and the sections of which all count.
func usedOptions() map[string]bool {
	used := map[string]bool{"auth": true, "persistent_resources": true}
	for _, name := range []string{
		"DEFAULT.debug", "DEFAULT.log_file", "DEFAULT.log_dir", "DEFAULT.resource_name_prefix",
		"identity.auth_version", "identity.uri_v3", "identity.region", "identity.catalog_type", "identity.v3_endpoint_type",
		"identity.admin_role", "identity.admin_domain_scope", "identity.ca_certificates_file", "identity.disable_ssl_certificate_validation",
		"service-clients.http_timeout", "service-clients.proxy_url", "oslo_concurrency.lock_path",
		"service_available.nova", "service_available.neutron", "service_available.glance", "service_available.cinder", "service_available.swift",
	} {
		used[name] = true
	}
	for _, newService := range all.Services() {
		for _, name := range newService(&phases.Fixture{}).Options {
			used[name] = true
		}
	}
	return used
}

func (s *shown) print(w io.Writer) {
	for i, path := range s.Files {
		fmt.Fprintf(w, "%s %s\n", [...]string{"configuration:", "and then:     "}[min(i, 1)], path)
	}
	if len(s.Files) == 0 {
		fmt.Fprintln(w, "configuration: no file was found; every option is at its default")
	}
	fmt.Fprintf(w, "credentials:   %s\n", s.Credentials)
	section := ""
	for _, o := range s.Options {
		if o.Section != section {
			section = o.Section
			fmt.Fprintf(w, "\n[%s]\n", section)
		}
		line := o.Option + " = " + oneLine(o.text)
		fmt.Fprintf(w, "%s  (%s)\n", line+strings.Repeat(" ", max(0, 46-len(line))), o.Where)
		if o.Error != "" {
			fmt.Fprintf(w, "    cannot be used: %s\n", oneLine(o.Error))
		}
	}
	if len(s.Notes) > 0 {
		fmt.Fprintln(w)
	}
	for _, n := range s.Notes {
		fmt.Fprintf(w, "note: %s\n", n)
	}
}

// oneLine keeps a value of several lines on one.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\n\r\t\x1b") {
		return s
	}
	return strings.Trim(strconv.Quote(s), `"`)
}

// describeSource says in words where credentials come from.
func describeSource(cfg *tempestconf.Config) string {
	provider, err := cloud.ProviderOf(cfg)
	switch {
	case err != nil:
		return "none: " + err.Error()
	case provider == cloud.NamedCloud:
		from := cfg.Cloud.File
		if from == "" {
			from = "the environment"
		}
		return fmt.Sprintf("cloud %q of %s", cfg.Cloud.Name, from)
	case provider == cloud.PreProvisioned:
		return "accounts of " + cfg.AccountsFile()
	}
	return "dynamic, made by the admin of " + cfg.File
}
