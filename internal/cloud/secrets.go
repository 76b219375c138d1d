package cloud

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Masked stands in place of a secret.
const Masked = "***"

// Secrets knows every password, token and private key of a run and removes them from texts. It is safe for use by several
// goroutines.
//
// A password that is short or also a name, as demo of the user demo, stands in many texts as something else. Such a one is
// removed only where the text says that a secret follows, or in a URL behind the user: elsewhere it tells nobody what it is.
type Secrets struct {
	mu      sync.RWMutex
	values  map[string]bool
	names   map[string]bool
	sorted  []string // removed everywhere; longest first, so that a secret that contains another is removed whole
	guarded []*regexp.Regexp
}

const (
	shortestSecret = 4 // a shorter one is not looked for at all
	shortestPlain  = 6 // a shorter one is looked for only where a secret is to be expected
)

// NewSecrets returns an empty set.
func NewSecrets() *Secrets { return &Secrets{values: map[string]bool{}, names: map[string]bool{}} }

// Add remembers secrets. Very short values are left out: removing them would garble every text.
func (s *Secrets) Add(values ...string) {
	s.learn(s.values, values, func(v string) bool { return len(v) >= shortestSecret })
}

// AddNames remembers names of users, projects and the like, which are no secrets although a secret may be the same word.
func (s *Secrets) AddNames(names ...string) {
	s.learn(s.names, names, func(v string) bool { return v != "" })
}

func (s *Secrets) learn(into map[string]bool, values []string, counts func(string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	learned := false
	for _, v := range values {
		if counts(v) && !into[v] {
			into[v], learned = true, true
		}
	}
	if learned {
		s.sort()
	}
}

// sort settles what is removed where.
func (s *Secrets) sort() {
	all := map[string]bool{}
	s.sorted, s.guarded = nil, nil
	for v := range s.values {
		if len(v) < shortestPlain || s.names[v] {
			s.guarded = append(s.guarded, regexp.MustCompile(announced+regexp.QuoteMeta(v)+`(\W|_|$)`))
			continue
		}
		for _, form := range forms(v) {
			all[form] = true
		}
	}
	s.sorted = slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(len(b)-len(a), strings.Compare(a, b))
	})
}

// announced matches what says that a secret follows: the word password with or without a sign behind it, or a URL's user.
const announced = `((?i:pass(?:word|wd|phrase|code)?|pwd|secret|token|_key)\\?["']?(?:\s*(?::=|=>|[:=])\s*|\s+(?i:is\s+)?)\\?["']?|://[^/@:\s]*:)`

// forms returns v and the ways in which it appears inside URLs and inside JSON, plain and HTML-safe.
func forms(v string) []string {
	out := []string{v, url.QueryEscape(v), url.PathEscape(v), url.UserPassword("", v).String()[1:]}
	for _, html := range []bool{true, false} {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(html)
		if enc.Encode(v) == nil {
			out = append(out, strings.Trim(strings.TrimSuffix(b.String(), "\n"), `"`))
		}
	}
	return out
}

// Clean returns text without any known secret.
func (s *Secrets) Clean(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, v := range s.sorted {
		if strings.Contains(text, v) {
			text = strings.ReplaceAll(text, v, Masked)
		}
	}
	for _, r := range s.guarded {
		text = r.ReplaceAllString(text, "${1}"+Masked+"${2}")
	}
	return text
}

// secretMembers matches JSON members that hold a secret whoever made it, so that even the first appearance of a value is
// masked. A value at which the text was cut has no end.
var secretMembers = regexp.MustCompile(`(?i)("[a-z_-]*(?:password|passwd|passphrase|secret|private_key|admin_?pass|token_id|auth_token|access_token|refresh_token|passcode)"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|\\?$)`)

// ShownURL is a URL without the user and password that it may hold.
func ShownURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return text
	}
	return safeURL(u)
}

// CleanBody masks secret members of a JSON text, and known secrets.
func (s *Secrets) CleanBody(text string) string {
	return s.Clean(secretMembers.ReplaceAllString(text, `$1"`+Masked+`"`))
}

// secretHeader reports whether a header carries a token. Swift's temporary URL keys and sync keys are secrets as well.
func secretHeader(name string) bool {
	switch strings.ToLower(name) {
	case "x-auth-token", "x-subject-token", "x-service-token", "x-storage-token", "x-user-token", "x-auth-key", "x-storage-pass",
		"authorization", "proxy-authorization", "cookie", "set-cookie",
		"x-account-meta-temp-url-key", "x-account-meta-temp-url-key-2", "x-container-meta-temp-url-key",
		"x-container-meta-temp-url-key-2", "x-container-sync-key", "openstack-auth-receipt":
		return true
	}
	return false
}
