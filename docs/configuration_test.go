// Package docs holds the documentation against the code that it describes.
package docs

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/tempestconf"
)

var update = flag.Bool("update", false, "write the generated pages anew")

const head = `# Configuration

The program reads Tempest's configuration as Tempest does: ` + "`tempest.conf`" + ` with all options, deprecated names and
defaults of Tempest 10 to 46, the accounts file that it names, and ` + "`clouds.yaml`" + ` where neither gives credentials.
What is its own stands in one more section:

` + "```ini" + `
[persistent_resources]
state_dir = /var/lib/upgrade/persistent-resources
objects = 100
` + "```" + `

Where an option is set more than once, the first of these counts:

1. the flag,
2. the variable of the table, unless it is empty,
3. oslo.config's variable, ` + "`OS_PERSISTENT_RESOURCES__<OPTION>`" + `, as for every option of Tempest,
4. the file: ` + "`tempest.conf`" + ` and what stands beside it in ` + "`tempest.conf.d`" + `,
5. the default.

References to other options (` + "`$name`, `${section.name}`" + `) are replaced in values of the file and of oslo.config's variables;
flags and variables of the table are taken as they are. A value that cannot be used is an error that names its place.

This page is generated: ` + "`go test ./docs -update`" + `.

| option | type | default | flag | variable | meaning |
|---|---|---|---|---|---|
`

// configuration is the page about our own options.
func configuration() string {
	var b strings.Builder
	b.WriteString(head)
	for _, o := range tempestconf.OwnOptions() {
		kind := string(o.Type)
		if o.Bounded {
			kind += fmt.Sprintf(", at least %d", o.Min)
		}
		if len(o.Choices) > 0 {
			kind += ": " + strings.Join(o.Choices, ", ")
		}
		value := "`" + o.Default + "`"
		if o.Unset || o.Default == "" {
			value = "none"
		}
		flagName := "--" + strings.ReplaceAll(o.Dest(), "_", "-")
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` | `%s` | %s |\n", o.Name, kind, value, flagName, o.Variable(), strings.ReplaceAll(o.Doc, "|", `\|`))
	}
	return b.String()
}

func TestConfigurationIsCurrent(t *testing.T) {
	const path = "configuration.md"
	want := configuration()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the options are; run go test ./docs -update", path)
	}
	for _, o := range tempestconf.OwnOptions() {
		if o.Doc == "" {
			t.Errorf("option %s has no description", o.Name)
		}
	}
}
