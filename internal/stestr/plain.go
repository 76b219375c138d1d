package stestr

import (
	"fmt"
	"io"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

// Plain writes results as stestr does where it does not use its trace: each failure with its attachments, and two lines at
// the end. That is what "stestr failing" and "stestr load" print.
type Plain struct {
	w       io.Writer
	summary subunit.Summary
	err     error
}

// NewPlain returns a Plain that writes to w.
func NewPlain(w io.Writer) *Plain { return &Plain{w: w} }

// Result takes in one finished test.
func (p *Plain) Result(r *subunit.Result) {
	p.summary.Add(r)
	if r.Status != subunit.Fail {
		return
	}
	tags := ""
	if len(r.Tags) > 0 {
		tags = "tags: " + strings.Join(r.Tags, " ") + "\n"
	}
	p.write("%s\nFAIL: %s\n%s%s\n%s", strings.Repeat("=", 70), r.TestID, tags, strings.Repeat("-", 70), attachmentsText(r))
}

// Close writes the end; number is that of the run.
func (p *Plain) Close(number int) error {
	var ran string
	if n := p.summary.Total(); n > 0 {
		ran = fmt.Sprintf("Ran %d tests", n)
	}
	if took := p.summary.End.Sub(p.summary.Start); took > 0 {
		if ran == "" {
			ran = "Ran tests"
		}
		ran += fmt.Sprintf(" in %.3fs", took.Truncate(time.Microsecond).Seconds())
	}
	if ran != "" {
		ran += "\n"
	}
	verdict, values := "PASSED", fmt.Sprintf("id=%d", number)
	if p.summary.Failed > 0 {
		verdict = "FAILED"
		values += fmt.Sprintf(", failures=%d", p.summary.Failed)
	}
	if p.summary.Skipped > 0 {
		values += fmt.Sprintf(", skips=%d", p.summary.Skipped)
	}
	p.write("%s%s (%s)\n", ran, verdict, values)
	return p.err
}

// Failed reports whether stestr calls what was taken in a failure.
func (p *Plain) Failed() bool { return !p.summary.Successful() }

func (p *Plain) write(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

// attachmentsText lays attachments out as testtools does: the traceback last and without a frame.
func attachmentsText(r *subunit.Result) string {
	var texts []string
	var special, binary, empty string
	for _, a := range r.Attachments {
		text := strings.TrimSpace(strings.ToValidUTF8(string(a.Content), "\uFFFD"))
		switch {
		case !strings.HasPrefix(a.MIME, "text/"):
			binary += fmt.Sprintf("  %s (%s)\n", a.Name, a.MIME)
		case text == "":
			empty += "  " + a.Name + "\n"
		case a.Name == "traceback":
			special = text + "\n"
		case strings.Contains(text, "\n"):
			texts = append(texts, a.Name+": {{{\n"+text+"\n}}}\n")
		default:
			texts = append(texts, a.Name+": {{{"+text+"}}}")
		}
	}
	if len(texts) > 0 && !strings.HasSuffix(texts[len(texts)-1], "\n") {
		texts = append(texts, "")
	}
	if special != "" {
		texts = append(texts, special)
	}
	var b strings.Builder
	if binary != "" {
		b.WriteString("Binary content:\n" + binary)
	}
	if empty != "" {
		b.WriteString("Empty attachments:\n" + empty)
	}
	if b.Len() > 0 && len(texts) > 0 {
		b.WriteByte('\n')
	}
	b.WriteString(strings.Join(texts, "\n"))
	return b.String()
}
