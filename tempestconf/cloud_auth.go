package tempestconf

import (
	"fmt"
	"strings"
)

// scoped are the options that every plugin for a scoped token of the identity API takes.
const (
	scopedV3 = "auth_url* system_scope domain_id domain_name project_id project_name project_domain_id project_domain_name trust_id"
	generic  = "auth_url* system_scope domain_id domain_name project_id=tenant_id project_name=tenant_name project_domain_id" +
		" project_domain_name trust_id default_domain_id default_domain_name"
	person = " user_id username=user_name user_domain_id user_domain_name"
	oidc   = scopedV3 + " identity_provider* protocol* client_id client_secret openid_scope>scope access_token_endpoint" +
		" discovery_endpoint access_token_type"
)

// pluginOptions lists the options of a keystoneauth plugin: name, then * if it is required, =old for a deprecated name,
// >name for the name under which it is stored. Behind a bar follow arguments the plugin takes although they are no options.
func pluginOptions(authType string) (string, bool) {
	const extra = " | reauthenticate"
	const extraV3 = " | reauthenticate include_catalog unscoped"
	switch authType {
	case "password":
		return generic + person + " password" + extra + " tenant_id tenant_name", true
	case "token":
		return generic + " token" + extra + " tenant_id tenant_name", true
	case "v2password":
		return "auth_url* tenant_id tenant_name trust_id username=user_name user_id password" + extra, true
	case "v2token":
		return "auth_url* tenant_id tenant_name trust_id token" + extra, true
	case "v3password":
		return scopedV3 + person + " password" + extraV3, true
	case "v3token":
		return scopedV3 + " token" + extraV3, true
	case "v3totp":
		return scopedV3 + person + " passcode" + extraV3, true
	case "v3applicationcredential":
		return scopedV3 + person + " application_credential_secret* application_credential_id application_credential_name" + extraV3, true
	case "v3multifactor":
		return scopedV3 + " auth_methods*" + extraV3 + " *", true
	case "v3tokenlessauth":
		return "auth_url* domain_id domain_name project_id project_name project_domain_id project_domain_name", true
	case "v3oidcpassword":
		return oidc + " username* password* idp_otp_key" + extraV3, true
	case "v3oidcclientcredentials":
		return oidc + extraV3, true
	case "v3oidcauthcode":
		return oidc + " redirect_uri code*=authorization_code" + extraV3, true
	case "v3oidcaccesstoken":
		return scopedV3 + " identity_provider* protocol* access_token*" + extraV3, true
	case "v3oidcdeviceauthz":
		return oidc + " device_authorization_endpoint code_challenge_method" + extraV3, true
	case "v3oauth2clientcredential":
		return scopedV3 + " oauth2_endpoint* oauth2_client_id* oauth2_client_secret*" + extraV3, true
	case "v3oauth2mtlsclientcredential":
		return scopedV3 + " oauth2_endpoint* oauth2_client_id*" + extraV3, true
	case "admin_token":
		return "endpoint=url token", true
	case "http_basic":
		return "username=user_name password endpoint", true
	case "none":
		return "endpoint", true
	}
	return "", false
}

type pluginOption struct {
	name, old, dest string
	required        bool
}

// parsePlugin reads a line of pluginOptions.
func parsePlugin(line string) (options []pluginOption, extra map[string]bool) {
	words, more, _ := strings.Cut(line, "|")
	for _, w := range strings.Fields(words) {
		var o pluginOption
		w, o.dest, _ = strings.Cut(w, ">")
		w, o.old, _ = strings.Cut(w, "=")
		o.name, o.required = strings.CutSuffix(w, "*")
		if o.dest == "" {
			o.dest = o.name
		}
		options = append(options, o)
	}
	extra = map[string]bool{}
	for _, w := range strings.Fields(more) {
		extra[w] = true
	}
	return options, extra
}

