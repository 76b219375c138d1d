package phases

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/tempestconf"
)

// dynamicBench runs phases with dynamic credentials over a simulated Keystone.
func dynamicBench(t *testing.T, services ...NewService) (*bench, *simulator.Cloud) {
	t.Helper()
	sim, err := simulator.Start(t.Context(), simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	dir := t.TempDir()
	if err := sim.WriteConfig(dir); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, services...)
	named := b.o.Config.PersistentResources.Services
	if b.o.Config, err = tempestconf.Load(tempestconf.LoadOptions{ConfigFile: filepath.Join(dir, "tempest.conf"), Dir: dir, Env: []string{"HOME=" + dir}}); err != nil {
		t.Fatal(err)
	}
	b.o.Config.PersistentResources.Services = named
	b.o.Config.Compute.BuildInterval = 0
	secrets := cloud.NewSecrets()
	b.o.Log = &Log{Secrets: secrets}
	b.o.Connect = func(c *tempestconf.Config) (*cloud.Connection, error) {
		o, err := cloud.FromConfig(c)
		if err != nil {
			return nil, err
		}
		o.Secrets, o.Observer = secrets, b.o.Log
		return cloud.Connect(o)
	}
	return b, sim
}

// identities are the projects and users that the simulated cloud holds.
func identities(sim *simulator.Cloud) []string {
	var out []string
	for _, line := range sim.Inventory() {
		if kind, _, _ := strings.Cut(line, " "); kind == "project" || kind == "user" {
			out = append(out, line)
		}
	}
	return out
}

func TestDynamicCredentials(t *testing.T) {
	var seen []string
	b, sim := dynamicBench(t, service("alpha", func(f *Fixture, s *Service) {
		s.Roles = func() []string { return []string{"MEMBER"} }
		s.Create = []Test{{Name: "test_create", Run: func(ctx context.Context) error {
			token, err := f.Session().Token(ctx)
			if err == nil {
				seen = append(seen, fmt.Sprintf("%s %v", token.ProjectName, token.HasRole("member")))
			}
			return err
		}}}
		s.Verify = []Test{{Name: "test_verify", Run: s.Create[0].Run}}
	}))
	before := identities(sim)
	b.created()

	j := b.journal("alpha")
	project, _ := j.Record(projectKey)
	user, _ := j.Record(userKey)
	if !regexp.MustCompile(`^tempest-AlphaPersistentResources-[0-9]+$`).MatchString(project.Name) || user.Name != project.Name+"-project-MEMBER" {
		t.Errorf("project %s, user %s", project.Name, user.Name)
	}
	if h := j.Header(); h.Credential.Kind != state.Dynamic || !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(h.Run) {
		t.Errorf("header %+v", h)
	}
	if left := identities(sim); len(left) != len(before)+2 {
		t.Errorf("the cloud holds\n%s", strings.Join(left, "\n"))
	}

	// The same user works in every phase and in every repetition.
	b.created()
	if out := b.run(t.Context(), Verify); out.Failures > 0 {
		t.Fatalf("verify: %v", out.Errors)
	}
	if want := project.Name + " true"; !slices.Equal(seen, []string{want, want, want}) {
		t.Errorf("worked as %q", seen)
	}
	if left := identities(sim); len(left) != len(before)+2 {
		t.Errorf("after repetitions the cloud holds\n%s", strings.Join(left, "\n"))
	}

	// No log tells the password.
	for _, e := range b.events {
		if strings.Contains(string(e.Content), user.Secret("password")) {
			t.Errorf("the password is in %s of %s", e.FileName, e.TestID)
		}
	}

	if out := b.run(t.Context(), Delete); out.Failures > 0 {
		t.Fatalf("delete: %v", out.Errors)
	}
	if left := identities(sim); !slices.Equal(left, before) {
		t.Errorf("delete left\n%s", strings.Join(left, "\n"))
	}
}

