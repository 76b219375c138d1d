package reports

import (
	"fmt"
	"io"
	"os"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"opendev.org/x/persistent-resources/subunit"
)

// IsTerminal reports whether w is a terminal, where a live line and colours make sense.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Event tells the live line what is listed and what began. Without ConsoleOptions.Live it does nothing.
func (c *Console) Event(e *subunit.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.live.event(e)
}

// Tick brings the times in the live line up to date, or tells of long waits where there is none; call it about once a second
// while tests run.
func (c *Console) Tick(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.live.draw(now)
	c.tellWaits(now)
}

// NewWait returns what a wait tells of itself: what is being waited for, in words that begin with "waiting for", and "" when it
// is over. Several may go on at once. On a terminal the longest shows in the live line with the time it has taken; elsewhere
// each that has taken a few seconds is told in a plain line of its own.
func (c *Console) NewWait() func(what string, now time.Time) {
	w := &wait{}
	return func(what string, now time.Time) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.waits.tell(w, what, now)
		c.live.draw(now)
		c.tellWaits(now)
	}
}

// tellWaits writes a line of each wait that deserves one.
func (c *Console) tellWaits(now time.Time) {
	if c.live != nil {
		return
	}
	for _, w := range c.waits.all {
		if !w.due(now) {
			continue
		}
		_, _ = fmt.Fprintf(c.out, "… %s, %s so far\n", clean(w.what, terminal), now.Sub(w.since).Round(time.Second))
	}
	// A line that cannot be written is told by the results, which cannot be written either.
	_ = c.out.Flush()
}

// wait is something that is being waited for.
type wait struct {
	what  string // with what was last seen, which changes from poll to poll
	since time.Time
	next  time.Duration // when it deserves a plain line
}

const firstPlainWait = 10 * time.Second

// due reports whether a wait deserves a line where nothing can be drawn over: after a few seconds, and then again whenever as
// much time has passed as before.
func (w *wait) due(now time.Time) bool {
	if now.Sub(w.since) < w.next {
		return false
	}
	w.next *= 2
	return true
}

// waitList are the waits that go on, the longest first.
type waitList struct{ all []*wait }

func (l *waitList) tell(w *wait, what string, now time.Time) {
	subject := func(s string) string { before, _, _ := strings.Cut(s, " ("); return before }
	if what == "" || subject(what) != subject(w.what) {
		l.all = slices.DeleteFunc(l.all, func(other *wait) bool { return other == w })
		w.since, w.next = now, firstPlainWait
		if what != "" {
			l.all = append(l.all, w)
		}
	}
	w.what = what
}

// liveLine is one line of a terminal that is drawn again and again. A nil liveLine does nothing.
type liveLine struct {
	w       io.Writer
	width   func() int // columns
	listed  int
	done    int
	failed  int
	running map[string]time.Time // id+route -> start
	waits   *waitList
	shown   bool
}

func newLiveLine(w io.Writer, waits *waitList) *liveLine {
	return &liveLine{w: w, waits: waits, width: func() int { return terminalWidth(w) }, running: map[string]time.Time{}}
}

func terminalWidth(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return 80
}

func (l *liveLine) event(e *subunit.Event) {
	if l == nil {
		return
	}
	switch e.Status {
	case subunit.Exists:
		l.listed++
	case subunit.InProgress:
		l.running[e.TestID+"\x00"+e.Route] = e.Time
		l.draw(e.Time)
	}
}

func (l *liveLine) finished(r *subunit.Result) {
	if l == nil {
		return
	}
	delete(l.running, r.TestID+"\x00"+r.Route)
	l.done++
	if isFailure(r.Status) {
		l.failed++
	}
	l.draw(r.End)
}

// clear empties the line, so that other output can be written in its place.
func (l *liveLine) clear() {
	if l != nil && l.shown {
		fmt.Fprint(l.w, "\r\x1b[K")
		l.shown = false
	}
}

func (l *liveLine) draw(now time.Time) {
	if l == nil {
		return
	}
	l.clear()
	if len(l.running) == 0 && len(l.waits.all) == 0 {
		return
	}
	text := l.text(now)
	if room := l.width() - 1; utf8.RuneCountInString(text) > room {
		text = string([]rune(text)[:max(room-1, 0)]) + "…"
	}
	fmt.Fprint(l.w, text)
	l.shown = true
}

// text is e.g. "[3/11, 1 failed] compute test_can_ssh_into_persistent_servers 12s". The longest-running test comes first.
func (l *liveLine) text(now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[%d", l.done)
	if l.listed > 0 && l.listed >= l.done+len(l.running) {
		fmt.Fprintf(&b, "/%d", l.listed)
	}
	if l.failed > 0 {
		fmt.Fprintf(&b, ", %d failed", l.failed)
	}
	b.WriteString("]")
	keys := sortedKeys(l.running)
	sort.SliceStable(keys, func(i, j int) bool { return l.running[keys[i]].Before(l.running[keys[j]]) })
	for i, key := range keys {
		if i > 0 {
			b.WriteString(",")
		}
		name, _, _ := strings.Cut(key, "\x00")
		id := parseID(name)
		fmt.Fprintf(&b, " %s", clean(id.where()+" "+id.name, terminal))
		if start := l.running[key]; !start.IsZero() && now.After(start) {
			fmt.Fprintf(&b, " %s", now.Sub(start).Round(time.Second))
		}
	}
	if all := l.waits.all; len(all) > 0 {
		fmt.Fprintf(&b, " %s %s", clean(all[0].what, terminal), now.Sub(all[0].since).Round(time.Second))
		if len(all) > 1 {
			fmt.Fprintf(&b, ", and %d more", len(all)-1)
		}
	}
	return b.String()
}
