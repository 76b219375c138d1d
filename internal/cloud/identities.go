package cloud

import (
	"errors"
	"strings"

	"opendev.org/x/persistent-resources/tempestconf"
)

// Provider says where credentials come from.
type Provider int

// The providers, in the words of Tempest and openstacksdk.
const (
	// Dynamic makes a project and a user for each class, as the admin of [auth].
	Dynamic Provider = iota
	// PreProvisioned allots accounts of [auth] test_accounts_file.
	PreProvisioned
	// NamedCloud is a cloud of clouds.yaml.
	NamedCloud
)

// ProviderOf decides where credentials come from: a cloud of clouds.yaml where the configuration settled on one, else what
// [auth] use_dynamic_credentials says. It fails where there are none at all, with the reason why clouds.yaml has none either.
func ProviderOf(c *tempestconf.Config) (Provider, error) {
	if c.Cloud != nil {
		return NamedCloud, nil
	}
	if err := c.Check("auth.use_dynamic_credentials", "auth.test_accounts_file", "identity.auth_version"); err != nil {
		return 0, err
	}
	a := c.Auth
	if c.CloudFault != nil && a.AdminUsername == "" && a.AdminPassword == "" && a.TestAccountsFile == "" {
		return 0, noCredentials(c)
	}
	if v := c.Identity.AuthVersion; v != "v2" && v != "v3" {
		return 0, &ConfigurationError{Text: "Unsupported auth version: " + v, Option: "identity.auth_version"}
	}
	if a.UseDynamicCredentials {
		return Dynamic, nil
	}
	if a.TestAccountsFile == "" {
		return 0, configurationError("A valid credential provider is needed: [auth] use_dynamic_credentials is false and test_accounts_file is not set")
	}
	return PreProvisioned, nil
}

// noCredentials tells where credentials were looked for.
func noCredentials(c *tempestconf.Config) error {
	tempest := "no tempest.conf was found (looked for " + strings.Join(c.Tried, ", ") + ")"
	if c.File != "" {
		tempest = c.File + " sets neither [auth] admin_username nor test_accounts_file"
	}
	what := "there are no credentials: "
	if !c.Auth.UseDynamicCredentials {
		what = "A valid credential provider is needed, and " + what
	}
	var broken *tempestconf.CloudError
	next := "; name a file with --config-file or a cloud with --os-cloud"
	if errors.As(c.CloudFault, &broken) {
		next = ""
	}
	return &ConfigurationError{
		Text:   what + tempest + ", and " + strings.TrimSuffix(c.CloudFault.Error(), ".") + next,
		Option: "auth.admin_username",
		Err:    c.CloudFault,
	}
}

// ConfiguredAuth returns the identity that the configuration names, with the scope in which it works on resources: the cloud
// of clouds.yaml in use, or tempest.conf's admin.
func ConfiguredAuth(c *tempestconf.Config) (Auth, error) {
	if _, err := ProviderOf(c); err != nil {
		return Auth{}, err
	}
	if c.Cloud != nil {
		return cloudAuth(c.Cloud)
	}
	auth, err := admin(c)
	if err != nil {
		return auth, err
	}
	a := c.Auth
	if a.AdminSystem != "" && a.AdminProjectName == "" {
		auth.System = true
		return auth, nil
	}
	if err := c.Require("auth.admin_project_name"); err != nil {
		return Auth{}, err
	}
	auth.ProjectName = a.AdminProjectName
	auth.ProjectDomainName = first(a.AdminProjectDomainName, a.AdminDomainName, a.DefaultCredentialsDomainName)
	return auth, nil
}

// IdentityAuth is ConfiguredAuth with the scope in which projects, users and roles are administered. Tempest 26.1 and later
// takes the system with [auth] admin_system, else the admin's domain with [identity] admin_domain_scope.
func IdentityAuth(c *tempestconf.Config) (Auth, error) {
	if c.Cloud != nil || c.Auth.AdminSystem == "" && !c.Identity.AdminDomainScope {
		return ConfiguredAuth(c)
	}
	if _, err := ProviderOf(c); err != nil {
		return Auth{}, err
	}
	auth, err := admin(c)
	if err != nil {
		return auth, err
	}
	if c.Auth.AdminSystem != "" {
		auth.System = true
	} else {
		auth.DomainName = first(c.Auth.AdminDomainName, c.Auth.DefaultCredentialsDomainName)
	}
	return auth, nil
}

