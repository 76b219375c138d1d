package swift

import (
	"net/http"
	"strconv"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// account holds a project's containers. It stays when the project is deleted:
// Swift learns nothing of that.
type account struct {
	created    timestamp
	meta       metadata
	containers map[string]*container
	deleted    bool
}

const accountMethods = "GET, HEAD, OPTIONS, POST, PUT"

func (s *Service) serveAccount(q *request) error {
	if err := s.authorize(q, ""); err != nil {
		return err
	}
	if a := s.accounts[q.account]; a != nil && a.deleted {
		q.W.Header().Set("X-Account-Status", "Deleted")
		return q.done(http.StatusGone)
	}
	if q.R.Header.Get("X-Account-Meta-Quota-Bytes") != "" && !q.reseller {
		return refuse(http.StatusForbidden) // the account_quotas middleware
	}
	switch q.R.Method {
	case http.MethodGet, http.MethodHead:
		return s.listAccount(q)
	case http.MethodPut:
		if err := checkMetadata(q.R.Header, "Account"); err != nil {
			return err
		}
		status := http.StatusAccepted
		if s.accounts[q.account] == nil {
			status = http.StatusCreated
		}
		s.makeAccount(q.account).meta.update(q.R.Header, "Account")
		if status == http.StatusAccepted {
			return q.accepted()
		}
		return q.done(status)
	case http.MethodPost:
		if err := checkMetadata(q.R.Header, "Account"); err != nil {
			return err
		}
		s.makeAccount(q.account).meta.update(q.R.Header, "Account")
		return q.done(http.StatusNoContent)
	case http.MethodDelete:
		if s.accounts[q.account] == nil {
			return refuse(http.StatusNotFound)
		}
		s.accounts[q.account] = &account{deleted: true}
		q.W.Header().Set("X-Account-Status", "Deleted")
		return q.done(http.StatusNoContent)
	default:
		return q.notAllowed(accountMethods)
	}
}

// makeAccount creates the account on its first use.
func (s *Service) makeAccount(name string) *account {
	a := s.accounts[name]
	if a == nil || a.deleted {
		a = &account{created: s.now(), meta: metadata{}, containers: map[string]*container{}}
		s.accounts[name] = a
	}
	return a
}

func (s *Service) listAccount(q *request) error {
	window, err := q.window()
	if err != nil {
		return err
	}
	format, err := q.listingFormat()
	if err != nil {
		return err
	}
	h := q.W.Header()
	a := s.accounts[q.account]
	if a == nil {
		// Not stored yet, but to be seen: its times are those of the asking.
		stamp := s.now().String()
		h.Set("X-Timestamp", stamp)
		h.Set("X-Put-Timestamp", stamp)
		a = &account{}
	} else {
		h.Set("X-Timestamp", a.created.String())
		h.Set("Accept-Ranges", "bytes")
		h.Set("X-Account-Project-Domain-Id", "default")
	}
	a.meta.send(h)
	objects, bytes := 0, 0
	for _, c := range a.containers {
		objects += len(c.objects)
		bytes += c.bytes()
	}
	h.Set("X-Account-Container-Count", strconv.Itoa(len(a.containers)))
	h.Set("X-Account-Object-Count", strconv.Itoa(objects))
	h.Set("X-Account-Bytes-Used", strconv.Itoa(bytes))
	if len(a.containers) > 0 {
		policyPrefix := "X-Account-Storage-Policy-" + policy
		h.Set(policyPrefix+"-Container-Count", strconv.Itoa(len(a.containers)))
		h.Set(policyPrefix+"-Object-Count", strconv.Itoa(objects))
		h.Set(policyPrefix+"-Bytes-Used", strconv.Itoa(bytes))
	}
	var entries []entry
	for _, item := range window.pick(sortedKeys(a.containers)) {
		if item.subdir {
			entries = append(entries, entry{name: item.name, subdir: true})
			continue
		}
		c := a.containers[item.name]
		fields := wire.M{"name": item.name, "count": len(c.objects), "bytes": c.bytes(), "last_modified": c.modified.iso()}
		if s.release.Epoxy() {
			fields["storage_policy"] = policy
		}
		entries = append(entries, entry{name: item.name, fields: fields})
	}
	if q.R.Method == http.MethodHead && s.accounts[q.account] == nil {
		h.Set("Content-Type", format)
		return q.done(http.StatusOK)
	}
	return q.sendListing(format, "account", q.account, "container", entries)
}
