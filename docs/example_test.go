package docs

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

const exampleFolder = "example-rehearsal"

// secret is what must not be in a committed file: Keystone's tokens, private keys, a password that is not masked.
var secret = regexp.MustCompile(`gAAAA[\w-]{20,}|PRIVATE KEY|"password\\?"\s*:\s*\\?"[^*"\\]|adminPass\\?"\s*:\s*\\?"[^*"\\]`)

// TestExampleRehearsal holds the committed rehearsal to what is said of it: every stream whole and green, nothing left in
// the cloud, no secret.
func TestExampleRehearsal(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(exampleFolder, "*"))
	if err != nil || len(files) < 15 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	tests := map[string]int{"create": 3, "verify-pre-upgrade": 6, "verify-during": 6, "verify-post-upgrade": 6, "delete": 2}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if found := secret.Find(data); found != nil {
			t.Errorf("%s holds a secret: %.12s…", path, found)
		}
		label, isStream := strings.CutSuffix(filepath.Base(path), ".subunit")
		if !isStream {
			continue
		}
		c := subunit.NewCollector(func(*subunit.Result) {})
		for event, err := range subunit.NewReader(bytes.NewReader(data), subunit.Strict).All() {
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			c.Add(event)
		}
		c.Flush()
		if s := c.Summary(); s.Total() != tests[label] || s.Passed+s.Skipped != s.Total() || label != "verify-during" && s.Skipped > 0 {
			t.Errorf("%s: %+v", path, s)
		}
		delete(tests, label)
	}
	if len(tests) > 0 {
		t.Errorf("no streams of %v", tests)
	}
	if diff, err := os.ReadFile(filepath.Join(exampleFolder, "inventory.diff")); err != nil || len(diff) > 0 {
		t.Errorf("the cloud is not as it was before: %v\n%s", err, diff)
	}
}
