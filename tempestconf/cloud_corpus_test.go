package tempestconf

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sdkResult is openstacksdk's outcome of one case.
type sdkResult struct {
	Config map[string]any `json:"config"`
	Name   string         `json:"name"`
	TLS    struct {
		Cert   any `json:"cert"`
		Verify any `json:"verify"`
	} `json:"tls"`
	Error *struct {
		Class   string `json:"class"`
		Message string `json:"message"`
	} `json:"error"`
}

type cloudCase struct {
	About  string            `json:"about"`
	Cloud  string            `json:"cloud"`
	Region string            `json:"region"`
	Env    map[string]string `json:"env"`
	SDK    struct {
		Validated   sdkResult       `json:"validated"`
		Unvalidated json.RawMessage `json:"unvalidated"`
	} `json:"openstacksdk"`
}

func TestCloudCorpus(t *testing.T) {
	cases, err := filepath.Glob("testdata/clouds/*/expect.json")
	if err != nil || len(cases) < 20 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, path := range cases {
		dir, err := filepath.Abs(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(dir), func(t *testing.T) {
			var c cloudCase
			readJSON(t, path, &c)
			o := CloudOptions{Name: c.Cloud, Region: c.Region, Dir: dir, root: dir, Env: []string{"HOME=" + dir + "/home"}}
			for k, v := range c.Env {
				o.Env = append(o.Env, k+"="+strings.ReplaceAll(v, "@", dir))
			}
			got, err := LoadCloud(o)
			checkSDK(t, c.SDK.Validated, got, err)
			if string(c.SDK.Unvalidated) == `"same"` {
				return
			}
			var want sdkResult
			if err := json.Unmarshal(c.SDK.Unvalidated, &want); err != nil {
				t.Fatal(err)
			}
			o.unchecked = true
			got, err = LoadCloud(o)
			if want.Config != nil {
				// The keys beside auth that only validation moves are not in the expectation.
				for k := range got.Config {
					if _, ok := want.Config[k]; !ok {
						delete(got.Config, k)
					}
				}
			}
			checkSDK(t, want, got, err)
		})
	}
}

func checkSDK(t *testing.T, want sdkResult, got *Cloud, err error) {
	t.Helper()
	if want.Error != nil {
		class, message := Describe(err)
		if class != want.Error.Class || message != want.Error.Message {
			t.Errorf("error %v is %s: %s, want %s: %s", err, class, message, want.Error.Class, want.Error.Message)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.Config, roundTrip(t, got.Config)); d != "" {
		t.Errorf("config (-want +got):\n%s", d)
	}
	if got.Name != want.Name {
		t.Errorf("name %q, want %q", got.Name, want.Name)
	}
	tls := roundTrip(t, map[string]any{"tls": got.TLS()})["tls"].(map[string]any)
	if d := cmp.Diff(map[string]any{"verify": want.TLS.Verify, "cert": want.TLS.Cert}, tls); d != "" {
		t.Errorf("tls (-want +got):\n%s", d)
	}
}

func roundTrip(t *testing.T, v map[string]any) map[string]any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
