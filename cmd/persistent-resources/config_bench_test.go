package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/tempestconf"
)

// BenchmarkConfigShow runs the whole program, its start included, on a file of 400 lines. It is to stay below 20 ms.
func BenchmarkConfigShow(b *testing.B) {
	dir := b.TempDir()
	exe := filepath.Join(dir, "persistent-resources")
	if out, err := exec.Command("go", "build", "-o", exe, ".").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	conf := filepath.Join(dir, "tempest.conf")
	if err := os.WriteFile(conf, []byte(longConfiguration(400)), 0o600); err != nil {
		b.Fatal(err)
	}
	for _, args := range [][]string{{}, {"--all"}, {"--format", "json"}} {
		b.Run(strings.Join(append([]string{"show"}, args...), "_"), func(b *testing.B) {
			for b.Loop() {
				cmd := exec.Command(exe, append([]string{"config", "show", "--config-file", conf}, args...)...)
				cmd.Env = []string{"HOME=" + dir}
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
			}
		})
	}
}

// longConfiguration is a file that sets options of every section, with comments as tempest.conf.sample has them.
func longConfiguration(lines int) string {
	out := []string{}
	section := ""
	for _, o := range tempestconf.Options() {
		if o.Section != section {
			section = o.Section
			out = append(out, "", "["+section+"]")
		}
		value := o.Default
		if o.Unset {
			value = "text"
		}
		if o.Type == tempestconf.Integer || o.Type == tempestconf.Port {
			value = "22"
		}
		out = append(out, "# "+o.Name, fmt.Sprintf("%s = %s", o.Dest(), value))
		if len(out) >= lines {
			break
		}
	}
	return strings.Join(out, "\n") + "\n"
}
