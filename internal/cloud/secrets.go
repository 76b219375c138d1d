package cloud

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"sync"
)

// Masked stands in place of a secret.
const Masked = "***"

// Secrets knows every password, token and private key of a run and removes them from texts. It is safe for use by several
// goroutines.
type Secrets struct {
	mu     sync.RWMutex
	values map[string]bool
	sorted []string // longest first, so that a secret that contains another is removed whole
}

// NewSecrets returns an empty set.
func NewSecrets() *Secrets { return &Secrets{values: map[string]bool{}} }

// Add remembers secrets. Very short values are left out: removing them would garble every text.
func (s *Secrets) Add(values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	learned := false
	for _, v := range values {
		if len(v) < 4 || s.values[v] {
			continue
		}
		learned = true
		for _, form := range forms(v) {
			s.values[form] = true
		}
	}
	if !learned {
		return
	}
	s.sorted = s.sorted[:0]
	for v := range s.values {
		s.sorted = append(s.sorted, v)
	}
	sort.Slice(s.sorted, func(i, j int) bool {
		if len(s.sorted[i]) != len(s.sorted[j]) {
			return len(s.sorted[i]) > len(s.sorted[j])
		}
		return s.sorted[i] < s.sorted[j]
	})
}

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
	return text
}

// secretMembers matches JSON members that hold a secret whoever made it, so that even the first appearance of a value is
// masked. A value at which the text was cut has no end.
var secretMembers = regexp.MustCompile(`(?i)("[a-z_-]*(?:password|passwd|passphrase|secret|private_key|admin_?pass|token_id|auth_token|access_token|refresh_token|passcode)"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|\\?$)`)

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
