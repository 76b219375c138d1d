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
	// Line is where the account stands in the file.
	Line int
}
