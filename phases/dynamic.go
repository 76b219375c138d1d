package phases

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/domains"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/projects"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/roles"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/users"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
)

// Keys of the records of dynamic credentials.
const (
	projectKey = "project"
	userKey    = "user"
)

// makeProject makes a project and a user with its roles, as admin. Each is recorded before it is made; what is recorded
// already is kept.
func (f *Fixture) makeProject(ctx context.Context, s Service) error {
	identity, err := f.identity(ctx)
	if err != nil {
		return err
	}
	domain, err := f.credentialsDomain(ctx, identity)
	if err != nil {
		return err
	}
	wanted := f.wantedRoles(s)
	if err := f.checkBeforeMaking(ctx, s, identity, wanted); err != nil {
		return err
	}
	name := f.RandName(f.ID.Name())
	project, err := f.ensure(ctx, projectKey, state.Record{
		Kind: "project", Name: name, Details: map[string]string{"domain_id": domain},
	}, projectMaker{f, identity})
	if err != nil {
		return err
	}
	userName := project.Name + "-project"
	if len(wanted) == 1 {
		userName += "-" + wanted[0]
	}
	password, err := randPassword()
	if err != nil {
		return err
	}
	f.Log.Secrets.Add(password)
	user, err := f.ensure(ctx, userKey, state.Record{
		Kind: "user", Name: userName, Details: map[string]string{"domain_id": domain}, Secrets: map[string]string{"password": password},
	}, userMaker{f, identity})
	if err != nil {
		return err
	}
	if err := f.assignRoles(ctx, identity, project.ID, user, wanted); err != nil {
		return err
	}
	f.user = f.dynamicUser()
	if s.Isolate != nil {
		return s.Isolate(ctx)
	}
	return nil
}

// identity is the admin's client of the Identity service, in the scope that the configuration gives it: the admin's project,
// its domain or the system.
func (f *Fixture) identity(ctx context.Context) (*gophercloud.ServiceClient, error) {
	admin, err := f.identityAdmin()
	if err != nil {
		return nil, err
	}
	client, err := admin.Client(ctx, cloud.IdentityService(f.Config))
	if err != nil {
		return nil, err
	}
	// The catalog may name the service with or without its version.
	client.Endpoint = identityV3(client.Endpoint)
	return client, nil
}

// identityAdmin is the session of the configured admin as the Identity service wants it.
func (f *Fixture) identityAdmin() (*cloud.Session, error) {
	if f.scoped != nil {
		return f.scoped, nil
	}
	auth, err := cloud.IdentityAuth(f.Config)
	if err != nil {
		return nil, err
	}
	if ordinary, err := cloud.ConfiguredAuth(f.Config); err == nil && auth == ordinary {
		// One token for both.
		f.scoped, err = f.configuredAdmin()
		return f.scoped, err
	}
	if err := f.connected(); err != nil {
		return nil, err
	}
	f.scoped = f.conn.Session(auth)
	return f.scoped, nil
}

func identityV3(endpoint string) string {
	base := strings.TrimRight(endpoint, "/")
	for _, v := range []string{"/v3", "/v2.0"} {
		base = strings.TrimSuffix(base, v)
	}
	return base + "/v3/"
}

// credentialsDomain is the domain of dynamic projects and users: that of the admin's project.
func (f *Fixture) credentialsDomain(ctx context.Context, identity *gophercloud.ServiceClient) (string, error) {
	admin, err := f.identityAdmin()
	if err != nil {
		return "", err
	}
	token, err := admin.Token(ctx)
	if err != nil {
		return "", err
	}
	if token.ProjectDomainID != "" {
		return token.ProjectDomainID, nil
	}
	name := ""
	for _, name = range []string{f.Config.Auth.AdminProjectDomainName, f.Config.Auth.AdminDomainName, f.Config.Auth.DefaultCredentialsDomainName} {
		if name != "" {
			break
		}
	}
	page, err := domains.List(identity, domains.ListOpts{Name: name}).AllPages(ctx)
	if err != nil {
		return "", fmt.Errorf("look up the domain %s: %w", name, err)
	}
	found, err := domains.ExtractDomains(page)
	if err != nil {
		return "", fmt.Errorf("look up the domain %s: %w", name, err)
	}
	if len(found) == 0 {
		return "", FailWith("tempest.lib.exceptions.InvalidCredentials", "Invalid Credentials\nDetails: Requested domain %s could not be found", name)
	}
	return found[0].ID, nil
}

