package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/tempestconf"
)

func newConfigCommand(global *globalOptions, env environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Show and check the configuration",
		Long: `config tells what the configuration comes to: which value each option has and
where it came from (show), what of it will make a test skip or fail (check), and
how single files are read (parse, cloud).`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(
		newConfigShowCommand(global, env),
		newConfigCheckCommand(global, env),
		newConfigParseCommand(env),
		newConfigCloudCommand(global, env),
	)
	for _, sub := range c.Commands() {
		usageOfArgs(sub)
	}
	return c
}

// formatFlag adds --format with the forms that a command has, the first one its default.
func formatFlag(c *cobra.Command, forms ...string) (check func() (string, error)) {
	var form string
	c.Flags().StringVar(&form, "format", forms[0], "write it as `FORM`: "+strings.Join(forms, " or "))
	return func() (string, error) {
		if !slices.Contains(forms, form) {
			return "", usagef("there is no --format %s; it can be %s", form, strings.Join(forms, " or "))
		}
		return form, nil
	}
}

// writeJSON writes one document, indented for people and with every character as it is.
func writeJSON(f *os.File, document any) error {
	enc := json.NewEncoder(f)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(document); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return nil
}

// errorDocument writes an error in the terms of the Python tools, and returns it for the sentence on standard error.
func errorDocument(env environment, err error) error {
	class, message := tempestconf.Describe(err)
	return errorDocumentOf(env, class, message, err)
}

func errorDocumentOf(env environment, class, message string, err error) error {
	document := map[string]any{"error": map[string]string{"class": class, "message": message}}
	if err := writeJSON(env.stdout, document); err != nil {
		return err
	}
	return usageError{withoutSecret(err)}
}

// publicNames are the users, projects, domains and roles of a configuration, which are shown although a password may be the
// same word.
func publicNames(effective []tempestconf.Source) []string {
	var out []string
	for _, src := range effective {
		for _, kind := range []string{"username", "project_name", "tenant_name", "domain_name", "_user", "_role"} {
			if !src.Secret && strings.HasSuffix(src.Option, kind) {
				out = append(out, src.Value)
			}
		}
	}
	return out
}

// secretName is what the names of options that hold secrets have in them.
var secretName = regexp.MustCompile(`(?i)pass|secret|token|\bkey\b|_key`)

// withoutSecret keeps a line that does not parse out of a message when a secret may stand in it: its own key or the one
// before it is that of a secret, which then goes on in a line that is no continuation.
func withoutSecret(err error) error {
	var parse *tempestconf.ParseError
	if !errors.As(err, &parse) || parse.Source == nil || !secretName.MatchString(*parse.Source) && !secretName.MatchString(parse.After) {
		return err
	}
	masked, hidden := *parse, tempestconf.Masked
	masked.Source = &hidden
	return &masked
}
