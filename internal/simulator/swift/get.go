package swift

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) getObject(q *request, o *object) error {
	h := q.W.Header()
	h.Set("Etag", o.etag)
	h.Set("Last-Modified", o.modified.httpDate())
	h.Set("X-Timestamp", o.modified.String())
	o.meta.send(h)
	switch status := o.condition(q.R.Header); status {
	case http.StatusPreconditionFailed:
		return q.done(status)
	case http.StatusNotModified:
		o.sendHeaders(h)
		return q.done(status)
	}
	o.sendHeaders(h)
	spans, ok := parseRanges(q.R.Header.Get("Range"), len(o.data))
	switch {
	case !ok || q.R.Method == http.MethodHead:
		return q.body(http.StatusOK, o.data)
	case len(spans) == 0:
		h.Set("Content-Range", fmt.Sprintf("bytes */%d", len(o.data)))
		return q.Text(http.StatusRequestedRangeNotSatisfiable, o.contentType, page(http.StatusRequestedRangeNotSatisfiable))
	case len(spans) == 1:
		h.Set("Content-Range", spans[0].header(len(o.data)))
		return q.body(http.StatusPartialContent, o.data[spans[0].from:spans[0].to])
	default:
		boundary := wire.HexID()
		h.Set("Content-Type", "multipart/byteranges;boundary="+boundary)
		return q.body(http.StatusPartialContent, o.multipart(spans, boundary))
	}
}

func (q *request) body(status int, data []byte) error {
	q.W.Header().Set("Content-Length", strconv.Itoa(len(data)))
	q.W.WriteHeader(status)
	if q.R.Method == http.MethodHead {
		return nil
	}
	_, err := q.W.Write(data)
	return err
}

func (o *object) sendHeaders(h http.Header) {
	h.Set("Content-Type", o.contentType)
	h.Set("Accept-Ranges", "bytes")
	if !o.deleteAt.IsZero() {
		h.Set("X-Delete-At", strconv.FormatInt(o.deleteAt.Unix(), 10))
	}
	o.system.send(h)
}

// condition returns the status of a failed If-… header, or 0.
func (o *object) condition(h http.Header) int {
	if match := h.Get("If-Match"); match != "" && !o.matches(match) {
		return http.StatusPreconditionFailed
	}
	if match := h.Get("If-None-Match"); match != "" && o.matches(match) {
		return http.StatusNotModified
	}
	modified, _ := http.ParseTime(o.modified.httpDate()) // our own format
	if since, err := parseTime(h.Get("If-Modified-Since")); err == nil && !modified.After(since) {
		return http.StatusNotModified
	}
	if since, err := parseTime(h.Get("If-Unmodified-Since")); err == nil && modified.After(since) {
		return http.StatusPreconditionFailed
	}
	return 0
}

func parseTime(value string) (time.Time, error) { return http.ParseTime(value) }

func (o *object) matches(header string) bool {
	for _, tag := range strings.Split(header, ",") {
		tag = strings.Trim(strings.TrimSpace(tag), `"`)
		if tag == "*" || tag == o.etag {
			return true
		}
	}
	return false
}

// span is a part of an object: from inclusive, to exclusive.
type span struct{ from, to int }

func (s span) header(size int) string { return fmt.Sprintf("bytes %d-%d/%d", s.from, s.to-1, size) }

// parseRanges reads a Range header. It reports false when there is none or it
// is not well-formed, which Swift ignores; no span means none is satisfiable.
func parseRanges(header string, size int) ([]span, bool) {
	list, ok := strings.CutPrefix(header, "bytes=")
	if !ok {
		return nil, false
	}
	var spans []span
	for _, text := range strings.Split(list, ",") {
		first, last, ok := strings.Cut(strings.TrimSpace(text), "-")
		if !ok || (first == "" && last == "") {
			return nil, false
		}
		from, errFrom := strconv.Atoi(first)
		to, errTo := strconv.Atoi(last)
		if (first != "" && errFrom != nil) || (last != "" && errTo != nil) || (first != "" && last != "" && to < from) {
			return nil, false
		}
		switch {
		case first == "" && to > size:
			return []span{{0, size}}, size > 0 // more than everything: of nothing it is no range
		case first == "" && to > 0:
			spans = append(spans, span{size - to, size})
		case first == "" || from >= size:
			// Asks for nothing that is there.
		case last == "":
			spans = append(spans, span{from, size})
		default:
			spans = append(spans, span{from, min(to+1, size)})
		}
	}
	return slices.DeleteFunc(spans, func(s span) bool { return s.from == s.to }), true
}

func (o *object) multipart(spans []span, boundary string) []byte {
	var b bytes.Buffer
	for _, s := range spans {
		fmt.Fprintf(&b, "--%s\r\nContent-Type: %s\r\nContent-Range: %s\r\n\r\n", boundary, o.contentType, s.header(len(o.data)))
		b.Write(o.data[s.from:s.to])
		b.WriteString("\r\n")
	}
	fmt.Fprintf(&b, "--%s--", boundary)
	return b.Bytes()
}
