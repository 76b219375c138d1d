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
	// Why are the accounts with these roles that cannot be used, with the reason.
	Why []string
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
	text := "No users configured for type/roles " + roles
	if len(e.Why) > 0 {
		text += " (" + strings.Join(e.Why, "; ") + ")"
	}
	return text
}

// SuitableAccounts are the accounts of all, in their order, that may be allotted to a class which asks for these roles and
// works in a project. One that is faulty is left out. An account with the admin's role is for those alone who ask for that role. Role names compare without
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
	var why []string
	for _, a := range all {
		fits := forAdmin || !has(a, admin)
		for _, role := range roles {
			fits = fits && has(a, role)
		}
		switch {
		case !fits:
		case a.Fault != "":
			why = append(why, fmt.Sprintf("account %d cannot be used: %s", a.Index+1, a.Fault))
		case a.ProjectName == "" && a.ProjectID == "":
			why = append(why, fmt.Sprintf("account %d has no project", a.Index+1))
		default:
			if a.Network == "" {
				a.Network = networkOfProject(all, a.ProjectName)
			}
			suitable = append(suitable, a)
		}
	}
	if suitable == nil {
		return nil, &NoAccountError{Roles: roles, Why: why}
	}
	return suitable, nil
}

// networkOfProject is the network that the first account of a project has that has one: the accounts of a project share it,
// as today's Tempest sees it.
func networkOfProject(all []tempestconf.Account, project string) string {
	for _, a := range all {
		if project != "" && a.ProjectName == project && a.Network != "" {
			return a.Network
		}
	}
	return ""
}
