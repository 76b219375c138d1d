package swift

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// container holds objects by name.
type container struct {
	created  timestamp
	modified timestamp // of the container itself: objects do not change it
	meta     metadata
	acl      map[string]string // X-Container-Read, X-Container-Write
	objects  map[string]*object
}

const (
	readACL  = "X-Container-Read"
	writeACL = "X-Container-Write"

	containerMethods = "HEAD, DELETE, GET, OPTIONS, POST, PUT"
)

func (c *container) bytes() int {
	total := 0
	for _, o := range c.objects {
		total += len(o.data)
	}
	return total
}

// expire drops the objects whose X-Delete-At is past.
func (c *container) expire(now time.Time) {
	for name, o := range c.objects {
		if !o.deleteAt.IsZero() && !now.Before(o.deleteAt) {
			delete(c.objects, name)
		}
	}
}

// findContainer returns nil where there is none.
func (s *Service) findContainer(accountName, name string) *container {
	a := s.accounts[accountName]
	if a == nil {
		return nil
	}
	c := a.containers[name]
	if c != nil {
		c.expire(time.Now())
	}
	return c
}

func (s *Service) serveContainer(q *request) error {
	method := q.R.Method
	c := s.findContainer(q.account, q.container)
	acl := ""
	if c != nil && (method == http.MethodGet || method == http.MethodHead) {
		acl = c.acl[readACL]
	}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPost, http.MethodDelete:
	default:
		return q.notAllowed(containerMethods)
	}
	if err := s.authorize(q, acl); err != nil {
		return err
	}
	if method == http.MethodPut {
		return s.putContainer(q, c)
	}
	if c == nil {
		return refuse(http.StatusNotFound)
	}
	switch method {
	case http.MethodPost:
		if err := c.apply(q); err != nil {
			return err
		}
		c.modified = s.now()
		return q.done(http.StatusNoContent)
	case http.MethodDelete:
		if len(c.objects) > 0 {
			return refuse(http.StatusConflict)
		}
		delete(s.accounts[q.account].containers, q.container)
		return q.done(http.StatusNoContent)
	default:
		return s.listContainer(q, c)
	}
}

func (s *Service) putContainer(q *request, c *container) error {
	if n := len(q.container); n > maxContainerName {
		return wire.Errorf(http.StatusBadRequest, "Container name length of %d longer than %d", n, maxContainerName)
	}
	if wanted := q.R.Header.Get("X-Storage-Policy"); wanted != "" && wanted != policy {
		return plain(http.StatusBadRequest, "Invalid X-Storage-Policy '%s'", wanted)
	}
	fresh := c == nil
	if fresh {
		c = &container{created: s.now(), meta: metadata{}, acl: map[string]string{}, objects: map[string]*object{}}
	}
	if err := c.apply(q); err != nil {
		return err
	}
	c.modified = s.now()
	if !fresh {
		return q.accepted()
	}
	s.makeAccount(q.account).containers[q.container] = c
	return q.done(http.StatusCreated)
}

// apply takes over the metadata and lists of a PUT or POST.
func (c *container) apply(q *request) error {
	if err := checkMetadata(q.R.Header, "Container"); err != nil {
		return err
	}
	for _, quota := range []string{"Bytes", "Count"} {
		value := q.R.Header.Get("X-Container-Meta-Quota-" + quota)
		if _, err := strconv.ParseUint(value, 10, 63); value != "" && err != nil {
			return wire.Errorf(http.StatusBadRequest, "Invalid %s quota.", strings.ToLower(quota))
		}
	}
	acl := map[string]string{}
	for _, name := range []string{readACL, writeACL} {
		for _, value := range q.R.Header.Values(name) {
			clean, err := cleanACL(value, name == writeACL)
			if err != nil {
				return err
			}
			acl[name] = clean
		}
		if q.R.Header.Get("X-Remove-"+name[len("X-"):]) != "" {
			acl[name] = ""
		}
	}
	for name, value := range acl {
		c.acl[name] = value
		if value == "" {
			delete(c.acl, name)
		}
	}
	c.meta.update(q.R.Header, "Container")
	return nil
}

func (s *Service) listContainer(q *request, c *container) error {
	window, err := q.window()
	if err != nil {
		return err
	}
	format, err := q.listingFormat()
	if err != nil {
		return err
	}
	h := q.W.Header()
	h.Set("X-Container-Object-Count", strconv.Itoa(len(c.objects)))
	h.Set("X-Container-Bytes-Used", strconv.Itoa(c.bytes()))
	h.Set("X-Timestamp", c.created.String())
	h.Set("Last-Modified", c.modified.httpDate())
	h.Set("Accept-Ranges", "bytes")
	h.Set("X-Storage-Policy", policy)
	c.meta.send(h)
	if q.owner {
		metadata(c.acl).send(h)
	}
	if q.reseller {
		h.Set("X-Container-Sharding", "False")
	}
	var entries []entry
	for _, item := range window.pick(sortedKeys(c.objects)) {
		if item.subdir {
			entries = append(entries, entry{name: item.name, subdir: true})
			continue
		}
		o := c.objects[item.name]
		entries = append(entries, entry{name: item.name, fields: wire.M{
			"name": item.name, "hash": o.etag, "bytes": len(o.data),
			"content_type": o.contentType, "last_modified": o.created.iso(),
		}})
	}
	return q.sendListing(format, "container", q.container, "object", entries)
}
