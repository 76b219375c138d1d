package cloud

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
)

func TestClean(t *testing.T) {
	const password = `p"a\s<&>'w`
	s := NewSecrets()
	s.Add(password, "", "abc", "token-1", "token-12", "-----BEGIN KEY-----\nline\n-----END KEY-----\n")
	quoted, err := json.Marshal(password)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, text, want string }{
		{"nothing", "a text", "a text"},
		{"as it is", "password " + password + ".", "password ***."},
		{"in JSON", `{"x": ` + string(quoted) + `}`, `{"x": "***"}`},
		{"in JSON that is not made for HTML", `{"x": "p\"a\\s<&>'w"}`, `{"x": "***"}`},
		{"in a query", "http://h/?p=" + url.QueryEscape(password), "http://h/?p=***"},
		{"in a path", "http://h/" + url.PathEscape(password), "http://h/***"},
		{"in a URL's user", (&url.URL{Scheme: "http", Host: "h", User: url.UserPassword("u", password)}).String(), "http://u:***@h"},
		{"twice", "token-1 and token-1", "*** and ***"},
		{"one within another", "token-12, token-1", "***, ***"},
		{"too short to be told from other text", "abc", "abc"},
		{"of several lines", "key: -----BEGIN KEY-----\nline\n-----END KEY-----\n.", "key: ***."},
		{"of several lines, in JSON", `"-----BEGIN KEY-----\nline\n-----END KEY-----\n"`, `"***"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := s.Clean(tc.text); got != tc.want {
				t.Errorf("%s\nwant %s", got, tc.want)
			}
		})
	}
}

// TestCleanGuarded: a password that is a common word or a name is removed where it is called a password, and nowhere else.
func TestCleanGuarded(t *testing.T) {
	s := NewSecrets()
	s.Add("demo", "pw.1", "openstack", "long-enough")
	s.AddNames("demo", "openstack", "nobody", "")
	for text, want := range map[string]string{
		"authentication of demo was refused: check user name, password": "authentication of demo was refused: check user name, password",
		"user demo in project demo":                                     "user demo in project demo",
		"democracy, openstack-api-version: 2.1, pw.10":                  "democracy, openstack-api-version: 2.1, pw.10",
		"x-openstack: pw.1":                                             "x-openstack: pw.1",
		"password: demo":                                                "password: ***",
		"admin_password = openstack # x":                                "admin_password = *** # x",
		`{"password": "demo", "name": "demo"}`:                          `{"password": "***", "name": "demo"}`,
		`{\"adminPass\": \"pw.1\"}`:                                     `{\"adminPass\": \"***\"}`,
		"the password is pw.1.":                                         "the password is ***.",
		"the default password demo\n":                                   "the default password ***\n",
		"http://demo:demo@proxy:3128/demo":                              "http://demo:***@proxy:3128/demo",
		"OS_PASSWORD=demo OS_USERNAME=demo":                             "OS_PASSWORD=*** OS_USERNAME=demo",
		"it is long-enough, x/long-enough/y":                            "it is ***, x/***/y",
		"password demonstration":                                        "password demonstration",
	} {
		if got := s.Clean(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

// TestNamesOfASessionStay: the account demo with the password demo can be told of.
func TestNamesOfASessionStay(t *testing.T) {
	s := NewSecrets()
	s.Add("demo-1")
	conn, err := Connect(Options{AuthURL: "http://h/v3", Secrets: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	if got := s.Clean("user demo-1"); got != "user ***" {
		t.Error(got)
	}
	conn.Session(Auth{Username: "demo-1", Password: "demo-1", ProjectName: "p"})
	if got := s.Clean("user demo-1, password=demo-1"); got != "user demo-1, password=***" {
		t.Error(got)
	}
}

func TestCleanBody(t *testing.T) {
	s := NewSecrets()
	s.Add("known-secret")
	for _, tc := range []struct{ name, text, want string }{
		{"a password", `{"user": {"name": "demo", "password": "x"}}`, `{"user": {"name": "demo", "password": "***"}}`},
		{"a server's password", `{"server": {"adminPass": "x", "id": "i"}}`, `{"server": {"adminPass": "***", "id": "i"}}`},
		{"a key pair", `{"keypair": {"private_key":"-----BEGIN\n\"x\"", "name": "k"}}`, `{"keypair": {"private_key":"***", "name": "k"}}`},
		{"an application credential", `{"secret" : "a\\", "id": "i"}`, `{"secret" : "***", "id": "i"}`},
		{"an old password", `{"original_password": "a", "new": 1}`, `{"original_password": "***", "new": 1}`},
		{"a secret that is known, elsewhere", `{"note": "it is known-secret"}`, `{"note": "it is ***"}`},
		{"what is no secret", `{"password_expires_at": "2030", "secret_ref": "u"}`, `{"password_expires_at": "2030", "secret_ref": "u"}`},
		{"null", `{"password": null}`, `{"password": null}`},
		{"cut in the middle", `{"user": {"password": "half of a pass`, `{"user": {"password": "***"`},
		{"cut behind a backslash", `{"password": "half\`, `{"password": "***"`},
		{"no JSON", "password known-secret", "password ***"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := s.CleanBody(tc.text); got != tc.want {
				t.Errorf("%s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestSecretsFromSeveralGoroutines(t *testing.T) {
	s := NewSecrets()
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			for n := range 50 {
				secret := fmt.Sprintf("secret-%d-%d", i, n)
				s.Add(secret)
				if got := s.Clean("it is " + secret + "."); strings.Contains(got, secret) {
					t.Errorf("not masked: %s", got)
				}
			}
		})
	}
	group.Wait()
}
