package reports

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

// ConsoleOptions say how a Console writes.
type ConsoleOptions struct {
	Out   io.Writer
	Color bool // outcomes in stestr's colours

	// Live, when set, must be a terminal: one line there tells what is running now. It may be the terminal that Out is.
	// See IsTerminal.
	Live io.Writer

	// Indent indents every line of an attachment. subunit-trace indents only the first.
	Indent bool

	// AllAttachments prints every attachment of passing tests; without it only their stdout and stderr are printed.
	AllAttachments bool

	// RepeatFailures prints the failures with their attachments once more before the totals, as "stestr last" does. They
	// are held in memory until then.
	RepeatFailures bool

	// Verdict ends the summary with one sentence saying whether anything was lost, and a line for each failure.
	Verdict bool
}

// Console writes results as stestr's subunit-trace does, one line a test:
//
//	{0} package.module.Class.test [1.234567s] ... ok
//
// Zuul's tempest jobs watch for `\{\d+\} (.*?) \[[\d\.]+s\] \.\.\. FAILED` in it. It may be used by several goroutines.
type Console struct {
	o       ConsoleOptions
	mu      sync.Mutex
	out     *bufio.Writer
	live    *liveLine
	waits   waitList
	workers map[int]*workerLoad
	sum     time.Duration
	failed  []*subunit.Result
	verdict verdictBuilder
}

type workerLoad struct {
	tests      int
	start, end time.Time // the earliest start and the latest end
}

// NewConsole returns a console that writes to o.Out.
func NewConsole(o ConsoleOptions) *Console {
	c := &Console{o: o, out: bufio.NewWriter(o.Out), workers: map[int]*workerLoad{}}
	if o.Live != nil {
		c.live = newLiveLine(o.Live, &c.waits)
	}
	return c
}

// Result writes one finished test.
func (c *Console) Result(r *subunit.Result) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.live.clear()
	c.count(r)
	c.line(r)
	if shown := c.shownAttachments(r); len(shown) > 0 {
		c.attachments(shown)
	}
	if err := c.out.Flush(); err != nil {
		return fmt.Errorf("write result of %s: %w", r.TestID, err)
	}
	c.live.finished(r)
	return nil
}

func (c *Console) count(r *subunit.Result) {
	n := workerOf(r)
	w := c.workers[n]
	if w == nil {
		w = &workerLoad{start: r.Start}
		c.workers[n] = w
	}
	w.tests++
	// Results of classes that ran at once do not come in the order of their times.
	if r.Start.Before(w.start) {
		w.start = r.Start
	}
	if r.End.After(w.end) {
		w.end = r.End
	}
	c.sum += max(r.Duration(), 0)
	c.verdict.add(r, reasonOf(r))
	if c.o.RepeatFailures && (r.Status == subunit.Fail || r.Status == subunit.UnexpectedSuccess) {
		c.failed = append(c.failed, r)
	}
}

func (c *Console) line(r *subunit.Result) {
	name := clean(displayName(r.TestID), terminal)
	if r.Status == subunit.Skip {
		fmt.Fprintf(c.out, "{%d} %s ... %s", workerOf(r), name, c.paint("SKIPPED", 34))
		if a := r.Attachment("reason"); a != nil && len(a.Content) > 0 {
			c.out.WriteString(": ")
			c.text(a.Content)
		}
		c.out.WriteByte('\n')
		return
	}
	duration := traceDuration(r)
	var outcome string
	switch r.Status {
	case subunit.Success, subunit.ExpectedFailure:
		outcome = c.paint("ok", 32)
	case subunit.Fail, subunit.UnexpectedSuccess:
		outcome = c.paint("FAILED", 31)
		if duration == "" { // Zuul's filter wants a number
			duration = "0.000000s"
		}
	default:
		outcome = r.Status.String()
	}
	fmt.Fprintf(c.out, "{%d} %s [%s] ... %s\n", workerOf(r), name, duration, outcome)
}

// shownAttachments are those that subunit-trace prints, in the order of their names: a stestr repository keeps them so.
func (c *Console) shownAttachments(r *subunit.Result) []*subunit.Attachment {
	passed := r.Status == subunit.Success || r.Status == subunit.ExpectedFailure
	var shown []*subunit.Attachment
	for i := range r.Attachments {
		a := &r.Attachments[i]
		name := attachmentTitle(a)
		switch {
		case r.Status == subunit.Skip, len(a.Content) == 0:
		case passed && !c.o.AllAttachments && name != "stdout" && name != "stderr":
		default:
			shown = append(shown, a)
		}
	}
	sort.SliceStable(shown, func(i, j int) bool { return shown[i].Name < shown[j].Name })
	return shown
}

func (c *Console) attachments(shown []*subunit.Attachment) {
	for _, a := range shown {
		title := "Captured " + clean(attachmentTitle(a), terminal) + ":"
		fmt.Fprintf(c.out, "\n%s\n%s\n    ", title, strings.Repeat("~", len([]rune(title))))
		if isText(a) && c.o.Indent {
			_ = writeClean(indented{c.out}, bytes.TrimSuffix(a.Content, []byte("\n")), terminal)
		} else if isText(a) {
			c.text(a.Content)
		} else {
			fmt.Fprintf(c.out, "(%d bytes of %s, not shown)", a.Size(), clean(a.MIME, terminal))
		}
		c.out.WriteByte('\n')
	}
	if c.o.Indent && len(shown) > 0 {
		c.out.WriteByte('\n') // lines of a log end in one, and the last one was taken away
	}
}

// indented writes lines below each other, the first of which begins where the writer stands.
type indented struct{ w *bufio.Writer }

func (i indented) Write(p []byte) (int, error) {
	for rest := p; ; {
		line, next, more := bytes.Cut(rest, []byte("\n"))
		i.w.Write(line)
		if !more {
			return len(p), nil
		}
		i.w.WriteByte('\n')
		if rest = next; len(rest) == 0 || rest[0] != '\n' {
			i.w.WriteString("    ")
		}
	}
}

func (c *Console) text(p []byte) {
	_ = writeClean(c.out, p, terminal) // bufio keeps the error until Flush
}

// paint puts s into stestr's bold colour of that number.
func (c *Console) paint(s string, color int) string {
	if !c.o.Color {
		return s
	}
	return fmt.Sprintf("\x1b[%d;1m%s\x1b[0m", color, s)
}

// attachmentTitle is the attachment's name up to the colon: Tempest's log is called "pythonlogging:”".
func attachmentTitle(a *subunit.Attachment) string {
	name, _, _ := strings.Cut(a.Name, ":")
	return name
}

// workerOf is N of the tag worker-N, else 0.
func workerOf(r *subunit.Result) int {
	for _, tag := range r.Tags {
		if n, ok := strings.CutPrefix(tag, "worker-"); ok {
			if n, err := strconv.ParseUint(n, 10, 31); err == nil {
				return int(n)
			}
		}
	}
	return 0
}

// traceDuration is the duration as subunit-trace writes it, empty when a time stamp is missing or the test never ended. A
// clock that was set back gives zero.
func traceDuration(r *subunit.Result) string {
	if r.Start.IsZero() || r.End.IsZero() || !r.Status.Terminal() {
		return ""
	}
	us := max(r.Duration(), 0).Microseconds()
	return fmt.Sprintf("%d.%06ds", us/1e6, us%1e6)
}
