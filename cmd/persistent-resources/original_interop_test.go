//go:build interop

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"opendev.org/x/persistent-resources/internal/simulator"
)

// repickle loads a pickle and writes it in every protocol that the Python has, by each of its picklers.
const repickle = `
import pickle, sys
picklers = [("pickle", pickle)]
try:
    import cPickle
    picklers.append(("cPickle", cPickle))
except ImportError:
    pass
with open(sys.argv[1], "rb") as f:
    resources = pickle.load(f)
for name, module in picklers:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with open("%s/%s.%d" % (sys.argv[2], name, protocol), "wb") as f:
            module.dump(resources, f, protocol)
`

// TestImportOfRealPickles imports what real Pythons pickle of the original's resources: each says the same, and with each
// verify is green.
func TestImportOfRealPickles(t *testing.T) {
	home, _ := os.UserHomeDir()
	pythons, _ := filepath.Glob(filepath.Join(home, ".pyenv/versions/*/bin/python"))
	if python, err := exec.LookPath("python3"); err == nil {
		pythons = append(pythons, python)
	}
	if len(pythons) == 0 {
		t.Fatal("there is no Python on this machine")
	}
	c := startCloud(t, simulator.Options{})
	p := newOriginal(c.Cloud, t.Fatalf)
	services := map[string]string{"compute": p.compute(true)}
	p = newOriginal(c.Cloud, t.Fatalf)
	services["object_storage"] = p.objectStorage()
	last := map[string]string{} // state directories, by service
	for service, text := range services {
		first := filepath.Join(c.dir, service+".pickle")
		if err := os.WriteFile(first, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c.program(nil, "state", "import", first, "--state-dir", service).must(t, exitOK, "import")
		want := anonymousState(c.program(nil, "state", "show", "--format", "json", "--state-dir", service).must(t, exitOK, "show").stdout)
		for _, python := range pythons {
			dir := t.TempDir()
			if out, err := exec.Command(python, "-c", repickle, first, dir).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", python, err, out)
			}
			files, _ := filepath.Glob(filepath.Join(dir, "*"))
			for _, file := range files {
				state := file + ".state"
				c.program(nil, "state", "import", file, "--state-dir", state).must(t, exitOK, "import "+file)
				got := anonymousState(c.program(nil, "state", "show", "--format", "json", "--state-dir", state).must(t, exitOK, "show").stdout)
				if got != want {
					t.Errorf("%s, %s:\n got %s\nwant %s", python, filepath.Base(file), got, want)
				}
				last[service] = state
			}
		}
	}
	for service, state := range last {
		c.program(nil, "verify", "-q", "--services", service, "--state-dir", state).must(t, exitOK, "verify")
		c.program(nil, "delete", "-q", "--services", service, "--state-dir", state).must(t, exitOK, "delete")
	}
	c.unchanged("verify and delete")
}

// anonymousState is the state without what differs from import to import.
func anonymousState(document string) string {
	return regexp.MustCompile(`"(run|began|imported|directory)": "[^"]*"`).ReplaceAllString(document, `"$1": ""`)
}
