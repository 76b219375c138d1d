package tempestconf

import (
	"errors"
	"regexp"
	"strings"
)

var (
	uriScheme = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*$`)
	uriHost   = regexp.MustCompile(`^(([A-Za-z0-9_.~-]|%[0-9A-Fa-f]{2}|[!$&'()*+,;=])+|\[[0-9A-Fa-f:.]+(%25([A-Za-z0-9_.~-]|%[0-9A-Fa-f]{2})+)?\])$`)
	uriPath   = regexp.MustCompile(`^([A-Za-z0-9_.~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$`)
)

// checkURI is oslo.config's check of a URI: a scheme and a host must be there, scheme, host and path must be valid by
// RFC 3986.
func checkURI(text string) error {
	rest, _, _ := strings.Cut(text, "#")
	rest, _, _ = strings.Cut(rest, "?")
	scheme := ""
	if at := strings.IndexAny(rest, ":/"); at >= 0 && rest[at] == ':' && uriScheme.MatchString(rest[:at]) {
		scheme, rest = rest[:at], rest[at+1:]
	}
	host, path := "", rest
	if strings.HasPrefix(rest, "//") {
		authority := rest[2:]
		path = ""
		if at := strings.IndexByte(authority, '/'); at >= 0 {
			authority, path = authority[:at], authority[at:]
		}
		host = authority[strings.LastIndexByte(authority, '@')+1:]
		if at := strings.LastIndexByte(host, ':'); at > strings.LastIndexByte(host, ']') {
			host = host[:at]
		}
	}
	var missing []string
	if host == "" {
		missing = append(missing, "host")
	}
	if scheme == "" {
		missing = append(missing, "scheme")
	}
	if missing != nil {
		return errors.New(strings.Join(missing, ", ") + " was required but missing")
	}
	if !uriHost.MatchString(host) || !uriPath.MatchString(path) {
		return errors.New("it is not a valid URI")
	}
	return nil
}
