package reports

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"opendev.org/x/persistent-resources/subunit"
)

// detail writes what unfolds under a test: its id and times, and its attachments. A test that has nothing to unfold gets
// nothing.
func (s *HTMLStream) detail(b *bytes.Buffer, t *Test, r *subunit.Result) error {
	if t.Status == subunit.Success && !hasContent(r) {
		return nil
	}
	o := outcomeOf(t.Status)
	text, when := "", whenAndWhere(t, r)
	if t.Status == subunit.Success {
		when += " · " + s.run.Label
	} else {
		text = o.word
		if t.Status != subunit.Skip && !t.Start.IsZero() && t.Status.Terminal() {
			text += " after " + humanDuration(t.Duration())
		}
	}
	err := s.report.page.ExecuteTemplate(b, "result", map[string]any{
		"Anchor": s.anchor(len(s.run.Tests) - 1),
		"Class":  o.class, "Label": s.run.Label, "Text": text,
		"ID": clean(t.ID, markup), "When": when, "Message": fullMessage(t),
	})
	if err != nil {
		return err
	}
	for _, a := range inReadingOrder(r) {
		if len(a.Content) > 0 && !(t.Status == subunit.Skip && a.Name == "reason") {
			if err := s.report.attachment(b, a, t.Status); err != nil {
				return err
			}
		}
	}
	b.WriteString("</div>")
	return nil
}

func hasContent(r *subunit.Result) bool {
	for i := range r.Attachments {
		if len(r.Attachments[i].Content) > 0 {
			return true
		}
	}
	return false
}

func fullMessage(t *Test) string {
	if t.Kind != "" && t.Kind != t.Message {
		return t.Kind + ": " + t.Message
	}
	return t.Message
}

func whenAndWhere(t *Test, r *subunit.Result) string {
	when := "no time stamps"
	if !t.Start.IsZero() {
		when = clockSpan(t.Start, t.End) + fmt.Sprintf(" · worker %d", t.Worker)
	}
	for _, tag := range r.Tags {
		if tag != fmt.Sprintf("worker-%d", t.Worker) {
			when += " · " + clean(tag, markup)
		}
	}
	return when
}

// attachment writes one attachment: those of a failure foldable, its traceback open. Foldable parts are dear to a browser,
// so the attachments of the many tests that passed just follow each other.
func (h *HTML) attachment(b *bytes.Buffer, a *subunit.Attachment, status subunit.Status) error {
	opening, between, closing := "<h5>", "</h5>", ""
	if isFailure(status) {
		opening, between, closing = "<details><summary>", "</summary>", "</details>"
		if a.Name == "traceback" || a.Name == "reason" {
			opening = "<details open><summary>"
		}
	}
	b.WriteString(opening)
	escapeHTML(b, []byte(a.Name))
	fmt.Fprintf(b, " <small>%s</small>%s", humanSize(a.Size()), between)
	if isText(a) {
		if err := h.text(b, a, status); err != nil {
			return err
		}
	} else {
		b.WriteString(`<p class="dim">not text, but `)
		escapeHTML(b, []byte(a.MIME))
		b.WriteString("; the stream has it</p>")
	}
	b.WriteString(closing)
	return nil
}

func (h *HTML) text(b *bytes.Buffer, a *subunit.Attachment, status subunit.Status) error {
	head, tail, err := h.share(a, status)
	if err != nil {
		return err
	}
	b.WriteString("<pre>\n")
	escapeHTML(b, head)
	if left := a.Size() - int64(len(head)+len(tail)); left > 0 {
		fmt.Fprintf(b, "\n\n[… %s left out here, the stream has them …]\n\n", humanSize(left))
	}
	escapeHTML(b, tail)
	b.WriteString("</pre>")
	return nil
}

// share returns the beginning and the end of what may be shown of a. What a log says last matters more.
func (h *HTML) share(a *subunit.Attachment, status subunit.Status) (head, tail []byte, err error) {
	limit, purse := h.o.MaxAttachment, &h.shown[0]
	if !isFailure(status) {
		limit, purse = limit/passingShare, &h.shown[1]
	}
	if *purse > h.o.MaxAttachments/2 {
		limit = min(limit, leastShown)
	}
	limit = int(min(int64(limit), a.Size()))
	*purse += limit
	if int64(limit) == a.Size() {
		tail, err = a.Tail(limit)
		return nil, tail, err
	}
	if head = a.Content[:min(limit/4, len(a.Content))]; len(head) < limit/4 {
		head = make([]byte, limit/4)
		if _, err := io.ReadFull(a.Reader(), head); err != nil {
			return nil, nil, err
		}
	}
	head = head[:wholeRunes(head)]
	if tail, err = a.Tail(limit - len(head)); err != nil {
		return nil, nil, err
	}
	for n := 0; n < utf8.UTFMax && len(tail) > 0 && !utf8.RuneStart(tail[0]); n++ {
		tail = tail[1:]
	}
	return head, tail, nil
}

// escapeHTML writes p as the text of an element.
func escapeHTML(b *bytes.Buffer, p []byte) { _ = writeClean(htmlText{b}, p, markup) } // a bytes.Buffer never fails

type htmlText struct{ w io.Writer }

func (h htmlText) Write(p []byte) (int, error) {
	start := 0
	for i, c := range p {
		var entity string
		switch c {
		case '&':
			entity = "&amp;"
		case '<':
			entity = "&lt;"
		case '>':
			entity = "&gt;"
		default:
			continue
		}
		if _, err := h.w.Write(p[start:i]); err != nil {
			return start, err
		}
		if _, err := io.WriteString(h.w, entity); err != nil {
			return i, err
		}
		start = i + 1
	}
	if _, err := h.w.Write(p[start:]); err != nil {
		return start, err
	}
	return len(p), nil
}
