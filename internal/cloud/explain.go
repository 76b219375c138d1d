package cloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
)

// Explain says in one sentence why a request got no answer. For an error that is about something else it returns the
// error's own text.
func Explain(err error) string {
	host := hostOf(err)
	var (
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		dns       *net.DNSError
		operation *net.OpError
	)
	if errors.As(err, &operation) && operation.Op == "proxyconnect" {
		host += "the proxy of [service-clients] proxy_url: "
		err = operation.Err
	}
	switch {
	case errors.As(err, &authority):
		return fmt.Sprintf("%sthe certificate is signed by an authority that is not trusted here; name its CA with [identity] ca_certificates_file (or cacert in clouds.yaml)", host)
	case errors.As(err, &hostname):
		return fmt.Sprintf("%sthe certificate is for another host: %v", host, hostname)
	case errors.As(err, &invalid):
		return fmt.Sprintf("%sthe certificate is not valid: %v", host, invalid)
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return fmt.Sprintf("%sthe service does not speak TLS at this address; the URL should probably begin with http://", host)
	case strings.Contains(err.Error(), tlsAnswer):
		return fmt.Sprintf("%sthe service speaks TLS at this address; the URL should probably begin with https://", host)
	case errors.As(err, &operation) && operation.Op == "remote error":
		return fmt.Sprintf("%sthe service refused the TLS connection: %v", host, operation.Err)
	case errors.As(err, &dns):
		return fmt.Sprintf("%sthe host name %q cannot be resolved", host, dns.Name)
	case errors.Is(err, context.Canceled):
		return host + "interrupted"
	case errors.Is(err, syscall.ECONNREFUSED):
		return host + "connection refused: nothing listens at this address"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return host + "there is no route to this address"
	case broken(err):
		return host + "the connection was broken before the whole answer had arrived"
	case IsTimeout(err):
		return host + "no answer in time"
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return host + err.Error()
}

// tlsAnswer is how net/http's error shows the beginning of a TLS alert that answers a request in plain HTTP.
const tlsAnswer = `malformed HTTP response "\x15\x03`

// IsTimeout reports whether err is a time-out of a socket operation or a deadline.
func IsTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &t) && t.Timeout()
}

// IsConnection reports whether err means that a request got no answer.
func IsConnection(err error) bool {
	var u *url.Error
	return errors.As(err, &u)
}

// transient reports whether a request that failed so may succeed a moment later.
func transient(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	return errors.Is(err, syscall.ECONNREFUSED) || broken(err) || IsTimeout(err)
}

// broken reports whether err means that the other side ended the connection too early. For one of the ways in which that
// shows net/http has an error that only its text tells.
func broken(err error) bool {
	return errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		strings.Contains(err.Error(), "http: server closed idle connection")
}

func hostOf(err error) string {
	var u *url.Error
	if !errors.As(err, &u) {
		return ""
	}
	parsed, parseErr := url.Parse(u.URL)
	if parseErr != nil || parsed.Host == "" { // a redirect's Location; the error tells whole URLs
		return ""
	}
	return fmt.Sprintf("%s %s: ", strings.ToUpper(u.Op), safeURL(parsed))
}
