package tempestconf

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRealClouds reads every cloud of files found in public repositories, each file alone, and compares with openstacksdk's
// get_one(validate=False). Passwords are masked there.
func TestRealClouds(t *testing.T) {
	var want map[string]struct {
		Clouds map[string]map[string]any `json:"clouds"`
		YAML   string                    `json:"yaml"`
	}
	readJSON(t, "testdata/real/clouds.yaml/_openstacksdk-0.101.json", &want)
	files, err := filepath.Glob("testdata/real/clouds.yaml/*clouds.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			expect, ok := want[name]
			if !ok {
				t.Skip("no expectation for this file")
			}
			for cloud, w := range expect.Clouds {
				got, err := LoadCloud(CloudOptions{Name: cloud, Dir: t.TempDir(), root: t.TempDir(), unchecked: true,
					Env: []string{"HOME=" + t.TempDir(), "OS_CLIENT_CONFIG_FILE=" + mustAbs(t, path)}})
				if err != nil {
					t.Fatalf("%s: %v", cloud, err)
				}
				have := roundTrip(t, got.Config)
				for k := range have {
					if _, ok := w[k]; !ok {
						delete(have, k)
					}
				}
				for k, v := range w { // the expectation writes null for what is not there
					if _, ok := have[k]; !ok && v == nil {
						have[k] = nil
					}
				}
				maskPasswords(have)
				maskPasswords(w)
				if d := cmp.Diff(w, have); d != "" {
					t.Errorf("%s (-want +got):\n%s", cloud, d)
				}
			}
		})
	}
}

// TestRefusedClouds reads a file that openstacksdk refuses.
func TestRefusedClouds(t *testing.T) {
	files, err := filepath.Glob("testdata/real/refused/*clouds.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		_, err := LoadCloud(CloudOptions{Dir: t.TempDir(), root: t.TempDir(),
			Env: []string{"HOME=" + t.TempDir(), "OS_CLIENT_CONFIG_FILE=" + mustAbs(t, path)}})
		if err == nil || !strings.Contains(err.Error(), "has no clouds") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func maskPasswords(config map[string]any) {
	auth, _ := config["auth"].(map[string]any)
	for k := range auth {
		if k == "password" || strings.Contains(k, "secret") || k == "token" {
			auth[k] = Masked
		}
	}
}

func mustAbs(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(abs); err != nil {
		t.Fatal(err)
	}
	return abs
}
