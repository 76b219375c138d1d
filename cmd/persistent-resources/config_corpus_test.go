package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// runHere runs the program in this process, in the working directory of the test, with an environment of its own.
func runHere(t *testing.T, environ []string, args ...string) result {
	t.Helper()
	out := t.TempDir()
	file := func(name string) *os.File {
		f, err := os.Create(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	env := environment{stdin: os.Stdin, stdout: file("stdout"), stderr: file("stderr"), environ: environ}
	code := run(t.Context(), args, env)
	text := func(f *os.File) string {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	return result{code, text(env.stdout), text(env.stderr)}
}

type pythonError struct {
	Class   string `json:"class"`
	Message string `json:"message"`
}

// document is what config parse and config cloud write.
type document struct {
	Sections map[string]map[string][]string `json:"sections"`
	Name     string                         `json:"name"`
	Config   map[string]any                 `json:"config"`
	TLS      map[string]any                 `json:"tls"`
	Error    *pythonError                   `json:"error"`
}

func readDocument(t *testing.T, r result) document {
	t.Helper()
	var d document
	dec := json.NewDecoder(strings.NewReader(r.stdout))
	if err := dec.Decode(&d); err != nil || dec.More() {
		t.Fatalf("standard output is no JSON document (%v):\n%s%s", err, r.stdout, r.stderr)
	}
	switch {
	case d.Error != nil && (r.code != exitUsage || r.stderr == ""):
		t.Errorf("an error with exit code %d and the sentence %q", r.code, r.stderr)
	case d.Error == nil && (r.code != exitOK || r.stderr != ""):
		t.Errorf("exit code %d, standard error %q", r.code, r.stderr)
	}
	return d
}

func readCase(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func corpus(t *testing.T, pattern string, atLeast int) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join("..", "..", "tempestconf", "testdata", pattern))
	if err != nil || len(all) < atLeast {
		t.Fatalf("%d cases of %s, %v", len(all), pattern, err)
	}
	for i, path := range all {
		if all[i], err = filepath.Abs(path); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestConfigParseCorpus holds config parse against oslo.config's reading of every case, alone and found in the world.
func TestConfigParseCorpus(t *testing.T) {
	paths := corpus(t, "conf/*.json", 100)
	paths = append(paths, corpus(t, "real/tempest.conf/*.json", 20)...)
	paths = append(paths, corpus(t, "real/refused/*.conf.json", 3)...)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			var c struct {
				Input     string `json:"input"`
				ConfigDir string `json:"config_dir"`
				Oslo      map[string]struct {
					LoadError *pythonError                   `json:"load_error"`
					Raw       map[string]map[string][]string `json:"raw"`
				} `json:"oslo"`
			}
			readCase(t, path, &c)
			t.Chdir(filepath.Dir(path))
			got := readDocument(t, runHere(t, nil, "config", "parse", "--format", "json", filepath.Base(c.Input)))
			for profile, want := range c.Oslo {
				switch {
				case want.LoadError != nil && want.LoadError.Class == "SystemExit", c.ConfigDir != "":
					// A bad value of a logging option, which is the reading of more than the file; several files.
				case want.LoadError != nil:
					if got.Error == nil || got.Error.Class != want.LoadError.Class || base(got.Error.Message) != base(want.LoadError.Message) {
						t.Errorf("%s: error %+v, want %+v", profile, got.Error, want.LoadError)
					}
				default:
					if d := cmp.Diff(folded(want.Raw), got.Sections); d != "" {
						t.Errorf("%s: sections (-want +got):\n%s", profile, d)
					}
				}
			}
		})
	}
}

// base cuts the folder of the case out of a message.
func base(message string) string {
	for _, dir := range []string{"cases/", "conf/", "real/tempest.conf/", "real/refused/"} {
		message = strings.ReplaceAll(message, dir, "")
	}
	return message
}

func folded(raw map[string]map[string][]string) map[string]map[string][]string {
	out := map[string]map[string][]string{}
	for section, keys := range raw {
		name := section
		if name != "DEFAULT" {
			name = strings.ToLower(name)
		}
		if out[name] == nil {
			out[name] = map[string][]string{}
		}
		for k, values := range keys {
			out[name][k] = append(out[name][k], values...)
		}
	}
	return out
}

// TestConfigCloudCorpus holds config cloud against openstacksdk's reading of every case.
func TestConfigCloudCorpus(t *testing.T) {
	for _, path := range corpus(t, "clouds/*/expect.json", 20) {
		dir := filepath.Dir(path)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			var c struct {
				Cloud  string            `json:"cloud"`
				Region string            `json:"region"`
				Env    map[string]string `json:"env"`
				SDK    struct {
					Validated document `json:"validated"`
				} `json:"openstacksdk"`
			}
			readCase(t, path, &c)
			t.Chdir(dir)
			environ := []string{"HOME=" + dir + "/home"}
			for k, v := range c.Env {
				environ = append(environ, k+"="+strings.ReplaceAll(v, "@", dir))
			}
			args := []string{"config", "cloud", "--format", "json", "--show-secrets"}
			if c.Cloud != "" {
				args = append(args, c.Cloud)
			}
			if c.Region != "" {
				args = append(args, "--region", c.Region)
			}
			got := readDocument(t, runHere(t, environ, args...))
			if d := cmp.Diff(c.SDK.Validated, got); d != "" {
				t.Errorf("-openstacksdk +ours:\n%s", d)
			}
		})
	}
}
