package preflight

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/roles"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/tempestconf"
)

// worker is the identity that looks at the cloud.
type worker struct {
	session *cloud.Session
	token   *cloud.Token
	// dynamic says that the resources will be in a project that is yet to be made; else they will be in the worker's.
	dynamic bool
	account tempestconf.Account
}

// access authenticates. It reports whether that succeeded.
func (c *checker) access(ctx context.Context) bool {
	provider, err := cloud.ProviderOf(c.c)
	if err != nil {
		c.optionFinding(err, "auth.use_dynamic_credentials")
		return false
	}
	if c.conn, err = c.o.Connect(c.c); err != nil {
		c.optionFinding(err, "identity.uri_v3")
		return false
	}
	c.report.Identity = cloud.ShownURL(c.conn.AuthURL)
	if provider == cloud.PreProvisioned {
		return c.accounts(ctx)
	}
	auth, err := cloud.ConfiguredAuth(c.c)
	if err != nil {
		c.optionFinding(err, "auth.admin_username")
		return false
	}
	if !c.authenticate(ctx, auth) {
		return false
	}
	c.work.dynamic = provider == cloud.Dynamic || c.c.Auth.UseDynamicCredentials && c.work.token.HasRole(c.c.Identity.AdminRole)
	if c.work.dynamic {
		c.admin(ctx)
		return true
	}
	if c.work.token.ProjectID == "" {
		c.add(Fail, "", "the cloud %q of clouds.yaml has no project to work in", c.c.Cloud.Name)
	}
	if c.runs("object_storage") {
		c.operator(c.work.token)
	}
	return true
}

// operator warns of an existing user who does not have the role that lets one make containers.
func (c *checker) operator(token *cloud.Token) {
	if role := c.c.ObjectStorage.OperatorRole; role != "" && !token.HasRole(role) {
		c.add(Warn, "object-storage.operator_role", "the user %s does not have the role %s (it has %s); object storage may refuse it", token.UserName, role, strings.Join(token.Roles, ", "))
	}
}

// optionFinding is a failure of the options that an error names, or of one named here.
func (c *checker) optionFinding(err error, option string) {
	for _, part := range parts(err) {
		var bad *tempestconf.OptionError
		if errors.As(part, &bad) {
			c.add(Fail, bad.Section+"."+bad.Option, "%s", bad.Reason)
			continue
		}
		blamed := option
		var conf *cloud.ConfigurationError
		if c.c.Cloud != nil {
			blamed = ""
		} else if errors.As(part, &conf) && conf.Option != "" {
			blamed = conf.Option
		}
		c.add(Fail, blamed, "%s", phases.Describe(part))
	}
}

func (c *checker) authenticate(ctx context.Context, auth cloud.Auth) bool {
	session := c.conn.Session(auth)
	token, err := session.Token(ctx)
	if err != nil {
		option := "auth.admin_username,auth.admin_password,auth.admin_project_name"
		switch {
		case c.c.Cloud != nil:
			option = ""
		case cloud.IsConnection(err), errors.As(err, new(*cloud.NotIdentityError)), noFaultOfCredentials(err):
			option = "identity.uri_v3"
		case c.c.AccountsFile() != "" && !c.c.Auth.UseDynamicCredentials:
			option = "auth.test_accounts_file"
		}
		c.add(Fail, option, "%s", phases.Describe(err))
		return false
	}
	c.use(&worker{session: session, token: token})
	return true
}

// noFaultOfCredentials reports whether an answer says something of the service alone.
func noFaultOfCredentials(err error) bool {
	var code gophercloud.ErrUnexpectedResponseCode
	return errors.As(err, &code) && (code.Actual == http.StatusNotFound || code.Actual >= 500)
}

// use looks at the cloud as w from now on.
func (c *checker) use(w *worker) {
	c.work = w
	c.report.User, c.report.Project, c.report.Roles = w.token.UserName, w.token.ProjectName, slices.Clone(w.token.Roles)
	slices.Sort(c.report.Roles)
}

// admin checks what making projects and users needs.
func (c *checker) admin(ctx context.Context) {
	auth, err := cloud.IdentityAuth(c.c)
	if err != nil {
		c.optionFinding(err, "auth.admin_username")
		return
	}
	session, token := c.work.session, c.work.token
	if ordinary, err := cloud.ConfiguredAuth(c.c); err != nil || auth != ordinary {
		session = c.conn.Session(auth)
		if token, err = session.Token(ctx); err != nil {
			c.add(Fail, "auth.admin_system,identity.admin_domain_scope", "%s", phases.Describe(err))
			return
		}
	}
	if !token.HasRole(c.c.Identity.AdminRole) {
		c.add(Fail, "identity.admin_role", "the user %s does not have the role %s (it has %s) and cannot make projects and users", token.UserName, c.c.Identity.AdminRole, strings.Join(token.Roles, ", "))
		return
	}
	client, err := session.Client(ctx, cloud.IdentityService(c.c))
	if err != nil {
		return // services tells
	}
	client.Endpoint = cloud.Unversioned(client.Endpoint) + "v3/"
	page, err := roles.List(client, roles.ListOpts{}).AllPages(ctx)
	if err != nil {
		c.add(Fail, "identity.admin_role", "the roles cannot be listed: %s", phases.Describe(err))
		return
	}
	all, err := roles.ExtractRoles(page)
	if err != nil {
		c.add(Fail, "", "the list of roles cannot be read: %v", err)
		return
	}
	for _, w := range c.wantedRoles() {
		if !slices.ContainsFunc(all, func(r roles.Role) bool { return strings.EqualFold(r.Name, w.role) }) {
			c.add(Fail, w.option, "there is no role %q", w.role)
		}
	}
}

type wantedRole struct{ option, role string }

// wantedRoles are the roles that dynamic users get.
func (c *checker) wantedRoles() []wantedRole {
	var out []wantedRole
	if c.runs("object_storage") {
		out = append(out, wantedRole{"object-storage.operator_role", c.c.ObjectStorage.OperatorRole})
	}
	for _, r := range c.c.Auth.TempestRoles {
		if r != "" {
			out = append(out, wantedRole{"auth.tempest_roles", r})
		}
	}
	if len(c.running) > 0 && !slices.ContainsFunc(out, func(w wantedRole) bool { return w.option == "auth.tempest_roles" }) {
		out = append(out, wantedRole{"auth.tempest_roles", "member"})
	}
	return out
}
