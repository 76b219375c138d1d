package swift

import (
	"crypto/md5"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// object is what was stored under one name.
type object struct {
	data        []byte
	etag        string // MD5 in hexadecimal
	contentType string
	created     timestamp // of the data
	modified    timestamp // of the data or of its metadata
	meta        metadata
	system      metadata // headers kept as they are
	deleteAt    time.Time
}

// keptHeaders are stored with an object, as object-server.conf has them.
var keptHeaders = []string{
	"Content-Disposition", "Content-Encoding", "X-Object-Manifest", "Cache-Control", "Content-Language", "Expires", "X-Robots-Tag",
}

const objectMethods = "HEAD, DELETE, GET, OPTIONS, POST, PUT, COPY"

func (s *Service) serveObject(q *request) error {
	c := s.findContainer(q.account, q.container)
	acl := ""
	if c != nil {
		acl = c.acl[writeACL]
	}
	method := q.R.Method
	switch method {
	case http.MethodGet, http.MethodHead:
		if c != nil {
			acl = c.acl[readACL]
		}
	case http.MethodPut, http.MethodPost, http.MethodDelete:
	case "COPY":
		return s.copyObject(q)
	default:
		return q.notAllowed(objectMethods)
	}
	if err := s.authorize(q, acl); err != nil {
		return err
	}
	if c == nil {
		return refuse(http.StatusNotFound)
	}
	if method == http.MethodPut {
		return s.putObject(q, c)
	}
	o := c.objects[q.object]
	if o == nil {
		return refuse(http.StatusNotFound)
	}
	switch method {
	case http.MethodPost:
		return s.postObject(q, o)
	case http.MethodDelete:
		delete(c.objects, q.object)
		return q.done(http.StatusNoContent)
	default:
		return s.getObject(q, s.whole(q, o))
	}
}

func (s *Service) putObject(q *request, c *container) error {
	if source := q.R.Header.Get("X-Copy-From"); source != "" {
		return s.copyFrom(q, c, source)
	}
	h := q.R.Header
	if manifest := h.Get("X-Object-Manifest"); manifest != "" && !strings.Contains(strings.Trim(manifest, "/"), "/") {
		return wire.Errorf(http.StatusBadRequest, "X-Object-Manifest must be in the format container/prefix")
	}
	if match := h.Get("If-None-Match"); match != "" {
		if match != "*" {
			return plain(http.StatusBadRequest, "If-None-Match only supports *")
		}
		if c.objects[q.object] != nil {
			return refuse(http.StatusPreconditionFailed)
		}
	}
	if h.Get("Content-Length") == "" && len(q.R.TransferEncoding) == 0 {
		return plain(http.StatusLengthRequired, "Missing Content-Length header.")
	}
	o := &object{data: q.Body, contentType: h.Get("Content-Type"), meta: metadata{}, system: metadata{}}
	if err := s.describeObject(q, o); err != nil {
		return err
	}
	if wanted := strings.Trim(h.Get("Etag"), `"`); wanted != "" && !strings.EqualFold(wanted, o.etag) {
		q.W.Header().Set("Last-Modified", s.now().httpDate())
		return refuse(http.StatusUnprocessableEntity)
	}
	if err := c.checkQuota(len(o.data)); err != nil {
		return err
	}
	s.store(q, c, o)
	return q.done(http.StatusCreated)
}

// describeObject checks name and headers and fills the object in.
func (s *Service) describeObject(q *request, o *object) error {
	if n := len([]rune(q.object)); n > maxObjectName {
		return plain(http.StatusBadRequest, "Object name length of %d longer than %d", n, maxObjectName)
	}
	if err := checkMetadata(q.R.Header, "Object"); err != nil {
		return err
	}
	if err := o.takeDeletion(q.R.Header); err != nil {
		return err
	}
	if o.contentType == "" || isTrue(q.R.Header.Get("X-Detect-Content-Type")) {
		o.contentType = guessType(q.object)
	}
	sum := md5.Sum(o.data)
	o.etag = hex.EncodeToString(sum[:])
	o.takeHeaders(q.R.Header)
	return nil
}

func (s *Service) store(q *request, c *container, o *object) {
	o.created = s.now()
	o.modified = o.created
	c.objects[q.object] = o
	q.W.Header().Set("Etag", o.etag)
	q.W.Header().Set("Last-Modified", o.modified.httpDate())
}

func (o *object) takeHeaders(h http.Header) {
	o.meta.update(h, "Object")
	for _, name := range keptHeaders {
		if value := h.Get(name); value != "" {
			o.system[name] = value
		}
	}
}

// takeDeletion reads X-Delete-At and X-Delete-After.
func (o *object) takeDeletion(h http.Header) error {
	if after := h.Get("X-Delete-After"); after != "" {
		seconds, err := strconv.Atoi(after)
		if err != nil {
			return plain(http.StatusBadRequest, "Non-integer X-Delete-After")
		}
		if seconds < 1 {
			return plain(http.StatusBadRequest, "X-Delete-After in past")
		}
		o.deleteAt = time.Unix(time.Now().Unix()+int64(seconds), 0)
	} else if at := h.Get("X-Delete-At"); at != "" {
		seconds, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			return plain(http.StatusBadRequest, "Non-integer X-Delete-At")
		}
		if seconds < time.Now().Unix() {
			return plain(http.StatusBadRequest, "X-Delete-At in past")
		}
		o.deleteAt = time.Unix(seconds, 0)
	}
	return nil
}

func guessType(name string) string {
	guess, _, _ := strings.Cut(mime.TypeByExtension(path.Ext(name)), ";")
	if guess == "" {
		return "application/octet-stream"
	}
	return guess
}

// postObject replaces all metadata.
func (s *Service) postObject(q *request, o *object) error {
	if err := checkMetadata(q.R.Header, "Object"); err != nil {
		return err
	}
	changed := *o
	changed.meta, changed.system, changed.deleteAt = metadata{}, metadata{}, time.Time{}
	if err := changed.takeDeletion(q.R.Header); err != nil {
		return err
	}
	changed.takeHeaders(q.R.Header)
	if contentType := q.R.Header.Get("Content-Type"); contentType != "" && len(q.Body) == 0 {
		changed.contentType = contentType
	}
	changed.modified = s.now()
	*o = changed
	return q.accepted()
}

// checkQuota applies the container quotas middleware.
func (c *container) checkQuota(size int) error {
	over := wire.Errorf(http.StatusRequestEntityTooLarge, "Upload exceeds quota.")
	if limit, err := strconv.Atoi(c.meta["X-Container-Meta-Quota-Bytes"]); err == nil && c.bytes()+size > limit {
		return over
	}
	if limit, err := strconv.Atoi(c.meta["X-Container-Meta-Quota-Count"]); err == nil && len(c.objects)+1 > limit {
		return over
	}
	return nil
}
