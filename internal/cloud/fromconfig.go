package cloud

import (
	"fmt"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/tempestconf"
)

// ConfigurationError says that the configuration does not fit what is asked for.
type ConfigurationError struct{ Text string }

func (e *ConfigurationError) Error() string { return e.Text }

func configurationError(format string, args ...any) error {
	return &ConfigurationError{Text: fmt.Sprintf(format, args...)}
}

// FromConfig returns the options of a connection to the cloud that the configuration names.
func FromConfig(c *tempestconf.Config) (Options, error) {
	o := Options{
		Timeout:  time.Duration(c.ServiceClients.HTTPTimeout) * time.Second,
		ProxyURL: c.ServiceClients.ProxyURL,
	}
	if err := c.Check("service-clients.http_timeout", "service-clients.proxy_url"); err != nil {
		return o, err
	}
	if c.Cloud != nil {
		o.AuthURL = versioned(c.Cloud.Auth["auth_url"])
		o.Insecure, o.CACert, o.Cert, o.Key = !c.Cloud.Verify, c.Cloud.CACert, c.Cloud.Cert, c.Cloud.Key
		if o.AuthURL == "" {
			return o, configurationError("the cloud %q of %s has no auth_url", c.Cloud.Name, c.Cloud.File)
		}
		return o, nil
	}
	if c.Identity.URIV3 == "" {
		return o, c.Require("identity.uri_v3")
	}
	if err := c.Check("identity.uri_v3", "identity.disable_ssl_certificate_validation", "identity.ca_certificates_file"); err != nil {
		return o, err
	}
	o.AuthURL = versioned(c.Identity.URIV3)
	o.Insecure, o.CACert = c.Identity.DisableSSLCertificateValidation, c.Identity.CACertificatesFile
	return o, nil
}

// versioned completes an Identity URL that names no version, as keystoneauth does after asking the service.
func versioned(u string) string {
	u = strings.TrimRight(u, "/")
	if u == "" || strings.HasSuffix(u, "/v3") {
		return u
	}
	return strings.TrimSuffix(u, "/v2.0") + "/v3"
}

// ConfiguredAuth returns the identity that the configuration names: the cloud of clouds.yaml in use, or tempest.conf's admin.
func ConfiguredAuth(c *tempestconf.Config) (Auth, error) {
	if c.Cloud != nil {
		return cloudAuth(c.Cloud)
	}
	if c.File == "" && c.Auth.AdminUsername == "" {
		return Auth{}, configurationError("there are no credentials: no tempest.conf was found (looked for %s) and no cloud of clouds.yaml is in use; name a file with --config-file or a cloud with --os-cloud", strings.Join(c.Tried, ", "))
	}
	for _, option := range []string{"auth.admin_username", "auth.admin_password", "identity.uri_v3"} {
		if option == "identity.uri_v3" && c.Identity.URIV3 != "" {
			continue
		}
		if err := c.Require(option); err != nil {
			return Auth{}, err
		}
	}
	a := c.Auth
	auth := Auth{Username: a.AdminUsername, Password: a.AdminPassword}
	auth.UserDomainName = first(a.AdminUserDomainName, a.AdminDomainName, a.DefaultCredentialsDomainName)
	if a.AdminSystem != "" {
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

func cloudAuth(c *tempestconf.Cloud) (Auth, error) {
	a := c.Auth
	auth := Auth{
		Username: a["username"], UserID: a["user_id"], Password: a["password"],
		UserDomainName: a["user_domain_name"], UserDomainID: a["user_domain_id"],
		ProjectName: a["project_name"], ProjectID: a["project_id"],
		ProjectDomainName: a["project_domain_name"], ProjectDomainID: a["project_domain_id"],
		DomainName: a["domain_name"], DomainID: a["domain_id"],
		System:                      a["system_scope"] != "",
		ApplicationCredentialID:     a["application_credential_id"],
		ApplicationCredentialName:   a["application_credential_name"],
		ApplicationCredentialSecret: a["application_credential_secret"],
	}
	switch c.AuthType {
	case "password", "v3password", "":
		// Domains are as optional here as in the SDK, but Keystone needs one beside a name.
		if auth.UserID == "" && auth.UserDomainID == "" && auth.UserDomainName == "" {
			auth.UserDomainID = "default"
		}
		if auth.ProjectName != "" && auth.ProjectID == "" && auth.ProjectDomainID == "" && auth.ProjectDomainName == "" {
			auth.ProjectDomainID = "default"
		}
		if auth.Password == "" || auth.Username == "" && auth.UserID == "" {
			return auth, configurationError("the cloud %q of %s has no user name or no password", c.Name, c.File)
		}
	case "token", "v3token":
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

// IdentityService says where the Identity service of the configured cloud is.
func IdentityService(c *tempestconf.Config) Service {
	return service(c, "identity", Service{Type: c.Identity.CatalogType, Interface: c.Identity.V3EndpointType})
}

// ObjectStorageService says where the configured cloud's object storage is.
func ObjectStorageService(c *tempestconf.Config) Service {
	o := c.ObjectStorage
	return service(c, "object_store", Service{Type: o.CatalogType, Interface: o.EndpointType, Region: o.Region})
}

// service completes s with what clouds.yaml says of it, and with the default region.
func service(c *tempestconf.Config, key string, s Service) Service {
	if s.Region == "" {
		s.Region = c.Identity.Region
	}
	if c.Cloud == nil {
		return s
	}
	s.Region = first(c.Cloud.Regions[key], c.Cloud.RegionName)
	s.Interface = first(c.Cloud.Interfaces[key], strings.Join(c.Cloud.Interface[:min(1, len(c.Cloud.Interface))], ""), s.Interface)
	s.Type = first(c.Cloud.ServiceTypes[key], s.Type)
	s.Override = c.Cloud.EndpointOverrides[key]
	s.Microversion = c.Cloud.Microversions[key]
	return s
}
