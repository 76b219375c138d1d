//go:build interop

package interop

import (
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestShellScripts reads what devstack, grenade and jobs source or execute by bash itself and by shellcheck.
func TestShellScripts(t *testing.T) {
	t.Parallel()
	scripts := []string{filepath.Join("testdata", "jobs", "find-tool")}
	err := filepath.WalkDir(filepath.Join("..", "devstack"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.Contains(path, "/files/") && filepath.Ext(path) != ".yaml" {
			scripts = append(scripts, path)
		}
		return err
	})
	if err != nil || len(scripts) < 5 {
		t.Fatalf("no scripts: %v, %v", scripts, err)
	}
	for _, script := range scripts {
		runCommand(t, exec.Command("bash", "-n", script)).must(t, 0)
		// What is sourced belongs to others; a note is no warning.
		runCommand(t, exec.Command(tool(t, "shellcheck"), "--shell=bash", "--severity=warning", script)).must(t, 0)
	}
}