// wantedRoles are those the service asks for and tempest_roles; Tempest gives "member" when that is none.
func (f *Fixture) wantedRoles(s Service) []string {
	var wanted []string
	if s.Roles != nil {
		wanted = append(wanted, s.Roles()...)
	}
	for _, r := range f.Config.Auth.TempestRoles {
		if !slices.ContainsFunc(wanted, func(w string) bool { return strings.EqualFold(w, r) }) && r != "" {
			wanted = append(wanted, r)
		}
	}
	if len(wanted) == 0 {
		wanted = []string{"member"}
	}
	return wanted
}

// assignRoles gives the user its roles on the project. The assignments go with the user and have no record of their own;
// the user's record says that they were made.
func (f *Fixture) assignRoles(ctx context.Context, identity *gophercloud.ServiceClient, projectID string, user state.Record, wanted []string) error {
	if user.Detail("roles") == strings.Join(wanted, ",") {
		return nil
	}
	for _, name := range wanted {
		err := roles.Assign(ctx, identity, f.roleIDs[name], roles.AssignOpts{UserID: user.ID, ProjectID: projectID}).ExtractErr()
		if err != nil && !gophercloud.ResponseCodeIs(err, http.StatusConflict) {
			return fmt.Errorf("assign role %s to user %s: %w", name, user.Name, err)
		}
	}
	return f.Journal.Made(userKey, user.ID, map[string]string{"roles": strings.Join(wanted, ",")})
}

// checkBeforeMaking looks for what would end create half way: a service that the catalog lacks, a role that Keystone lacks.
func (f *Fixture) checkBeforeMaking(ctx context.Context, s Service, identity *gophercloud.ServiceClient, wanted []string) error {
	if err := f.checkCatalog(ctx, s); err != nil {
		return err
	}
	if user, ok := f.Journal.Record(userKey); ok && user.Detail("roles") == strings.Join(wanted, ",") {
		return nil
	}
	page, err := roles.List(identity, roles.ListOpts{}).AllPages(ctx)
	if err != nil {
		return fmt.Errorf("list the roles: %w", err)
	}
	all, err := roles.ExtractRoles(page)
	if err != nil {
		return fmt.Errorf("list the roles: %w", err)
	}
	f.roleIDs = map[string]string{}
	for _, name := range wanted {
		// Tempest 16 and later compare role names without regard to case: Member and member are one.
		i := slices.IndexFunc(all, func(r roles.Role) bool { return strings.EqualFold(r.Name, name) })
		if i < 0 {
			err := FailWith("tempest.lib.exceptions.NotFound", "Object not found\nDetails: No %q role found", name)
			return fmt.Errorf("look for the role that [object-storage] operator_role or [auth] tempest_roles names: %w", err)
		}
		f.roleIDs[name] = all[i].ID
	}
	return nil
}

// checkCatalog looks for the services in the catalog of the admin's project: a token of another scope shows no endpoint with
// a project in its path, as Swift's and Cinder's.
func (f *Fixture) checkCatalog(ctx context.Context, s Service) error {
	if s.Needs == nil {
		return nil
	}
	admin, err := f.configuredAdmin()
	if err != nil {
		return err
	}
	token, err := admin.Token(ctx)
	if err != nil || token.ProjectID == "" {
		return err
	}
	for _, needed := range s.Needs() {
		if _, err := admin.Client(ctx, needed); err != nil {
			return err
		}
	}
	return nil
}

// removeProject removes the user and the project, as admin, and sees them gone.
func (f *Fixture) removeProject(ctx context.Context, s Service) error {
	user, haveUser := f.Journal.Record(userKey)
	project, haveProject := f.Journal.Record(projectKey)
	if !haveUser && !haveProject {
		return nil
	}
	if err := f.releaseProject(ctx, s, project, user); err != nil {
		return err
	}
	identity, err := f.identity(ctx)
	if err != nil {
		return err
	}
	if haveUser {
		if err := f.Remove(ctx, user, userMaker{f, identity}); err != nil {
			return err
		}
	}
	if haveProject {
		return f.Remove(ctx, project, projectMaker{f, identity})
	}
	return nil
}

// ProjectID is the id of the project that was made for the run; "" when none was.
func (f *Fixture) ProjectID() string {
	project, _ := f.Journal.Record(projectKey)
	return project.ID
}

// Imported is the detail that marks the records of what the original plugin made: they carry no mark of a run.
const Imported = "imported"

// releaseProject calls the service's Release once. A user without roles could make nothing: they are the last thing that
// create gives it.
func (f *Fixture) releaseProject(ctx context.Context, s Service, project, user state.Record) error {
	ready := user.Made && (user.Detail("roles") != "" || user.Detail(Imported) != "")
	if s.Release == nil || !ready || project.Detail("released") != "" {
		return nil
	}
	if err := s.Release(ctx); err != nil {
		return err
	}
	return f.Journal.Made(projectKey, project.ID, map[string]string{"released": "yes"})
}

