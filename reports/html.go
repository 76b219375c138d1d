package reports

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"

	"opendev.org/x/persistent-resources/subunit"
)

// HTMLOptions say how a page is written.
type HTMLOptions struct {
	Title      string      // what was run, e.g. the cloud's name; the default is "Persistent resources"
	Properties [][2]string // facts shown under "About this run", name and value; no secrets

	// MaxAttachment is how much of one attachment is shown, in bytes; the middle of a longer one is left out. The default
	// is 256 KiB. Tests that passed get a sixteenth of it.
	MaxAttachment int
	// MaxAttachments is how much is shown of all attachments, in bytes, before they are cut much shorter. The default is
	// 64 MiB, half of it for tests that passed.
	MaxAttachments int
}

const (
	defaultMaxAttachment  = 256 << 10
	defaultMaxAttachments = 64 << 20
	passingShare          = 16 // of one attachment
	leastShown            = 2 << 10
)

// HTML writes results of one or several streams as one page that needs nothing else: no network, and no scripts to be
// read, only to be filtered. The sentence that says what was lost is on top. Memory does not grow with the attachments.
type HTML struct {
	w       io.Writer
	o       HTMLOptions
	streams []*HTMLStream
	all     verdictBuilder
	spool   *spool // the foldable parts of the rows
	size    int64  // of the spool
	shown   [2]int // bytes of attachments, of other tests and of those that passed
	page    *template.Template
}

// HTMLStream is one stream of a page, e.g. one phase: a column beside the others.
type HTMLStream struct {
	report *HTML
	index  int
	run    *Run
	parts  []part // of each test of the run

	releases releases
}

// NewHTML returns a page that is written to w by Close.
func NewHTML(w io.Writer, o HTMLOptions) (*HTML, error) {
	if o.Title == "" {
		o.Title = "Persistent resources"
	}
	if o.MaxAttachment <= 0 {
		o.MaxAttachment = defaultMaxAttachment
	}
	if o.MaxAttachments <= 0 {
		o.MaxAttachments = defaultMaxAttachments
	}
	page, err := template.ParseFS(assets, "assets/*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("parse the page's templates: %w", err)
	}
	return &HTML{w: w, o: o, spool: &spool{}, page: page}, nil
}

// Stream adds a stream. Its label should be short; columns stand in the order of the calls.
func (h *HTML) Stream(label string) *HTMLStream {
	s := &HTMLStream{report: h, index: len(h.streams), run: NewRun(clean(label, markup))}
	h.streams = append(h.streams, s)
	return s
}

// Result adds one finished test.
func (s *HTMLStream) Result(r *subunit.Result) error {
	h := s.report
	t := s.run.add(r)
	s.releases.read(r)
	h.all.add(r, reason{kind: t.Kind, message: t.Message})
	var b bytes.Buffer
	if err := s.detail(&b, t, r); err != nil {
		return fmt.Errorf("lay out %s: %w", r.TestID, err)
	}
	s.parts = append(s.parts, part{h.size, int64(b.Len())})
	n, err := h.spool.Write(b.Bytes())
	h.size += int64(n)
	if err != nil {
		return fmt.Errorf("keep %s: %w", r.TestID, err)
	}
	return nil
}

// anchor is the id of a result's element in the page.
func (s *HTMLStream) anchor(test int) string { return fmt.Sprintf("r%d-%d", s.index, test) }

// Close writes the page; it does not close the writer.
func (h *HTML) Close() error {
	out := bufio.NewWriterSize(h.w, 64<<10)
	err := h.document(out)
	if err = errors.Join(err, out.Flush(), h.spool.close()); err != nil {
		return fmt.Errorf("write HTML report: %w", err)
	}
	return nil
}

func (h *HTML) document(out *bufio.Writer) error {
	if err := h.page.ExecuteTemplate(out, "open", h.head()); err != nil {
		return err
	}
	if err := h.page.ExecuteTemplate(out, "failures", h.failures()); err != nil {
		return err
	}
	if err := h.page.ExecuteTemplate(out, "streams", h.overview()); err != nil {
		return err
	}
	if err := h.tests(out); err != nil {
		return err
	}
	if _, err := out.WriteString("</section>\n"); err != nil {
		return err
	}
	return h.page.ExecuteTemplate(out, "close", pageScript())
}
