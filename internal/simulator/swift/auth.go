package swift

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

const (
	accountPrefix = "AUTH_"
	resellerAdmin = "ResellerAdmin"
)

// operatorRoles make a member of a project the owner of its account.
var operatorRoles = []string{"admin", "member"}

// authorize decides as Swift does: owners may do everything, others what the
// container's list allows. An acl that does not apply to the request is passed
// empty. Swift asks twice, without and with the list, so that an owner is
// known as such where the list admits everybody.
func (s *Service) authorize(q *request, acl string) error {
	err := s.authorizeBy(q, "")
	if err == nil || acl == "" {
		return err
	}
	return s.authorizeBy(q, acl)
}

func (s *Service) authorizeBy(q *request, acl string) error {
	rules := splitACL(acl)
	referred, decided := allowsReferrer(rules, q)
	if q.Token == nil {
		if referred {
			return nil
		}
		return refuse(http.StatusUnauthorized)
	}
	if q.Token.HasRole(resellerAdmin) {
		q.owner, q.reseller = true, true
		return nil
	}
	if q.container == "" && q.R.Method == http.MethodDelete {
		return refuse(http.StatusForbidden)
	}
	if allowsUser(rules, q.Token) {
		return nil
	}
	if referred {
		return nil
	}
	if q.Token.ProjectID == "" || q.account != accountPrefix+q.Token.ProjectID {
		return refuse(http.StatusForbidden)
	}
	if q.Token.HasRole(operatorRoles...) {
		q.owner = true
		return nil
	}
	if !decided && allowsRole(rules, q.Token) {
		return nil
	}
	return refuse(http.StatusForbidden)
}

func splitACL(acl string) []string {
	if acl == "" {
		return nil
	}
	return strings.Split(acl, ",")
}

// allowsUser matches project:user rules. Names count as well as ids because
// all users are in the domain default.
func allowsUser(rules []string, t *wire.Token) bool {
	for _, project := range []string{t.ProjectID, t.ProjectName, "*"} {
		for _, user := range []string{t.UserID, t.UserName, "*"} {
			if slices.Contains(rules, project+":"+user) {
				return true
			}
		}
	}
	return false
}

func allowsRole(rules []string, t *wire.Token) bool {
	return slices.ContainsFunc(t.Roles, func(role string) bool {
		return slices.ContainsFunc(rules, func(rule string) bool { return strings.EqualFold(rule, role) })
	})
}

// allowsReferrer matches .r: rules, the last one that applies winning. Listings
// need .rlistings as well. decided tells that a referrer rule applied.
func allowsReferrer(rules []string, q *request) (allowed, decided bool) {
	host := "unknown"
	if u, err := url.Parse(q.R.Header.Get("Referer")); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	for _, rule := range rules {
		pattern, ok := strings.CutPrefix(rule, ".r:")
		if !ok {
			continue
		}
		pattern, denies := strings.CutPrefix(pattern, "-")
		if pattern == "*" || pattern == host || (strings.HasPrefix(pattern, ".") && strings.HasSuffix(host, pattern)) {
			allowed = !denies
		}
	}
	if !allowed {
		return false, false
	}
	return q.object != "" || slices.Contains(rules, ".rlistings"), true
}

// cleanACL normalizes a list as Swift stores it.
func cleanACL(value string, write bool) (string, error) {
	var rules []string
	for _, raw := range strings.Split(value, ",") {
		raw = strings.TrimSpace(raw)
		if raw == "" {
			continue
		}
		first, second, found := strings.Cut(raw, ":")
		first, second = strings.TrimSpace(first), strings.TrimSpace(second)
		if !found || !strings.HasPrefix(first, ".") {
			rules = append(rules, raw)
			continue
		}
		if !slices.Contains([]string{".r", ".ref", ".referer", ".referrer"}, first) {
			return "", wire.Errorf(http.StatusBadRequest, "Unknown designator '%s' in ACL: '%s'", first, raw)
		}
		if write {
			return "", wire.Errorf(http.StatusBadRequest, "Referrers not allowed in write ACL: '%s'", raw)
		}
		second, denies := strings.CutPrefix(second, "-")
		second = strings.TrimSpace(second)
		if second != "*" {
			second = strings.TrimSpace(strings.TrimPrefix(second, "*"))
		}
		if second == "" || second == "." {
			return "", wire.Errorf(http.StatusBadRequest, "No host/domain value after referrer designation in ACL: '%s'", raw)
		}
		if denies {
			second = "-" + second
		}
		rules = append(rules, ".r:"+second)
	}
	return strings.Join(rules, ","), nil
}