// validateAuth moves the plugin's options from the cloud into auth and checks them as keystoneauth's loader does.
func validateAuth(c *omap) error {
	switch t := c.get("auth_type"); t {
	case nil, "None", "":
		c.set("auth_type", "none")
	case "token_endpoint":
		c.set("auth_type", "admin_token")
	}
	authType := pyAny(c.get("auth_type"))
	line, ok := pluginOptions(authType)
	if !ok {
		return &CloudError{Class: "NoMatchingPlugin", Message: fmt.Sprintf("The plugin %s could not be found", authType)}
	}
	options, extra := parsePlugin(line)
	auth, ok := c.get("auth").(*omap)
	if !ok {
		return &CloudError{Class: "TypeError", Message: "auth: must be a mapping"}
	}
	for _, o := range options {
		v := winning(auth, o)
		if falsy(v) {
			v = winning(c, o)
		}
		for _, name := range []string{o.name, o.old} {
			c.drop(name)
			auth.drop(name)
		}
		if !falsy(v) {
			auth.set(o.dest, v)
		}
	}
	if err := checkIdentity(authType, auth); err != nil {
		return err
	}
	return checkOptions(authType, auth, options, extra)
}

func winning(in *omap, o pluginOption) any {
	if in.has(o.name) || o.old == "" {
		return in.get(o.name)
	}
	return in.get(o.old)
}

// checkOptions finds required options that are missing and options the plugin does not know.
func checkOptions(authType string, auth *omap, options []pluginOption, extra map[string]bool) error {
	var missing []string
	known := map[string]bool{}
	for _, o := range options {
		known[o.dest] = true
		if o.required && auth.get(o.dest) == nil {
			missing = append(missing, o.dest)
		}
	}
	if missing != nil {
		return &CloudError{Class: "MissingRequiredOptions", Message: missingOptions(missing...)}
	}
	for _, k := range auth.keys {
		if !known[k] && !extra[k] && !extra["*"] {
			return &CloudError{Class: "TypeError", Message: fmt.Sprintf("%s.__init__() got an unexpected keyword argument %s", pluginClass(authType), pyRepr(k)),
				Reason: fmt.Sprintf("auth: %s takes no %s", authType, k)}
		}
	}
	return nil
}

// pluginClass is the class of keystoneauth 5 that refuses an argument it does not know, as Python 3.10 and later names it.
func pluginClass(authType string) string {
	switch authType {
	case "password", "token":
		return "BaseGenericPlugin"
	case "v2password", "v2token":
		return "Auth"
	case "admin_token":
		return "Token"
	case "http_basic":
		return "HTTPBasicAuth"
	case "none":
		return "FixedEndpointPlugin"
	}
	return "BaseAuth"
}

// checkIdentity holds the checks that the loaders of the v3 plugins make before all others.
func checkIdentity(authType string, auth *omap) error {
	given := func(k string) bool { return !falsy(auth.get(k)) }
	fail := func(text string) error { return &CloudError{Class: "OptionError", Message: text} }
	switch authType {
	case "v3password", "v3totp", "v3applicationcredential", "v3multifactor":
		if given("username") && !given("user_domain_name") && !given("user_domain_id") {
			return fail("You have provided a username. In the V3 identity API a username is only unique within a domain so you" +
				" must also provide either a user_domain_id or user_domain_name.")
		}
	case "v3oidcpassword", "v3oidcclientcredentials", "v3oidcauthcode", "v3oidcdeviceauthz":
		if !given("access_token_endpoint") && !given("discovery_endpoint") {
			return fail("You have to specify either an 'access-token-endpoint' or a 'discovery-endpoint'.")
		}
	}
	if authType == "v3applicationcredential" {
		if err := checkAppCred(auth); err != nil {
			return err
		}
	}
	if strings.HasPrefix(authType, "v3") && authType != "v3tokenlessauth" && given("project_name") &&
		!given("project_domain_name") && !given("project_domain_id") {
		return fail("You have provided a project_name. In the V3 identity API a project_name is only unique within a domain so" +
			" you must also provide either a project_domain_id or project_domain_name.")
	}
	return nil
}

func checkAppCred(auth *omap) error {
	given := func(k string) bool { return !falsy(auth.get(k)) }
	fail := func(text string) error { return &CloudError{Class: "OptionError", Message: text} }
	if !given("application_credential_id") && !given("application_credential_name") {
		return fail("You must provide either an application credential ID or an application credential name and user.")
	}
	if !given("application_credential_secret") {
		return fail("You must provide an auth secret.")
	}
	return nil
}
