package objectstorage

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sort"
	"strings"

	"opendev.org/x/persistent-resources/phases"
)

// The formats that Tempest holds headers to; a header that is not here may have any value.
var formats = map[string]*regexp.Regexp{ //nolint:gochecknoglobals // never written
	"content-length":            regexp.MustCompile(`^\d+$`),
	"x-container-bytes-used":    regexp.MustCompile(`^\d+$`),
	"x-container-object-count":  regexp.MustCompile(`^\d+$`),
	"x-account-bytes-used":      regexp.MustCompile(`^\d+$`),
	"x-account-container-count": regexp.MustCompile(`^\d+$`),
	"x-account-object-count":    regexp.MustCompile(`^\d+$`),
	"content-type":              regexp.MustCompile(`.`),
	"date":                      regexp.MustCompile(`.`),
	"last-modified":             regexp.MustCompile(`.`),
	"x-timestamp":               regexp.MustCompile(`^\d+\.?\d*$`),
	"x-trans-id":                regexp.MustCompile(`^tx[0-9a-f]{21}-[0-9a-f]{10}.*`),
	"accept-ranges":             regexp.MustCompile(`^bytes$`),
	"etag":                      regexp.MustCompile(`^[[:alnum:]]+$`),
	"transfer-encoding":         regexp.MustCompile(`^chunked$`),
}

// target is what a request was made of.
type target string

const (
	container target = "Container"
	object    target = "Object"
)

// assertHeaders is Tempest's check of a Swift answer: first that the headers are there, then that they have the right form.
// The first mismatch is reported, in Tempest's words and order.
func (r *resources) assertHeaders(of target, method string, h http.Header) error {
	if !r.Config.PersistentResources.StrictHeaders {
		return nil
	}
	const mismatch = "testtools.matchers._impl.MismatchError"
	// An answer 204, as HEAD of a container has it, needs no length.
	if method != http.MethodHead && h.Get("Content-Length") == "" && h.Get("Transfer-Encoding") == "" {
		return phases.FailWith(mismatch, "none of these headers exist: ['content-length', 'transfer-encoding']")
	}
	for _, name := range r.expected(of, method) {
		if _, ok := h[http.CanonicalHeaderKey(name)]; !ok {
			return phases.FailWith(mismatch, "%s header does not exist", name)
		}
		if name == "x-storage-policy" && len(r.policies) > 0 && !slices.Contains(r.policies, h.Get(name)) {
			return phases.FailWith(mismatch, "InvalidValue (%s, %s)", name, h.Get(name))
		}
	}
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, strings.ToLower(name))
	}
	sort.Strings(names)
	for _, name := range names {
		if f := formats[name]; f != nil && !f.MatchString(h.Get(name)) {
			return phases.FailWith(mismatch, "InvalidFormat (%s, %s)", name, h.Get(name))
		}
	}
	return nil
}

// expected lists the headers that must be there, in the order in which Tempest looks for them.
func (r *resources) expected(of target, method string) []string {
	names := []string{"content-type", "x-trans-id", "date"}
	read := method == http.MethodGet || method == http.MethodHead
	if read {
		names = append(names, "x-timestamp")
	}
	switch {
	case of == container && read:
		names = append(names, "x-container-bytes-used", "x-container-object-count", "x-storage-policy")
	case of == object:
		names = append(names, "etag", "last-modified")
	}
	return names
}

// withLength adds the length that Go's HTTP client takes out of the headers of an answer.
func withLength(h http.Header, length int64, encoding []string) http.Header {
	out := h.Clone()
	if out.Get("Content-Length") == "" && length >= 0 {
		out.Set("Content-Length", fmt.Sprint(length))
	}
	if len(encoding) > 0 {
		out.Set("Transfer-Encoding", strings.Join(encoding, ", "))
	}
	return out
}
