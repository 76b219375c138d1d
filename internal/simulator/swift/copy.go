package swift

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// copyObject serves COPY as a PUT of the destination, as Swift's copy
// middleware does.
func (s *Service) copyObject(q *request) error {
	raw := q.R.Header.Get("Destination")
	if raw == "" {
		return wire.Errorf(http.StatusPreconditionFailed, "Destination header required")
	}
	containerName, objectName, ok := splitName(raw)
	if !ok {
		return wire.Errorf(http.StatusPreconditionFailed,
			"Destination header must be of the form <container name>/<object name>")
	}
	source := *q
	target := *q
	target.container, target.object = containerName, objectName
	if account := q.R.Header.Get("Destination-Account"); account != "" {
		target.account = account
	}
	return s.copyTo(&source, &target)
}

// copyFrom serves a PUT with X-Copy-From.
func (s *Service) copyFrom(q *request, _ *container, raw string) error {
	containerName, objectName, ok := splitName(raw)
	if !ok {
		return wire.Errorf(http.StatusPreconditionFailed,
			"X-Copy-From header must be of the form <container name>/<object name>")
	}
	if len(q.Body) > 0 {
		return wire.Errorf(http.StatusBadRequest, "Copy requests require a zero byte body")
	}
	source := *q
	source.container, source.object = containerName, objectName
	if account := q.R.Header.Get("X-Copy-From-Account"); account != "" {
		source.account = account
	}
	return s.copyTo(&source, q)
}

func splitName(raw string) (container, object string, ok bool) {
	name, err := url.PathUnescape(strings.TrimPrefix(raw, "/"))
	if err != nil {
		return "", "", false
	}
	container, object, ok = strings.Cut(name, "/")
	return container, object, ok && container != "" && object != ""
}

func (s *Service) copyTo(source, target *request) error {
	from := s.findContainer(source.account, source.container)
	if err := s.authorize(source, aclOf(from, readACL)); err != nil {
		return err
	}
	to := s.findContainer(target.account, target.container)
	if err := s.authorize(target, aclOf(to, writeACL)); err != nil {
		return err
	}
	if from == nil || to == nil || from.objects[source.object] == nil {
		return refuse(http.StatusNotFound)
	}
	original := from.objects[source.object]
	o := &object{
		data: slices.Clone(original.data), contentType: original.contentType,
		meta: metadata{}, system: metadata{}, deleteAt: original.deleteAt,
	}
	if !isTrue(target.R.Header.Get("X-Fresh-Metadata")) {
		for name, value := range original.meta {
			o.meta[name] = value
		}
		for name, value := range original.system {
			o.system[name] = value
		}
	}
	if contentType := target.R.Header.Get("Content-Type"); contentType != "" {
		o.contentType = contentType
	}
	if err := s.describeObject(target, o); err != nil {
		return err
	}
	if err := to.checkQuota(len(o.data)); err != nil {
		return err
	}
	s.store(target, to, o)
	h := target.W.Header()
	h.Set("X-Copied-From-Account", source.account)
	h.Set("X-Copied-From", url.PathEscape(source.container)+"/"+escapeObject(source.object))
	h.Set("X-Copied-From-Last-Modified", original.modified.httpDate())
	o.meta.send(h)
	return target.done(http.StatusCreated)
}

func aclOf(c *container, which string) string {
	if c == nil {
		return ""
	}
	return c.acl[which]
}

func escapeObject(name string) string {
	return strings.ReplaceAll(url.PathEscape(name), "%2F", "/")
}