// Admin returns the session of the configured admin, for what an ordinary user may not do.
func (f *Fixture) Admin(context.Context) (*cloud.Session, error) { return f.configuredAdmin() }

func (f *Fixture) configuredAdmin() (*cloud.Session, error) {
	if f.admin != nil {
		return f.admin, nil
	}
	auth, err := cloud.ConfiguredAuth(f.Config)
	if err != nil {
		return nil, err
	}
	if err := f.connected(); err != nil {
		return nil, err
	}
	f.admin = f.conn.Session(auth)
	return f.admin, nil
}

// projectMaker makes, finds and removes dynamic projects.
type projectMaker struct {
	f        *Fixture
	identity *gophercloud.ServiceClient
}

func (m projectMaker) Make(ctx context.Context, r state.Record) (string, map[string]string, error) {
	p, err := projects.Create(ctx, m.identity, projects.CreateOpts{
		Name: r.Name, Description: m.f.Description(r.Name), DomainID: r.Detail("domain_id"),
	}).Extract()
	if err = Misread(err, p == nil || p.ID == ""); err != nil {
		return "", nil, err
	}
	return p.ID, nil, nil
}

func (m projectMaker) Find(ctx context.Context, r state.Record) (string, error) {
	page, err := projects.List(m.identity, projects.ListOpts{Name: r.Name, DomainID: r.Detail("domain_id")}).AllPages(ctx)
	if err != nil {
		return "", err
	}
	found, err := projects.ExtractProjects(page)
	if err != nil {
		return "", err
	}
	for _, p := range found {
		if p.Name == r.Name && p.Description == m.f.Description(r.Name) {
			return p.ID, nil
		}
	}
	return "", nil
}

func (m projectMaker) Check(ctx context.Context, r state.Record) (string, error) {
	p, err := projects.Get(ctx, m.identity, r.ID).Extract()
	if err = Misread(err, p == nil || p.ID == ""); err != nil {
		return "", err
	}
	return p.Name, nil
}

func (m projectMaker) Delete(ctx context.Context, r state.Record) error {
	return projects.Delete(ctx, m.identity, r.ID).ExtractErr()
}

// userMaker makes, finds and removes dynamic users.
type userMaker struct {
	f        *Fixture
	identity *gophercloud.ServiceClient
}

func (m userMaker) Make(ctx context.Context, r state.Record) (string, map[string]string, error) {
	u, err := users.Create(ctx, m.identity, users.CreateOpts{
		Name: r.Name, Password: r.Secret("password"), DomainID: r.Detail("domain_id"), Description: m.f.Description(r.Name),
	}).Extract()
	if err = Misread(err, u == nil || u.ID == ""); err != nil {
		return "", nil, err
	}
	return u.ID, nil, nil
}

func (m userMaker) Find(ctx context.Context, r state.Record) (string, error) {
	page, err := users.List(m.identity, users.ListOpts{Name: r.Name, DomainID: r.Detail("domain_id")}).AllPages(ctx)
	if err != nil {
		return "", err
	}
	found, err := users.ExtractUsers(page)
	if err != nil {
		return "", err
	}
	for _, u := range found {
		if u.Name == r.Name && u.Description == m.f.Description(r.Name) {
			return u.ID, nil
		}
	}
	return "", nil
}

func (m userMaker) Check(ctx context.Context, r state.Record) (string, error) {
	u, err := users.Get(ctx, m.identity, r.ID).Extract()
	if err = Misread(err, u == nil || u.ID == ""); err != nil {
		return "", err
	}
	return u.Name, nil
}

func (m userMaker) Delete(ctx context.Context, r state.Record) error {
	return users.Delete(ctx, m.identity, r.ID).ExtractErr()
}

func newRunID() (string, error) {
	b := make([]byte, 6)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make a run id: %w", err)
	}
	return hex.EncodeToString(b), nil
}

// randPassword follows Tempest's rule: an upper-case letter, a digit, one of ~!@#%^&*_=+ and twelve more of all three kinds
// and lower-case letters, so that no password policy refuses it.
func randPassword() (string, error) {
	const upper, digits, special, lower = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", "~!@#%^&*_=+", "abcdefghijklmnopqrstuvwxyz"
	var b strings.Builder
	pick := func(from string, n int) error {
		for range n {
			i, err := rand.Int(rand.Reader, big.NewInt(int64(len(from))))
			if err != nil {
				return fmt.Errorf("make a password: %w", err)
			}
			b.WriteByte(from[i.Int64()])
		}
		return nil
	}
	for _, set := range []struct {
		from string
		n    int
	}{{upper, 1}, {digits, 1}, {special, 1}, {upper + lower + digits + special, 17}} {
		if err := pick(set.from, set.n); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}
