package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/projects"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/roles"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/users"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/groups"
	"github.com/rogpeppe/go-internal/testscript"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/internal/state"
)

// provision makes n projects, each with a user of its own and the role member, and writes them into an accounts file, after
// an admin's account.
func provision(ctx context.Context, sim *simulator.Cloud, path string, n int) error {
	conn, err := cloud.Connect(cloud.Options{AuthURL: sim.AuthURL()})
	if err != nil {
		return err
	}
	defer conn.Close()
	admin := conn.Session(cloud.Auth{
		Username: simulator.AdminUser, UserDomainID: "default", Password: sim.AdminPassword(),
		ProjectName: simulator.AdminProject, ProjectDomainID: "default",
	})
	identity, err := admin.Client(ctx, cloud.Service{Type: "identity"})
	if err != nil {
		return err
	}
	page, err := roles.List(identity, roles.ListOpts{Name: "member"}).AllPages(ctx)
	if err != nil {
		return err
	}
	member, err := roles.ExtractRoles(page)
	if err != nil || len(member) == 0 {
		return fmt.Errorf("no role member: %w", err)
	}
	text := fmt.Sprintf("- {username: admin, project_name: admin, password: %q, types: [admin]}\n", sim.AdminPassword())
	for i := range n {
		name := "account-" + strconv.Itoa(i+1)
		p, err := projects.Create(ctx, identity, projects.CreateOpts{Name: name, DomainID: "default"}).Extract()
		if err != nil {
			return err
		}
		u, err := users.Create(ctx, identity, users.CreateOpts{Name: name, DomainID: "default", Password: "s3cr3t-planted-" + name}).Extract()
		if err != nil {
			return err
		}
		if err := roles.Assign(ctx, identity, member[0].ID, roles.AssignOpts{UserID: u.ID, ProjectID: p.ID}).ExtractErr(); err != nil {
			return err
		}
		// Neutron makes a project's default security group when the project first looks at its groups, and it stays.
		owner := conn.Session(cloud.Auth{UserID: u.ID, Password: "s3cr3t-planted-" + name, ProjectID: p.ID})
		network, err := owner.Client(ctx, cloud.Service{Type: "network"})
		if err != nil {
			return err
		}
		network.ResourceBase = network.Endpoint + "v2.0/"
		if _, err := groups.List(network, groups.ListOpts{}).AllPages(ctx); err != nil {
			return err
		}
		text += fmt.Sprintf("- username: %s\n  tenant_name: %s\n  password: s3cr3t-planted-%s\n  roles: [Member]\n", name, name, name)
	}
	return os.WriteFile(path, []byte(text), 0o600)
}

// useAccounts turns the dynamic credentials of a tempest.conf off and names etc/accounts.yaml.
func useAccounts(conf string) error {
	data, err := os.ReadFile(conf)
	if err != nil {
		return err
	}
	text := strings.Replace(string(data), "use_dynamic_credentials = true", "use_dynamic_credentials = false\ntest_accounts_file = etc/accounts.yaml", 1)
	var lines []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "admin_username") && !strings.HasPrefix(line, "admin_password") && !strings.HasPrefix(line, "admin_project_name") {
			lines = append(lines, line)
		}
	}
	return os.WriteFile(conf, []byte(strings.Join(lines, "")), 0o600)
}

// accountsCommand is the script command "accounts N": N accounts in etc/accounts.yaml, which etc/tempest.conf then names. What
// the cloud holds with them is what "unchanged" compares with.
func accountsCommand(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	c := cloudOf(ts)
	ts.Check(provision(context.Background(), c.sim, ts.MkAbs("etc/accounts.yaml"), n))
	ts.Check(useAccounts(ts.MkAbs("etc/tempest.conf")))
	c.before = c.sim.Inventory()
}

// credential is what the journal of a directory holds of the credential.
func credential(t *testing.T, dir string) state.Credential {
	t.Helper()
	j, err := state.Dir{Path: filepath.Join(dir, ".persistent-resources")}.Open("object_storage")
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	return j.Header().Credential
}

