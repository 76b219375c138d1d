package tempestconf

// Account is one pre-provisioned account of accounts.yaml.
type Account struct {
	Username          string
	UserID            string
	Password          string
	ProjectName       string // tenant_name in old files
	ProjectID         string // tenant_id in old files
	DomainName        string
	DomainID          string
	UserDomainName    string
	UserDomainID      string
	ProjectDomainName string
	ProjectDomainID   string
	// System is the system scope, "all" where given.
	System string
	// Roles and Types are what the account may be asked for: roles by name; types are admin, operator, reseller_admin.
	Roles []string
	Types []string
	// Network is the name of the network to use, from resources.
	Network string
	// Hash names the lock file that Tempest makes for the account: an MD5 in hexadecimal digits.
	Hash string
	// Index is the place in the file, from 0.
	Index int
	// Fault is why the account cannot be used; empty when it can. Tempest finds that out when it allots the account.
	Fault string
	// Notes are warnings, one sentence each.
	Notes []string
}

// WithDomains fills in the domains as Tempest does: domain_* stands for both, the user's for the project's and the other
// way round, and defaultName ([auth] default_credentials_domain_name) where the account gives none.
func (a Account) WithDomains(defaultName string) Account {
	if a.DomainName == "" && a.DomainID == "" && a.UserDomainName == "" && a.UserDomainID == "" &&
		a.ProjectDomainName == "" && a.ProjectDomainID == "" {
		a.UserDomainName, a.ProjectDomainName = defaultName, defaultName
		return a
	}
	if a.UserDomainName == "" && a.UserDomainID == "" {
		a.UserDomainName, a.UserDomainID = a.ProjectDomainName, a.ProjectDomainID
	}
	if a.UserDomainName == "" && a.UserDomainID == "" {
		a.UserDomainName, a.UserDomainID = a.DomainName, a.DomainID
	}
	if a.ProjectDomainName == "" && a.ProjectDomainID == "" {
		a.ProjectDomainName, a.ProjectDomainID = a.UserDomainName, a.UserDomainID
	}
	return a
}

// AccountRoles are the roles of an account: those it names, and those that the configuration gives for its types.
func (c *Config) AccountRoles(a Account) []string {
	roles := append([]string(nil), a.Roles...)
	for _, t := range a.Types {
		switch t {
		case "admin":
			roles = append(roles, c.Identity.AdminRole)
		case "operator":
			roles = append(roles, c.ObjectStorage.OperatorRole)
		case "reseller_admin":
			roles = append(roles, c.ObjectStorage.ResellerAdminRole)
		}
	}
	return roles
}
