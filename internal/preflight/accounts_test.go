package preflight_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/internal/preflight"
	"opendev.org/x/persistent-resources/tempestconf"
)

const (
	adminAccount = "- {username: admin, project_name: admin, password: x, types: [admin]}\n"
	demoAccount  = "- {username: demo, project_name: demo, password: demo, roles: [member]}\n"
)

func TestAccounts(t *testing.T) {
	s := newSite(t)
	lock := filepath.Join(s.dir, "lock")
	for _, c := range []struct {
		name, accounts string
		lockAll        string // content of a lock file for every account
		set            map[string]string
		want           string // every fail, skip and warning
	}{
		{"one for both services", adminAccount + demoAccount, "", nil, ""},
		{"wrong password", strings.Replace(demoAccount, "password: demo", "password: no", 1), "", nil,
			"fail auth.test_accounts_file: authentication of demo at "},
		{"no account", "[]", "", nil, "fail auth.test_accounts_file: "},
		{"no list", "a: 1", "", nil, "fail auth.test_accounts_file: read accounts of "},
		{"only an admin", adminAccount, "", map[string]string{"object-storage.operator_role": "admin"},
			"fail auth.test_accounts_file: compute: No users configured for type/roles None"},
		{"no operator", demoAccount, "", map[string]string{"object-storage.operator_role": "swiftoperator"},
			"skip auth.test_accounts_file,object-storage.operator_role: object_storage: No credentials with role: swiftoperator specified in the accounts file"},
		{"in use", demoAccount, "TempestClass", nil,
			"fail auth.test_accounts_file,oslo_concurrency.lock_path: compute: every account is in use by TempestClass (lock files in "},
		{"in use by this state directory", demoAccount, "ObjectStoragePersistentResources (persistent-resources run 1, state here:STATE)", nil, ""},
		{"unknown key", strings.Replace(demoAccount, "roles", "color: red, roles", 1), "", nil,
			"fail auth.test_accounts_file: compute: No users configured for type/roles None (account 1 cannot be used: color is not a valid attr of an account)"},
		{"unknown key in an account that is not needed", strings.Replace(demoAccount, "roles", "color: red, roles", 1) + demoAccount, "", nil, ""},
		{"its network", strings.Replace(demoAccount, "roles", "resources: {network: nowhere}, roles", 1), "", nil,
			`fail auth.test_accounts_file: there is no network "nowhere" that the project can see`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &site{s.Cloud, t, s.dir}
			if err := os.WriteFile(filepath.Join(s.dir, "accounts.yaml"), []byte(c.accounts), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(lock); err != nil {
				t.Fatal(err)
			}
			set := map[string]string{
				"auth.use_dynamic_credentials": "false", "auth.test_accounts_file": "accounts.yaml", "oslo_concurrency.lock_path": lock,
				"auth.admin_username": "", "auth.admin_password": "",
			}
			for k, v := range c.set {
				set[k] = v
			}
			if c.lockAll != "" {
				lockEvery(t, s, set, strings.Replace(c.lockAll, "STATE", filepath.Join(s.dir, ".persistent-resources"), 1))
			}
			got := told(s.check(set, ""), preflight.Fail, preflight.Skip, preflight.Warn)
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("%q is not in\n%s", c.want, got)
			}
		})
	}
}

// lockEvery makes a lock file for every account.
func lockEvery(t *testing.T, s *site, set map[string]string, content string) {
	t.Helper()
	all, err := tempestconf.LoadAccounts(filepath.Join(s.dir, "accounts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := set["oslo_concurrency.lock_path"]
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if err := os.WriteFile(filepath.Join(dir, a.Hash), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
