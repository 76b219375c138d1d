package subunit

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// V1Writer writes finished tests as a stream of subunit version 1, the form in which stestr keeps runs. What it writes is
// what stestr would write of the same results: attachments by name, empty ones left out, their types in a form of their own
// ("text/plain;charset=utf8"), and a test that never ended as a failure. It may be used by several goroutines.
type V1Writer struct {
	mu  sync.Mutex
	w   io.Writer
	err error
	buf []byte
}

// maxV1Chunk is the size in bytes from which python-subunit begins a new chunk.
const maxV1Chunk = 64 << 10

// NewV1Writer returns a V1Writer on w.
func NewV1Writer(w io.Writer) *V1Writer { return &V1Writer{w: w} }

// Write writes r in one Write call. A line feed in an id or a name would break the form and becomes a blank; so does what a
// tag has of them, and a tag that begins with "-" would take another one away and is left out. After an error of the
// underlying writer every further call returns that error.
func (w *V1Writer) Write(r *Result) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	b, err := appendV1(w.buf[:0], r)
	if err != nil {
		return fmt.Errorf("write test %q: %w", r.TestID, err)
	}
	w.buf = b
	if _, err := w.w.Write(w.buf); err != nil {
		w.err = fmt.Errorf("write subunit stream: %w", err)
	}
	return w.err
}

func appendV1(b []byte, r *Result) ([]byte, error) {
	tags := v1Tags(r.Tags)
	id := oneLine(r.TestID)
	if !r.Start.IsZero() {
		b = r.Start.UTC().AppendFormat(b, "time: "+v1TimeFormat+"\n")
	}
	if len(tags) > 0 {
		b = fmt.Appendf(b, "tags: %s\n", strings.Join(tags, " "))
	}
	b = fmt.Appendf(b, "test: %s\n", id)
	if !r.End.IsZero() && r.Status.Terminal() {
		b = r.End.UTC().AppendFormat(b, "time: "+v1TimeFormat+"\n")
	}
	b = fmt.Appendf(b, "%s: %s [ multipart\n", v1Word(r.Status), id)
	attachments := slices.Clone(r.Attachments)
	slices.SortStableFunc(attachments, func(a, b Attachment) int { return strings.Compare(a.Name, b.Name) })
	for _, a := range attachments {
		if len(a.Content) > 0 {
			b = fmt.Appendf(b, "Content-Type: %s\n%s\n", v1Type(a.MIME), oneLine(a.Name))
			content := a.Content
			if a.Rest != nil {
				var err error
				if content, err = io.ReadAll(a.Reader()); err != nil {
					return nil, err
				}
			}
			b = appendChunks(b, content)
		}
	}
	b = append(b, "]\n"...)
	if len(tags) > 0 {
		b = fmt.Appendf(b, "tags: -%s\n", strings.Join(tags, " -"))
	}
	return b, nil
}

func v1Word(s Status) string {
	switch s {
	case Success:
		return "successful"
	case Skip:
		return "skip"
	case ExpectedFailure:
		return "xfail"
	case UnexpectedSuccess:
		return "uxsuccess"
	}
	return "failure"
}

func appendChunks(b, content []byte) []byte {
	for len(content) > 0 {
		n := min(len(content), maxV1Chunk)
		b = fmt.Appendf(b, "%X\r\n", n)
		b = append(b, content[:n]...)
		content = content[n:]
	}
	return append(b, "0\r\n"...)
}

// v1Type returns a content type as stestr writes it: parameters sorted, without quotes and blanks. A missing or unreadable
// type is that of bytes. What stestr wrote stays as it is, though its commas are not those of a content type.
func v1Type(s string) string {
	kind, rest, _ := strings.Cut(oneLine(s), ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	if main, sub, ok := strings.Cut(kind, "/"); !ok || main == "" || sub == "" || strings.ContainsAny(kind, " \t") {
		return "application/octet-stream"
	}
	var params []string
	for _, p := range strings.Split(rest, ";") {
		if k, v, ok := strings.Cut(p, "="); ok {
			params = append(params, strings.ToLower(strings.TrimSpace(k))+"="+strings.Trim(strings.TrimSpace(v), `"`))
		}
	}
	if len(params) == 0 {
		return kind
	}
	slices.Sort(params)
	return kind + ";" + strings.Join(params, ",")
}

func v1Tags(tags []string) []string {
	var words []string
	for _, t := range tags {
		if !strings.HasPrefix(t, "-") {
			words = append(words, strings.Fields(cleanString(t))...)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func oneLine(s string) string {
	return strings.NewReplacer("\n", " ", "\r", " ").Replace(cleanString(s))
}
