package wire

import "slices"

// Token says who is asking, as Keystone's middleware tells the services.
type Token struct {
	ID          string
	UserID      string
	UserName    string
	ProjectID   string // empty when unscoped, or scoped to a domain or the system
	ProjectName string
	DomainID    string // of a domain-scoped token
	System      bool
	Roles       []string // names, implied roles included
}

// HasRole reports whether the token carries a role of one of these names.
func (t *Token) HasRole(names ...string) bool {
	return t != nil && slices.ContainsFunc(names, func(n string) bool { return slices.Contains(t.Roles, n) })
}

// Admin reports whether the token carries the role admin.
func (t *Token) Admin() bool { return t.HasRole("admin") }

// Identity checks tokens; Keystone is one.
type Identity interface {
	// Check returns the token, or false when it is unknown, expired or revoked.
	Check(id string) (*Token, bool)
}

// Image is what the other services are told of an image.
type Image struct {
	Active  bool
	MinRAM  int // MiB
	MinDisk int // GiB
	// Formats and other texts, by the names that the API gives them.
	Properties map[string]string
}