// TestDynamicCredentialsResume breaks create at each of its requests to Keystone; create again ends with one project and
// one user, and delete with none.
func TestDynamicCredentialsResume(t *testing.T) {
	for _, at := range []string{
		"POST /v3/projects 503", "POST /v3/projects act+drop", "POST /v3/users 503", "POST /v3/users act+drop", "GET /v3/roles 503", "PUT /v3/projects/** 503",
	} {
		t.Run(at, func(t *testing.T) {
			b, sim := dynamicBench(t, service("alpha", nil))
			before := identities(sim)
			fault, err := simulator.ParseFault("identity " + at)
			if err != nil {
				t.Fatal(err)
			}
			remove := sim.AddFault(fault)
			if out := b.run(t.Context(), Create); len(out.Errors) != 1 {
				t.Fatalf("create over a broken %s: %v", at, out.Errors)
			}
			remove()
			b.created()
			if left := identities(sim); len(left) != len(before)+2 {
				t.Errorf("create again left\n%s", strings.Join(left, "\n"))
			}
			if out := b.run(t.Context(), Delete); out.Failures > 0 {
				t.Errorf("delete: %v", out.Errors)
			}
			if left := identities(sim); !slices.Equal(left, before) {
				t.Errorf("delete left\n%s", strings.Join(left, "\n"))
			}
		})
	}
}

func TestUnknownRole(t *testing.T) {
	b, _ := dynamicBench(t, service("alpha", func(_ *Fixture, s *Service) { s.Roles = func() []string { return []string{"no-such-role"} } }))
	out := b.run(t.Context(), Create)
	if len(out.Errors) != 1 {
		t.Fatalf("errors %v", out.Errors)
	}
	if pythonType, text := pythonText(out.Errors[0]); pythonType != "tempest.lib.exceptions.NotFound" || text != "Object not found\nDetails: No \"no-such-role\" role found" {
		t.Errorf("%s: %s", pythonType, text)
	}
}

func TestWantedRoles(t *testing.T) {
	for _, tc := range []struct {
		roles, tempest []string
		want           string
	}{
		{nil, nil, "member"},
		{[]string{"Operator"}, nil, "Operator"},
		{nil, []string{"creator"}, "creator"},
		{[]string{"Member"}, []string{"member", "", "creator"}, "Member creator"},
	} {
		f := &Fixture{Config: &tempestconf.Config{}}
		f.Config.Auth.TempestRoles = tc.tempest
		s := Service{}
		if tc.roles != nil {
			s.Roles = func() []string { return tc.roles }
		}
		if got := strings.Join(f.wantedRoles(s), " "); got != tc.want {
			t.Errorf("%v and %v give %s, want %s", tc.roles, tc.tempest, got, tc.want)
		}
	}
}

// TestRandomNames: names and passwords follow Tempest's rules.
func TestRandomNames(t *testing.T) {
	f := &Fixture{Config: &tempestconf.Config{}}
	name := regexp.MustCompile(`^tempest-TestContainer-[1-9][0-9]{0,9}$`)
	seen := map[string]bool{}
	for range 50 {
		n := f.RandName("TestContainer")
		if !name.MatchString(n) || seen[n] {
			t.Errorf("name %s", n)
		}
		seen[n] = true
	}
	f.Config.Default.ResourceNamePrefix = "gate"
	if got := f.RandName("x"); !strings.HasPrefix(got, "gate-x-") {
		t.Errorf("name %s", got)
	}
	password := regexp.MustCompile(`^[A-Z][0-9][~!@#%^&*_=+][A-Za-z0-9~!@#%^&*_=+]{12,}$`)
	for range 50 {
		p, err := randPassword()
		if err != nil || !password.MatchString(p) || seen[p] {
			t.Errorf("password of %d characters, %v", len(p), err)
		}
		seen[p] = true
	}
}

func TestSameURL(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"http://c/identity/v3", "http://c/identity", true},
		{"http://c/identity/v3/", "http://C/identity/v2.0", true},
		{"http://c:5000/v3", "http://c:35357/v3", false},
		{"http://c/v3", "https://c/v3", false},
		{"http://c/v3", "http://d/v3", false},
	} {
		if got := sameURL(tc.a, tc.b); got != tc.want {
			t.Errorf("%s and %s: %v", tc.a, tc.b, got)
		}
	}
	for endpoint, want := range map[string]string{
		"http://c/identity": "http://c/identity/v3/", "http://c/identity/v3/": "http://c/identity/v3/", "http://c:5000/v2.0": "http://c:5000/v3/",
	} {
		if got := identityV3(endpoint); got != want {
			t.Errorf("%s becomes %s", endpoint, got)
		}
	}
}
