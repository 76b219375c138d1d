//go:build interop

package simulator_test

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestRecord plays the scripts on the real cloud that OS_AUTH_URL,
// OS_USERNAME, OS_PASSWORD and OS_PROJECT_NAME name (as an administrator) and
// writes its answers into the golden files. GOLDEN selects scripts by a part
// of their names.
func TestRecord(t *testing.T) {
	at := target{os.Getenv("OS_AUTH_URL"), os.Getenv("OS_USERNAME"), os.Getenv("OS_PASSWORD"), os.Getenv("OS_PROJECT_NAME"), 2 * time.Second}
	if at.authURL == "" {
		t.Skip("OS_AUTH_URL names no real cloud")
	}
	for _, path := range scripts(t) {
		if !strings.Contains(path, os.Getenv("GOLDEN")) {
			continue
		}
		answers := newPlayer(t, at).playAll(path)
		golden := strings.TrimSuffix(path, ".script") + ".golden"
		if err := os.WriteFile(golden, []byte(strings.Join(answers, "")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
