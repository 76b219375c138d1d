package cloud

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/tempestconf"
)

// ConfigurationError says that the configuration does not fit what is asked for.
type ConfigurationError struct {
	Text string
	// Option is the option at fault, "section.option"; empty where there is not one alone.
	Option string
	// Err is why, where another error is the reason; its text is in Text.
	Err error
}

func (e *ConfigurationError) Error() string { return e.Text }

// Unwrap returns the reason.
func (e *ConfigurationError) Unwrap() error { return e.Err }

func configurationError(format string, args ...any) error {
	return &ConfigurationError{Text: fmt.Sprintf(format, args...)}
}

// FromConfig returns the options of a connection to the cloud that the configuration names.
func FromConfig(c *tempestconf.Config) (Options, error) {
	o := Options{
		Timeout:  time.Duration(c.ServiceClients.HTTPTimeout) * time.Second,
		ProxyURL: c.ServiceClients.ProxyURL,
	}
	if err := errors.Join(c.CheckCommon(), c.Check("service-clients.http_timeout", "service-clients.proxy_url")); err != nil {
		return o, err
	}
	if c.Cloud != nil {
		o.takeURL(c.Cloud.Auth["auth_url"])
		if o.AuthURL == "" {
			return o, configurationError("the cloud %q of %s has no auth_url", c.Cloud.Name, c.Cloud.File)
		}
		o.takeTLS(c, c.Cloud.TLS())
		if o.CACert != "" {
			o.CASetting = fmt.Sprintf("cacert of cloud %q", c.Cloud.Name)
		}
		if o.Cert != "" {
			o.CertSetting = fmt.Sprintf("cloud %q", c.Cloud.Name)
		}
		return o, nil
	}
	if err := c.Check("identity.uri_v3", "identity.disable_ssl_certificate_validation", "identity.ca_certificates_file"); err != nil {
		return o, err
	}
	if c.Identity.URIV3 == "" {
		return o, c.Require("identity.uri_v3")
	}
	o.takeURL(c.Identity.URIV3)
	o.Insecure, o.CACert = c.Identity.DisableSSLCertificateValidation, inDir(c, c.Identity.CACertificatesFile)
	if o.CACert != "" {
		o.CASetting = caSetting
	}
	return o, nil
}

// takeTLS takes what openstacksdk gives the HTTP library: verify is a boolean or the path of a CA file; cert is nothing, a
// path, or the paths of a certificate and its key.
func (o *Options) takeTLS(c *tempestconf.Config, settings map[string]any) {
	switch verify := settings["verify"].(type) {
	case bool:
		o.Insecure = !verify
	case string:
		o.CACert = inDir(c, verify)
	}
	switch cert := settings["cert"].(type) {
	case string:
		o.Cert = inDir(c, cert)
	case []string:
		o.Cert, o.Key = inDir(c, cert[0]), inDir(c, cert[1])
	}
}

// inDir makes a path absolute that is relative to the working directory.
func inDir(c *tempestconf.Config, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(c.Dir, path)
}

// takeURL completes an Identity URL that names no version, as keystoneauth does after asking the service, and turns that of
// v2.0 into that of v3, which it mentions.
func (o *Options) takeURL(u string) {
	u = strings.TrimRight(u, "/")
	o.AuthURL = u
	if u == "" || strings.HasSuffix(u, "/v3") {
		return
	}
	for _, old := range []string{"/v2.0", "/v2"} {
		if base, ok := strings.CutSuffix(u, old); ok {
			o.AuthURL = base + "/v3"
			o.Notes = append(o.Notes, fmt.Sprintf("the Identity URL %s is of the API v2.0; %s is used", u, o.AuthURL))
			return
		}
	}
	o.AuthURL = u + "/v3"
}