// admin is tempest.conf's admin without a scope.
func admin(c *tempestconf.Config) (Auth, error) {
	a := c.Auth
	if err := errors.Join(c.Check("identity.admin_domain_scope", "auth.admin_system", "auth.admin_domain_name",
		"auth.admin_user_domain_name", "auth.admin_project_domain_name", "auth.default_credentials_domain_name"),
		c.Require("auth.admin_username", "auth.admin_password")); err != nil {
		if a.UseDynamicCredentials && a.TestAccountsFile != "" && a.AdminUsername == "" {
			return Auth{}, &ConfigurationError{Err: err, Text: "[auth] use_dynamic_credentials is true, which needs an admin account, and admin_username is not set; set use_dynamic_credentials to false to take the accounts of test_accounts_file"}
		}
		return Auth{}, err
	}
	return Auth{
		Username: a.AdminUsername, Password: a.AdminPassword,
		UserDomainName: first(a.AdminUserDomainName, a.AdminDomainName, a.DefaultCredentialsDomainName),
	}, nil
}

// AccountAuth returns the identity of an account of the accounts file, in its project.
func AccountAuth(c *tempestconf.Config, a tempestconf.Account) Auth {
	a = a.WithDomains(c.Auth.DefaultCredentialsDomainName)
	auth := Auth{
		Username: a.Username, UserID: a.UserID, Password: a.Password,
		UserDomainName: a.UserDomainName, UserDomainID: a.UserDomainID,
		ProjectName: a.ProjectName, ProjectID: a.ProjectID,
		ProjectDomainName: a.ProjectDomainName, ProjectDomainID: a.ProjectDomainID,
	}
	if auth.UserDomainName == "" && auth.UserDomainID == "" {
		auth.UserDomainName = c.Auth.DefaultCredentialsDomainName
	}
	if auth.ProjectDomainName == "" && auth.ProjectDomainID == "" {
		auth.ProjectDomainName, auth.ProjectDomainID = auth.UserDomainName, auth.UserDomainID
	}
	return auth
}

func cloudAuth(c *tempestconf.Cloud) (Auth, error) {
	a := c.Auth
	auth := Auth{
		Username: a["username"], UserID: a["user_id"], Password: a["password"],
		UserDomainName: a["user_domain_name"], UserDomainID: a["user_domain_id"],
		ProjectName: first(a["project_name"], a["tenant_name"]), ProjectID: first(a["project_id"], a["tenant_id"]),
		ProjectDomainName: a["project_domain_name"], ProjectDomainID: a["project_domain_id"],
		DomainName: a["domain_name"], DomainID: a["domain_id"],
		System:                      a["system_scope"] != "",
		ApplicationCredentialID:     a["application_credential_id"],
		ApplicationCredentialName:   a["application_credential_name"],
		ApplicationCredentialSecret: a["application_credential_secret"],
	}
	switch c.AuthType {
	case "password", "v3password", "v2password", "":
		auth.ApplicationCredentialID, auth.ApplicationCredentialName, auth.ApplicationCredentialSecret = "", "", ""
		// Domains are as optional here as in the SDK, but Keystone needs one beside a name.
		domainID := a["default_domain_id"]
		if domainID == "" && a["default_domain_name"] == "" {
			domainID = "default"
		}
		if auth.UserID == "" && auth.UserDomainID == "" && auth.UserDomainName == "" {
			auth.UserDomainID, auth.UserDomainName = domainID, a["default_domain_name"]
		}
		if auth.ProjectName != "" && auth.ProjectID == "" && auth.ProjectDomainID == "" && auth.ProjectDomainName == "" {
			auth.ProjectDomainID, auth.ProjectDomainName = domainID, a["default_domain_name"]
		}
		if auth.Password == "" || auth.Username == "" && auth.UserID == "" {
			return auth, configurationError("the cloud %q of %s has no user name or no password", c.Name, c.File)
		}
	case "token", "v3token", "v2token":
		auth.Token, auth.Password, auth.Username, auth.UserID = a["token"], "", "", ""
		if auth.Token == "" {
			return auth, configurationError("the cloud %q of %s has auth_type %s and no token", c.Name, c.File, c.AuthType)
		}
	case "v3applicationcredential":
		auth.Password = ""
		if auth.ApplicationCredentialSecret == "" {
			return auth, configurationError("the cloud %q of %s has auth_type %s and no application_credential_secret", c.Name, c.File, c.AuthType)
		}
		if auth.ApplicationCredentialID != "" {
			auth.Username, auth.UserID, auth.ApplicationCredentialName = "", "", ""
		}
	default:
		return auth, configurationError("the cloud %q of %s has auth_type %s; password, token and v3applicationcredential are understood", c.Name, c.File, c.AuthType)
	}
	return auth, nil
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
