package cloud

import (
	"fmt"
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/tempestconf"
)

// NoAccountError says that the accounts file holds no account that a class may have.
type NoAccountError struct {
	Roles []string // that were asked for
	// Missing is the role that no account has; empty where the accounts that have all roles are reserved for admins or
	// have no project.
	Missing string
}

// Error is Tempest's sentence.
func (e *NoAccountError) Error() string {
	if e.Missing != "" {
		return fmt.Sprintf("No credentials with role: %s specified in the accounts file", e.Missing)
	}
	roles := "None"
	if len(e.Roles) > 0 {
		roles = "['" + strings.Join(e.Roles, "', '") + "']"
	}
	return "No users configured for type/roles " + roles
}

// SuitableAccounts are the accounts of all, in their order, that may be allotted to a class which asks for these roles and
// works in a project. An account with the admin's role is for those alone who ask for that role. Role names compare without
// regard to case. The error is a *NoAccountError.
func SuitableAccounts(c *tempestconf.Config, all []tempestconf.Account, roles []string) ([]tempestconf.Account, error) {
	has := func(a tempestconf.Account, role string) bool {
		return role != "" && slices.ContainsFunc(c.AccountRoles(a), func(r string) bool { return strings.EqualFold(r, role) })
	}
	for _, role := range roles {
		if !slices.ContainsFunc(all, func(a tempestconf.Account) bool { return has(a, role) }) {
			return nil, &NoAccountError{Roles: roles, Missing: role}
		}
	}
	admin := c.Identity.AdminRole
	forAdmin := slices.ContainsFunc(roles, func(r string) bool { return strings.EqualFold(r, admin) })
	var suitable []tempestconf.Account
	for _, a := range all {
		fits := a.ProjectName != "" || a.ProjectID != ""
		for _, role := range roles {
			fits = fits && has(a, role)
		}
		if fits && (forAdmin || !has(a, admin)) {
			suitable = append(suitable, a)
		}
	}
	if suitable == nil {
		return nil, &NoAccountError{Roles: roles}
	}
	return suitable, nil
}
