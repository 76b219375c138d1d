package keystone

import (
	"net/http"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// authenticated finds the token of a request.
func (s *Service) authenticated(c *wire.Call) (*token, error) {
	t, err := s.find(c.R.Header.Get("X-Auth-Token"))
	if lost := s.tokens[c.R.Header.Get("X-Auth-Token")]; err != nil && lost != nil && s.options.Release.Epoxy() &&
		s.userByID(lost.user.id) == nil {
		return nil, errDenied // Zed tells that the user is missing
	}
	return t, err
}

// allow checks a rule of Keystone's default policy: the role admin may do
// everything, others what own says of their token.
func (s *Service) allow(action string, own func(*token) bool, h wire.Handler) wire.Handler {
	return func(c *wire.Call) error {
		t, err := s.authenticated(c)
		if err != nil {
			return err
		}
		asker := s.view(t)
		if !asker.Admin() && !(own != nil && own(t)) {
			return forbidden(action)
		}
		c.Token = asker
		return h(c)
	}
}

// allowOwn is allow where a {param} of the path is to be the asker's own.
func (s *Service) allowOwn(action, param string, own func(*token) string, h wire.Handler) wire.Handler {
	return func(c *wire.Call) error {
		mine := func(t *token) bool { return own(t) == c.Param(param) }
		return s.allow(action, mine, h)(c)
	}
}

func forbidden(action string) error {
	return wire.Errorf(http.StatusForbidden, "You are not authorized to perform the requested action: identity:%s.", action)
}

// forbiddenBecause names a reason instead of an action.
func forbiddenBecause(reason string) error {
	return wire.Errorf(http.StatusForbidden, "You are not authorized to perform the requested action: %s.", reason)
}

func ownUser(t *token) string    { return t.user.id }
func ownProject(t *token) string { return t.projectID() }
func everybody(*token) bool      { return true }
