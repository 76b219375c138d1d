package tempestconf

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRealAccounts compares with the table that Tempest 33 makes of each file.
func TestRealAccounts(t *testing.T) {
	files, err := filepath.Glob("testdata/real/accounts.yaml/*.json")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			var want struct {
				Admin    string `json:"admin_role"`
				Operator string `json:"operator_role"`
				Reseller string `json:"reseller_admin_role"`
				Table    struct {
					Roles    map[string][]string       `json:"roles"`
					Creds    map[string]map[string]any `json:"creds"`
					Networks map[string]string         `json:"networks"`
				} `json:"hash_dict"`
			}
			readJSON(t, path, &want)
			accounts, err := LoadAccounts(strings.TrimSuffix(path, ".json"))
			if err != nil {
				t.Fatal(err)
			}
			c := &Config{}
			c.Identity.AdminRole, c.ObjectStorage.OperatorRole, c.ObjectStorage.ResellerAdminRole = want.Admin, want.Operator, want.Reseller
			roles, networks, seen := map[string][]string{}, map[string]string{}, map[string]bool{}
			for _, a := range accounts {
				cred, ok := want.Table.Creds[a.Hash]
				if !ok {
					t.Errorf("hash %s of %s is not in Tempest's table", a.Hash, a.Username)
				}
				for k, v := range cred {
					if into := a.field(k); into == nil || *into != v {
						t.Errorf("%s: %s is not %v", a.Username, k, v)
					}
				}
				seen[a.Hash] = true
				for _, r := range c.AccountRoles(a) {
					if !slices.Contains(roles[r], a.Hash) {
						roles[r] = append(roles[r], a.Hash)
					}
				}
				if a.Network != "" {
					networks[a.Hash] = a.Network
				}
			}
			if len(seen) != len(want.Table.Creds) {
				t.Errorf("%d accounts, want %d", len(seen), len(want.Table.Creds))
			}
			if d := cmp.Diff(want.Table.Roles, roles); d != "" {
				t.Errorf("roles (-want +got):\n%s", d)
			}
			if d := cmp.Diff(want.Table.Networks, networks); d != "" {
				t.Errorf("networks (-want +got):\n%s", d)
			}
		})
	}
}

func TestAccountErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "the file holds a NoneType, not a list of accounts"},
		{"mapping", "a: b", "the file holds a dict, not a list"},
		{"text in list", "- x", "account 1 is a str, not a mapping"},
		{"roles no list", "- {username: u, roles: admin}", "account 1: roles: a str stands where a list is needed"},
		{"no roles", "- {username: u, roles: }", "account 1: roles: a NoneType stands where a value is needed"},
		{"no resources", "- {username: u, resources: false}", "account 1: resources: a bool stands where a value is needed"},
		{"tenant and project", "- {username: u, tenant_name: a, project_name: b}", "tenant and project are both given and differ"},
		{"not UTF-8", "- {username: \"\xff\"}", "can't decode byte 0xff"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseAccounts([]byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
	_, err := LoadAccounts("testdata/none.yaml")
	if !errors.Is(err, ErrNoAccountsFile) || err.Error() != "The path for the test accounts file: testdata/none.yaml could not be found" {
		t.Error(err)
	}
}

// TestFaultyAccounts: what Tempest refuses when it allots the account.
func TestFaultyAccounts(t *testing.T) {
	for text, want := range map[string]string{
		"{username: u, password: p}":             "",
		"{user_id: u, password: p, roles: ''}":   "",
		"{username: u}":                          "it has no password",
		"{username: u, password: ''}":            "it has no password",
		"{project_name: p, password: p}":         "it has neither username nor user_id",
		"{user-name: u, password: p}":            "user-name is not a valid attr of an account",
		"{username: u, password: p, network: n}": "network is not a valid attr of an account",
	} {
		all, err := parseAccounts([]byte("- " + text))
		if err != nil || all[0].Fault != want || (want != "") != (len(all[0].Notes) == 1) {
			t.Errorf("%s: %+v %v, want %q", text, all, err, want)
		}
	}
}

func TestAccountHash(t *testing.T) {
	// Python: hashlib.md5(str({...}).encode()).hexdigest()
	for _, c := range []struct{ name, text, want string }{
		{"as Tempest's documentation", "- {username: user_1, tenant_name: test_tenant_1, password: test_password}", "f705bee5170cdfa0dba8eb85a1290af2"},
		{"numbers and quotes", `- {username: "o'x", password: 0123, project_id: null, roles: [r]}`, "300032c2fba059ea8de2ac1fe96f10c4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, err := parseAccounts([]byte(c.text))
			if err != nil || len(all) != 1 {
				t.Fatal(all, err)
			}
			if all[0].Hash != c.want {
				t.Errorf("%s, want %s", all[0].Hash, c.want)
			}
		})
	}
}

func TestAccountDomains(t *testing.T) {
	for _, c := range []struct {
		name    string
		account Account
		want    Account
	}{
		{"none", Account{}, Account{UserDomainName: "D", ProjectDomainName: "D"}},
		{"user's", Account{UserDomainName: "u"}, Account{UserDomainName: "u", ProjectDomainName: "u"}},
		{"project's", Account{ProjectDomainID: "p"}, Account{UserDomainID: "p", ProjectDomainID: "p"}},
		{"one for both", Account{DomainName: "x"}, Account{DomainName: "x", UserDomainName: "x", ProjectDomainName: "x"}},
		{"both", Account{UserDomainName: "u", ProjectDomainName: "p"}, Account{UserDomainName: "u", ProjectDomainName: "p"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, c.account.WithDomains("D")); d != "" {
				t.Error(d)
			}
		})
	}
}
