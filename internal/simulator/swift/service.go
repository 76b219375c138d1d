// Package swift simulates the Object Storage service as of the releases
// Zed and Epoxy: the proxy server with Keystone's authorization, ACLs and account
// auto-creation.
package swift

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// Service is the Object Storage service with its state.
type Service struct {
	identity wire.Identity
	release  *wire.Release

	mu        sync.Mutex
	accounts  map[string]*account
	lastStamp timestamp
}

// New returns an empty service that asks identity who is asking.
func New(identity wire.Identity, release *wire.Release) *Service {
	return &Service{identity: identity, release: release, accounts: map[string]*account{}}
}

// request is one request in progress: what its path names and who asks.
type request struct {
	*wire.Call
	account, container, object string
	owner                      bool // may do everything in the account
	reseller                   bool // may do everything in every account
}

// ServeHTTP answers a request whose path is below the service's prefix.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	stampTransaction(w)
	q := &request{Call: &wire.Call{W: w, R: r}}
	if err := s.dispatch(q); err != nil {
		refusal := wire.AsError(err)
		for name, values := range refusal.Header {
			w.Header()[name] = values
		}
		s.fail(w, r, refusal.Status, refusal.Message, refusal.Type)
	}
}

func (s *Service) dispatch(q *request) error {
	path := q.R.URL.Path
	if !utf8.ValidString(path) || strings.Contains(path, "\x00") {
		return wire.Errorf(http.StatusPreconditionFailed, "Invalid UTF8 or contains NULL")
	}
	switch path {
	case "/info":
		return s.info(q)
	case "/healthcheck":
		return q.Text(http.StatusOK, "text/plain", "OK")
	}
	parts := strings.SplitN(strings.TrimPrefix(path, "/"), "/", 4)
	if parts[0] != "v1" && parts[0] != "v1.0" {
		if len(parts) > 1 {
			return refuse(http.StatusBadRequest)
		}
		return refuse(http.StatusNotFound)
	}
	if len(parts) < 2 || parts[1] == "" {
		return wire.Errorf(http.StatusPreconditionFailed, "Bad URL")
	}
	q.account = parts[1]
	if len(parts) > 2 {
		q.container = parts[2]
	}
	if len(parts) > 3 {
		q.object = parts[3]
	}
	if q.container == "" && q.object != "" {
		if s.release.Epoxy() {
			return refuse(http.StatusNotFound)
		}
		return wire.Errorf(http.StatusPreconditionFailed, "Bad URL")
	}
	q.Token, _ = s.identity.Check(q.R.Header.Get("X-Auth-Token"))
	if err := s.checkLength(q); err != nil {
		return err
	}
	body, err := io.ReadAll(q.R.Body)
	if err != nil {
		return refuse(499) // the client went away
	}
	q.Body = body

	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case q.object != "":
		return s.serveObject(q)
	case q.container != "":
		return s.serveContainer(q)
	default:
		return s.serveAccount(q)
	}
}

// MaxFileSize is the largest object Swift takes unless configured otherwise,
// in bytes.
const MaxFileSize = 5368709122

// checkLength refuses a body that is too large before it is read.
func (s *Service) checkLength(q *request) error {
	if q.R.Method == http.MethodPut && q.R.ContentLength > MaxFileSize {
		return plain(http.StatusRequestEntityTooLarge, "Your request is too large.")
	}
	return nil
}

func (s *Service) info(q *request) error {
	if q.R.Method != http.MethodGet && q.R.Method != http.MethodHead {
		q.W.Header().Set("Allow", "GET, HEAD, OPTIONS")
		return refuse(http.StatusMethodNotAllowed)
	}
	q.W.Header().Set("Content-Type", "application/json; charset=UTF-8")
	swift := wire.M{
		"version": "2.30.1", "strict_cors_mode": true,
		"policies":                 []wire.M{{"name": policy, "aliases": policy, "default": true}},
		"allow_account_management": true, "account_autocreate": true, "max_file_size": MaxFileSize,
		"max_meta_name_length": maxMetaName, "max_meta_value_length": maxMetaValue, "max_meta_count": maxMetaCount,
		"max_meta_overall_size": maxMetaOverall, "max_header_size": 8192, "max_object_name_length": maxObjectName,
		"container_listing_limit": listingLimit, "account_listing_limit": listingLimit,
		"max_account_name_length": maxContainerName, "max_container_name_length": maxContainerName,
		"extra_header_count": 0,
	}
	if s.release.Epoxy() {
		swift["version"], swift["allow_open_expired"] = "2.35.0", false
	}
	return q.JSON(http.StatusOK, wire.M{"swift": swift, "container_quotas": wire.M{}})
}

// policy is the one storage policy.
const policy = "Policy-0"

// timestamp counts in units of 10 microseconds, as Swift does.
type timestamp int64

// now returns a time later than every one returned before.
func (s *Service) now() timestamp {
	t := timestamp(time.Now().UnixMicro() / 10)
	s.lastStamp = max(t, s.lastStamp+1)
	return s.lastStamp
}

// String is the form of X-Timestamp, such as 1795344252.67874.
func (t timestamp) String() string {
	fraction := strconv.Itoa(int(t % 100000))
	return strconv.FormatInt(int64(t/100000), 10) + "." + strings.Repeat("0", 5-len(fraction)) + fraction
}

func (t timestamp) time() time.Time { return time.UnixMicro(int64(t) * 10).UTC() }

// httpDate is the form of Last-Modified: full seconds, rounded up.
func (t timestamp) httpDate() string {
	return t.time().Add(time.Second - time.Nanosecond).Truncate(time.Second).Format(http.TimeFormat)
}

// iso is the form of last_modified in JSON listings.
func (t timestamp) iso() string { return t.time().Format("2006-01-02T15:04:05.000000") }
