package main

import (
	"bytes"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/internal/state"
)

// TestNoSecretLeaves searches everything that the phases print and write for every secret there was: the configured
// password, each token, what was generated. Only the state and the configuration may hold them.
func TestNoSecretLeaves(t *testing.T) {
	const planted = `pl"4nted&s3cr3t<x>`
	c := startCloud(t, simulator.Options{AdminPassword: planted})
	secrets := map[string]string{planted: "the admin's password"}
	var mu sync.Mutex
	c.AddFault(simulator.Fault{Action: simulator.Pass, Before: func(r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if token := r.Header.Get("X-Auth-Token"); token != "" {
			secrets[token] = "a token"
		}
	}})
	conf := filepath.Join(c.dir, "etc", "tempest.conf")
	text, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	text = append([]byte("[DEFAULT]\ndebug = true\nlog_file = tempest.log\n"), text...)
	if err := os.WriteFile(conf, text, 0o600); err != nil {
		t.Fatal(err)
	}
	var printed []result
	all := func(args ...string) {
		n := len(printed)
		name := filepath.Join(c.dir, args[0]+string(rune('a'+n)))
		printed = append(printed, c.program(nil, append(args, "--subunit", name+".subunit", "--junit", name+".xml")...))
	}
	// Answers with errors show headers and bodies.
	c.AddFault(simulator.Fault{Service: "identity", Method: "POST", Path: "/v3/users", Action: simulator.Refuse, Status: 500, Times: 1})
	all("create")
	c.AddFault(simulator.Fault{Service: "object-store", Method: "PUT", Path: "/v1/*/*/*", Action: simulator.Refuse, Status: 503, Times: 1})
	all("create")
	all("create")
	c.collectState(secrets)
	all("verify")
	if err := os.WriteFile(conf+".wrong", bytes.Replace(text, []byte(planted), []byte("an0ther-s3cr3t"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	secrets["an0ther-s3cr3t"] = "a wrong password"
	all("create", "--config-file", conf+".wrong")
	all("delete")
	c.unchanged("the phases")
	if len(secrets) < 6 {
		t.Fatalf("only %d secrets were seen; the test looks for too little", len(secrets))
	}
	for i, r := range printed {
		c.search(secrets, "what run "+string(rune('a'+i))+" printed", r.stdout+r.stderr)
	}
	files := 0
	err = filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && (d.Name() == "etc" || d.Name() == ".persistent-resources") {
				return fs.SkipDir
			}
			return err
		}
		data, err := os.ReadFile(path)
		files++
		c.search(secrets, path, string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 13 {
		t.Errorf("only %d files were searched", files)
	}
}

// collectState adds the generated secrets of the journals.
func (c *testCloud) collectState(secrets map[string]string) {
	c.t.Helper()
	journals, err := filepath.Glob(filepath.Join(c.stateDir(), "*.jsonl"))
	if err != nil || len(journals) == 0 {
		c.t.Fatal("there are no journals", err)
	}
	for _, path := range journals {
		j, err := state.Dir{Path: c.stateDir()}.Open(strings.TrimSuffix(filepath.Base(path), ".jsonl"))
		if err != nil {
			c.t.Fatal(err)
		}
		for _, r := range j.Records("") {
			for name, value := range r.Secrets {
				secrets[value] = name + " of " + r.Kind
			}
		}
	}
}

func (c *testCloud) search(secrets map[string]string, where, text string) {
	c.t.Helper()
	for secret, what := range secrets {
		if i := strings.Index(text, secret); i >= 0 {
			c.t.Errorf("%s holds %s: …%s…", where, what, text[max(0, i-60):min(len(text), i+20)])
		}
	}
}
