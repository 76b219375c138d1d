package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/tempestconf"
)

// pluginOption is a row of the table from which the Python plugin registers [persistent_resources]. The names are those of
// oslo.config's arguments.
type pluginOption struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Default any      `json:"default,omitempty"`
	Min     *int     `json:"min,omitempty"`
	Choices []string `json:"choices,omitempty"`
	Secret  bool     `json:"secret,omitempty"`
	Help    string   `json:"help"`
}

func optionOf(t *testing.T, o tempestconf.Option) pluginOption {
	t.Helper()
	p := pluginOption{Name: o.Name, Type: string(o.Type), Choices: o.Choices, Secret: o.Secret, Help: o.Doc}
	if o.Bounded {
		p.Min = &o.Min
	}
	if o.Unset {
		return p
	}
	var err error
	switch o.Type {
	case tempestconf.Integer, tempestconf.Port:
		p.Default, err = strconv.Atoi(o.Default)
	case tempestconf.Boolean:
		p.Default, err = strconv.ParseBool(o.Default)
	case tempestconf.List:
		p.Default = strings.Split(o.Default, ",")
	case tempestconf.String:
		p.Default = o.Default
	default:
		t.Fatalf("%s: the plugin has no type %s", o.Name, o.Type)
	}
	if err != nil {
		t.Fatalf("%s: default: %v", o.Name, err)
	}
	return p
}

// TestPluginOptions holds the table of the Python plugin equal to the program's own.
func TestPluginOptions(t *testing.T) {
	var rows []pluginOption
	for _, o := range tempestconf.OwnOptions() {
		rows = append(rows, optionOf(t, o))
	}
	var want bytes.Buffer
	e := json.NewEncoder(&want)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(rows); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "..", phases.Package, "options.json")
	if *update {
		if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(got)); diff != "" {
		t.Errorf("options.json is not what the program reads; write it with -update (-want +got):\n%s", diff)
	}
}

// TestPluginVersion holds the two versions equal.
func TestPluginVersion(t *testing.T) {
	project, err := os.ReadFile(filepath.Join("..", "..", "pyproject.toml"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^version = "(.*)"$`).FindSubmatch(project)
	if m == nil || string(m[1]) != release {
		t.Errorf("pyproject.toml has version %q, the program %s", m, release)
	}
}
