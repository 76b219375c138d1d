//go:build interop

package simulator_test

import (
	"bufio"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRecord plays the scripts on the real cloud of RECORD_CONFIG, a
// tempest.conf with an administrator's name and password, and writes its
// answers down as those of RECORD_RELEASE. RECORD_SCRIPT selects a script by
// its name:
//
//	testcloud/exec env RECORD_RELEASE=zed RECORD_CONFIG=/srv/testcloud/data/client/tempest.conf \
//	    go test -tags interop -run TestRecord -timeout 30m ./internal/simulator
//
// The script "expired" needs a Keystone with [token] expiration = 10; it is
// left out unless RECORD_SCRIPT names it.
func TestRecord(t *testing.T) {
	config, release := os.Getenv("RECORD_CONFIG"), os.Getenv("RECORD_RELEASE")
	if config == "" {
		t.Skip("RECORD_CONFIG names no real cloud")
	}
	folder := filepath.Join("testdata", "recordings", release)
	if _, err := os.Stat(folder); release == "" || err != nil {
		t.Fatalf("RECORD_RELEASE=%s names no release: %v", release, err)
	}
	at := realCloud(t, config)
	for _, path := range scripts(t) {
		name := strings.TrimSuffix(filepath.Base(path), ".script")
		selected := os.Getenv("RECORD_SCRIPT")
		if selected != "" && name != selected || name == "expired" && selected != name {
			continue
		}
		t.Run(name, func(t *testing.T) {
			p := newPlayer(t, at)
			p.client.Transport.(*http.Transport).DisableKeepAlives = true // some of the servers close them without a word
			answers := p.playAll(path)
			if t.Failed() {
				return
			}
			if err := os.WriteFile(filepath.Join(folder, name+".golden"), []byte(strings.Join(answers, "")), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// realCloud is the cloud of a tempest.conf.
func realCloud(t *testing.T, config string) target {
	t.Helper()
	options := tempestOptions(t, config)
	return target{
		options["identity.uri_v3"], options["auth.admin_username"], options["auth.admin_password"], options["auth.admin_project_name"],
		time.Second, 3 * time.Minute,
	}
}

// tempestOptions reads a tempest.conf as section.option.
func tempestOptions(t *testing.T, config string) map[string]string {
	t.Helper()
	file, err := os.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	options := map[string]string{}
	section := ""
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[]")
		} else if name, value, ok := strings.Cut(line, "="); ok {
			options[section+"."+strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return options
}
