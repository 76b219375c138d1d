package reports

import (
	"fmt"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

// outcome is how a page shows a status: colour is never the only sign.
type outcome struct {
	class string // of the style sheet: p, f, s or o
	key   string // letter of the filter
	sign  string
	word  string
}

func outcomeOf(s subunit.Status) outcome {
	switch s {
	case subunit.Success:
		return outcome{"p", "p", "✓", "passed"}
	case subunit.Skip:
		return outcome{"s", "s", "–", "skipped"}
	case subunit.ExpectedFailure:
		return outcome{"o", "x", "✓", "expected failure"}
	case subunit.UnexpectedSuccess:
		return outcome{"f", "f", "✗", "unexpected success"}
	case subunit.Fail:
		return outcome{"f", "f", "✗", "failed"}
	}
	return outcome{"f", "f", "✗", "no result"}
}

// cellText is an outcome in a table: "✓ 0.047 s", "✗ failed 0.008 s", "– skipped".
func cellText(t *Test) string {
	o := outcomeOf(t.Status)
	timed := !t.Start.IsZero() && !t.End.IsZero()
	switch {
	case t.Status == subunit.Success && timed:
		return o.sign + " " + humanDuration(t.Duration())
	case t.Status == subunit.Fail && timed:
		return o.sign + " failed " + humanDuration(t.Duration())
	case t.Status == subunit.ExpectedFailure:
		return o.sign + " xfail"
	case t.Status == subunit.UnexpectedSuccess:
		return o.sign + " uxsuccess"
	}
	return o.sign + " " + o.word
}

// pageCount is a number with its word.
type pageCount struct {
	N          int
	Word       string
	Class, Key string
}

// countsOf are the numbers of a summary that are not zero, bad news first.
func countsOf(s subunit.Summary) []pageCount {
	var counts []pageCount
	for _, c := range []struct {
		n int
		s subunit.Status
	}{
		{s.Failed, subunit.Fail}, {s.UnexpectedSuccesses, subunit.UnexpectedSuccess}, {s.Incomplete, subunit.InProgress},
		{s.Passed, subunit.Success}, {s.ExpectedFailures, subunit.ExpectedFailure}, {s.Skipped, subunit.Skip},
	} {
		if c.n > 0 {
			o := outcomeOf(c.s)
			counts = append(counts, pageCount{N: c.n, Word: o.word, Class: o.class, Key: o.key})
		}
	}
	return counts
}

// filtersOf are the counts with everything that is a failure in one.
func filtersOf(s subunit.Summary) []pageCount {
	s.Failed += s.UnexpectedSuccesses + s.Incomplete
	s.UnexpectedSuccesses, s.Incomplete = 0, 0
	return countsOf(s)
}

// humanDuration is "0.008 s", "1 min 02 s", "2 h 05 min".
func humanDuration(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.3f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		s := int(d.Round(time.Second) / time.Second)
		return fmt.Sprintf("%d min %02d s", s/60, s%60)
	}
	m := int(d.Round(time.Minute) / time.Minute)
	return fmt.Sprintf("%d h %02d min", m/60, m%60)
}

func humanSize(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}

// clockSpan is "2026-11-22 08:28:16.988 – 08:28:16.997"; the second date only where it is another day.
func clockSpan(start, end time.Time) string {
	start, end = start.UTC(), end.UTC()
	const day, clock = "2006-01-02 ", "15:04:05.000"
	if end.IsZero() {
		return start.Format(day + clock)
	}
	if start.Format(day) == end.Format(day) {
		return start.Format(day+clock) + " – " + end.Format(clock)
	}
	return start.Format(day+clock) + " – " + end.Format(day+clock)
}

// runWhen is "2026-11-22 08:28:16 – 08:28:18 UTC, 1.176 s"; an end in the same second is left out. It is empty without time
// stamps.
func runWhen(s subunit.Summary) string {
	if s.Start.IsZero() {
		return ""
	}
	start, end := s.Start.UTC(), s.End.UTC()
	const day, clock = "2006-01-02 ", "15:04:05"
	span := start.Format(day + clock)
	switch {
	case start.Format(day) != end.Format(day):
		span += " – " + end.Format(day+clock)
	case start.Format(clock) != end.Format(clock):
		span += " – " + end.Format(clock)
	}
	return fmt.Sprintf("%s UTC, %s", span, humanDuration(end.Sub(start)))
}