// Two runs at once, in two processes, never work in one account, and a third finds none.
func TestTwoRunsShareNoAccount(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	if err := provision(t.Context(), c.Cloud, filepath.Join(c.dir, "etc", "accounts.yaml"), 2); err != nil {
		t.Fatal(err)
	}
	if err := useAccounts(filepath.Join(c.dir, "etc", "tempest.conf")); err != nil {
		t.Fatal(err)
	}
	c.before = c.Inventory()
	run := func(phase string, n int) result {
		return c.program(nil, phase, "-q", "--services", "object_storage", "--state-dir", filepath.Join(c.dir, strconv.Itoa(n), ".persistent-resources"))
	}
	var group sync.WaitGroup
	for n := range 2 {
		if err := os.Mkdir(filepath.Join(c.dir, strconv.Itoa(n)), 0o700); err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			if r := run("create", n); r.code != exitOK {
				t.Errorf("create %d: %d %s", n, r.code, r.stderr)
			}
		})
	}
	group.Wait()
	first, second := credential(t, filepath.Join(c.dir, "0")), credential(t, filepath.Join(c.dir, "1"))
	if first.Account == second.Account || first.Project == second.Project || first.User == second.User {
		t.Fatalf("both runs have %+v and %+v", first, second)
	}
	for _, made := range []state.Credential{first, second} {
		if made.Kind != state.PreProvisioned || made.Account == "" || made.Project == "" || made.User == "" || !strings.HasPrefix(made.Name, "account-") {
			t.Errorf("the record holds %+v", made)
		}
	}
	third := run("create", 2).must(t, exitUsage, "create with no account left")
	if !strings.Contains(third.stderr, "Insufficient number of users provided. ObjectStoragePersistentResources (persistent-resources run ") {
		t.Errorf("stderr: %s", third.stderr)
	}
	for n := range 2 {
		run("verify", n).must(t, exitOK, "verify")
	}
	run("delete", 0).must(t, exitOK, "delete")
	run("create", 2).must(t, exitOK, "create with an account that was put back")
	if got := credential(t, filepath.Join(c.dir, "2")); got.Account != first.Account {
		t.Errorf("the third run has %+v, want the first run's account %+v", got, first)
	}
	for _, n := range []int{1, 2} {
		run("delete", n).must(t, exitOK, "delete")
	}
	c.unchanged("three runs")
	if left := lockFiles(t, filepath.Join(c.dir, "etc", "lock")); len(left) > 0 {
		t.Errorf("lock files are left: %v", left)
	}
	noPasswords(t, c.dir, third)
}

// noPasswords looks for the accounts' passwords in everything that was written.
func noPasswords(t *testing.T, dir string, results ...result) {
	t.Helper()
	for _, r := range results {
		if strings.Contains(r.stdout+r.stderr, "s3cr3t-planted") {
			t.Errorf("a password was printed:\n%s%s", r.stdout, r.stderr)
		}
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "accounts.yaml" {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), "s3cr3t-planted") {
			t.Errorf("%s holds a password", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func lockFiles(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "test_accounts_io" })
}

// A create that is killed at any request leaves an account that the next create takes again, and nothing after delete.
func TestKilledCreateKeepsItsAccount(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	if err := provision(t.Context(), c.Cloud, filepath.Join(c.dir, "etc", "accounts.yaml"), 1); err != nil {
		t.Fatal(err)
	}
	if err := useAccounts(filepath.Join(c.dir, "etc", "tempest.conf")); err != nil {
		t.Fatal(err)
	}
	c.before = c.Inventory()
	for _, at := range []string{"1:before", "1:answered", "2:acted", "4:acted"} {
		c.program([]string{killAt + "=" + at}, "create", "-q", "--services", "object_storage")
		if held := lockFiles(t, filepath.Join(c.dir, "etc", "lock")); len(held) != 1 {
			t.Errorf("killed at %s: lock files %v", at, held)
		}
		c.program(nil, "create", "-q", "--services", "object_storage").must(t, exitOK, "create after a kill at "+at)
		c.program(nil, "verify", "-q", "--services", "object_storage").must(t, exitOK, "verify")
		c.program(nil, "delete", "-q", "--services", "object_storage").must(t, exitOK, "delete")
		c.unchanged("killed at " + at)
		if left := lockFiles(t, filepath.Join(c.dir, "etc", "lock")); len(left) > 0 {
			t.Errorf("killed at %s: lock files %v are left", at, left)
		}
	}
}
