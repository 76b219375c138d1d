package reports

import (
	"fmt"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

// maxMissingWorkers is the number of gaps between worker numbers that are named one by one.
const maxMissingWorkers = 64

// Summary writes the totals as stestr's subunit-trace does. Worker Balance and the sum of times are of the results that
// this console has seen.
func (c *Console) Summary(s *subunit.Summary) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.live.clear()
	c.repeatFailures()
	if s.Total() == 0 {
		fmt.Fprint(c.out, "The test run didn't actually run any tests\n")
	} else {
		c.totals(s)
	}
	if c.o.Verdict {
		c.writeVerdict(c.verdict.verdict())
	}
	if err := c.out.Flush(); err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return nil
}

func (c *Console) totals(s *subunit.Summary) {
	fmt.Fprint(c.out, "\n======\nTotals\n======\n")
	fmt.Fprintf(c.out, "Ran: %d tests in %.4f sec.\n", s.Total(), seconds(s.End.Sub(s.Start)))
	fmt.Fprintf(c.out, " - Passed: %d\n", s.Passed)
	fmt.Fprintf(c.out, " - Skipped: %d\n", s.Skipped)
	fmt.Fprintf(c.out, " - Expected Fail: %d\n", s.ExpectedFailures)
	fmt.Fprintf(c.out, " - Unexpected Success: %d\n", s.UnexpectedSuccesses)
	fmt.Fprintf(c.out, " - Failed: %d\n", s.Failed)
	fmt.Fprintf(c.out, "Sum of execute time for each test: %.4f sec.\n", seconds(c.sum))
	if len(c.workers) > 0 {
		c.balance()
	}
	if s.Incomplete > 0 {
		c.unended()
	}
}

func (c *Console) balance() {
	fmt.Fprint(c.out, "\n==============\nWorker Balance\n==============\n")
	missing := 0
	last := -1
	for _, n := range sortedKeys(c.workers) {
		for gap := last + 1; gap < n; gap++ {
			if missing++; missing > maxMissingWorkers {
				break
			}
			fmt.Fprintf(c.out, " - WARNING: missing Worker %d!\n", gap)
		}
		w := c.workers[n]
		took := "N/A"
		if !w.start.IsZero() && !w.end.IsZero() {
			took = pythonDuration(w.end.Sub(w.start))
		}
		fmt.Fprintf(c.out, " - Worker %d (%d tests) => %s\n", n, w.tests, took)
		last = n
	}
}

// unended names the tests that began and never ended: neither passed nor failed, they are in no count above.
func (c *Console) unended() {
	fmt.Fprint(c.out, "\nThe following tests began and never ended:\n")
	for _, f := range c.verdict.failures {
		if f.Kind == kindIncomplete {
			fmt.Fprintf(c.out, "\n\t* %s\n", clean(f.TestID, terminal))
		}
	}
}

func (c *Console) repeatFailures() {
	if len(c.failed) == 0 {
		return
	}
	rule := strings.Repeat("=", 30)
	fmt.Fprintf(c.out, "\n%s\nFailed %d tests - output below:\n%s\n", rule, len(c.failed), rule)
	for _, r := range c.failed {
		id := clean(r.TestID, terminal)
		fmt.Fprintf(c.out, "\n%s\n%s\n", id, strings.Repeat("-", len([]rune(id))))
		c.attachments(c.shownAttachments(r))
	}
	c.out.WriteByte('\n')
}

// seconds are whole microseconds as seconds, the precision of a stream.
func seconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e6 }

// pythonDuration writes d as Python's str() of a timedelta: "0:00:01.175963", "2 days, 3:04:05".
func pythonDuration(d time.Duration) string {
	us := d.Microseconds()
	const day = int64(24 * time.Hour / time.Microsecond)
	days := us / day
	if us %= day; us < 0 {
		us += day
		days--
	}
	var b strings.Builder
	switch days {
	case 0:
	case 1, -1:
		fmt.Fprintf(&b, "%d day, ", days)
	default:
		fmt.Fprintf(&b, "%d days, ", days)
	}
	s := us / 1e6
	fmt.Fprintf(&b, "%d:%02d:%02d", s/3600, s/60%60, s%60)
	if us %= 1e6; us > 0 {
		fmt.Fprintf(&b, ".%06d", us)
	}
	return b.String()
}
