package keystone

import (
	"maps"
	"slices"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

type domain struct {
	id, name    string
	description any
	enabled     bool
}

type project struct {
	id, name, domainID string
	description        any
	enabled            bool
	tags               []any
	extra              wire.M // members the API does not know are kept
}

type user struct {
	id, name, domainID string
	password           string
	enabled            bool
	extra              wire.M
}

type role struct {
	id, name    string
	description any
	immutable   bool
}

// assignment gives a user a role on a project, a domain or the system.
type assignment struct {
	userID, roleID string
	scope          scope
}

// scope is what a token or an assignment is about; all empty means unscoped.
type scope struct {
	projectID string
	domainID  string
	system    bool
}

type token struct {
	id       string
	user     *user
	scope    scope
	methods  []string
	audit    []string
	issued   time.Time
	expires  time.Time
	issuedBy *applicationCredential // nil unless made with one
}

func (t *token) projectID() string { return t.scope.projectID }

const defaultDomain = "default"

func (s *Service) bootstrap() {
	s.domains = []*domain{{defaultDomain, "Default", "The default domain", true}}
	for _, name := range []string{"admin", "member", "reader"} {
		s.roles = append(s.roles, &role{id: wire.HexID(), name: name, immutable: true})
	}
	for _, name := range []string{"service", "ResellerAdmin", "swiftoperator"} {
		s.roles = append(s.roles, &role{id: wire.HexID(), name: name})
	}
	s.buildCatalog()
	s.addProject("admin", "Bootstrap project for initializing the cloud.")
	for _, name := range s.options.Projects {
		s.addProject(name, "")
	}
	accounts := append([]Account{{"admin", s.options.AdminPassword, "admin", []string{"admin"}}}, s.options.Users...)
	for _, a := range accounts {
		u := &user{id: wire.HexID(), name: a.Name, domainID: defaultDomain, password: a.Password, enabled: true}
		s.users = append(s.users, u)
		p := s.projectByName(a.Project, defaultDomain)
		for _, name := range a.Roles {
			s.assignments = append(s.assignments, assignment{u.id, s.roleByName(name).id, scope{projectID: p.id}})
		}
		if a.Name == "admin" {
			s.assignments = append(s.assignments, assignment{u.id, s.roleByName("admin").id, scope{system: true}})
		}
	}
}

func (s *Service) addProject(name, description string) {
	s.projects = append(s.projects, &project{
		id: wire.HexID(), name: name, domainID: defaultDomain, description: description, enabled: true,
	})
}

// implied are the roles that come with another one.
var implied = map[string][]string{"admin": {"member", "reader"}, "member": {"reader"}}

// rolesOf returns the roles a user has on a scope, implied ones included.
func (s *Service) rolesOf(userID string, on scope) []*role {
	found := map[string]*role{}
	for _, a := range s.assignments {
		if a.userID != userID || a.scope != on {
			continue
		}
		r := s.roleByID(a.roleID)
		found[r.name] = r
		for _, name := range implied[r.name] {
			found[name] = s.roleByName(name)
		}
	}
	roles := slices.Collect(maps.Values(found))
	slices.SortFunc(roles, func(a, b *role) int { return compare(a.id, b.id) })
	return roles
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

func first[T any](all []*T, match func(*T) bool) *T {
	if i := slices.IndexFunc(all, match); i >= 0 {
		return all[i]
	}
	return nil
}

func (s *Service) domainByID(id string) *domain {
	return first(s.domains, func(d *domain) bool { return d.id == id })
}

func (s *Service) domainByName(name string) *domain {
	return first(s.domains, func(d *domain) bool { return d.name == name })
}

func (s *Service) projectByID(id string) *project {
	return first(s.projects, func(p *project) bool { return p.id == id })
}

func (s *Service) projectByName(name, domainID string) *project {
	return first(s.projects, func(p *project) bool { return p.name == name && p.domainID == domainID })
}

func (s *Service) userByID(id string) *user {
	return first(s.users, func(u *user) bool { return u.id == id })
}

func (s *Service) userByName(name, domainID string) *user {
	return first(s.users, func(u *user) bool { return u.name == name && u.domainID == domainID })
}

func (s *Service) roleByID(id string) *role {
	return first(s.roles, func(r *role) bool { return r.id == id })
}

func (s *Service) roleByName(name string) *role {
	return first(s.roles, func(r *role) bool { return r.name == name })
}
