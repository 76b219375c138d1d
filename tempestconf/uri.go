package tempestconf

import (
	"errors"
	"regexp"
	"strings"
)

var (
	uriScheme = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*$`)
	uriPort   = regexp.MustCompile(`^[0-9]{0,5}$`)
	uriHost   = regexp.MustCompile(`^(([A-Za-z0-9_.~-]|%[0-9A-Fa-f]{2}|[!$&'()*+,;=])+|\[[0-9A-Fa-f:.]+(%25([A-Za-z0-9_.~-]|%[0-9A-Fa-f]{2})+)?\])$`)
)

// checkURI is oslo.config's check of a URI: a scheme and a host must be there, scheme, host and port must be valid by
// RFC 3986. Any path is: Python's rfc3986 2.0 encodes what must not stand in it before it looks.
func checkURI(text string) error {
	rest, _, _ := strings.Cut(text, "#")
	rest, _, _ = strings.Cut(rest, "?")
	scheme := ""
	if at := strings.IndexAny(rest, ":/"); at >= 0 && rest[at] == ':' && uriScheme.MatchString(rest[:at]) {
		scheme, rest = rest[:at], rest[at+1:]
	}
	host, port := "", ""
	if strings.HasPrefix(rest, "//") {
		authority, _, _ := strings.Cut(rest[2:], "/")
		host = authority[strings.LastIndexByte(authority, '@')+1:]
		if at := strings.LastIndexByte(host, ':'); at > strings.LastIndexByte(host, ']') {
			host, port = host[:at], host[at+1:]
		}
	}
	var missing []string
	if host == "" {
		missing = append(missing, "host")
	}
	if scheme == "" {
		missing = append(missing, "scheme")
	}
	switch len(missing) {
	case 1:
		return errors.New(missing[0] + " was required but missing")
	case 2:
		return errors.New(strings.Join(missing, ", ") + " were required but missing")
	}
	if !uriHost.MatchString(host) || !uriPort.MatchString(port) {
		return errors.New("it is not a valid URI")
	}
	return nil
}
