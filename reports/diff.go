package reports

import (
	"fmt"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

// DiffOptions say what is called slower: a test that passed in both runs and took SlowerRatio times as long, and longer by
// SlowerBy. The defaults are 1.5 and one second.
type DiffOptions struct {
	SlowerRatio float64
	SlowerBy    time.Duration
}

// Diff is what changed between two runs. A test stands in one list at most; it is known by its id without attributes, and
// where a run has several results of it, the last one counts.
type Diff struct {
	Before, After string // the runs' labels
	Options       DiffOptions

	NewFailures  []Change // fail now and did not before
	NoResult     []Change // had a result before and have none now; that must not look like success
	NewSkips     []Change // were run before and are skipped now
	Slower       []Change
	StillFailing []Change
	Fixed        []Change // failed before and pass now
	NewTests     []Change // pass now and were not run before
	Unchanged    int
}

// Change is one test in two runs.
type Change struct {
	ID            string
	Before, After *Test // nil where the run has no result

	// Instead is the result of the set-up of the test's class, when that is why After has none.
	Instead *Test
}

// Compare lists what changed from before to after, in the order of after and then of before.
func Compare(before, after *Run, o DiffOptions) *Diff {
	if o.SlowerRatio <= 0 {
		o.SlowerRatio = 1.5
	}
	if o.SlowerBy <= 0 {
		o.SlowerBy = time.Second
	}
	d := &Diff{Before: before.Label, After: after.Label, Options: o}
	was, is := newLookup(before), newLookup(after)
	for _, key := range is.order {
		d.compare(Change{ID: is.last[key].ID, Before: was.last[key], After: is.last[key]})
	}
	for _, key := range was.order {
		if is.last[key] == nil {
			t := was.last[key]
			d.gone(Change{ID: t.ID, Before: t, Instead: is.setUp[parseID(t.ID).class]})
		}
	}
	return d
}

// lookup finds the last result of an id without its attributes, and the set-up of a class.
type lookup struct {
	order []string
	last  map[string]*Test
	setUp map[string]*Test
}

func newLookup(r *Run) lookup {
	l := lookup{last: map[string]*Test{}, setUp: map[string]*Test{}}
	for i := range r.Tests {
		t := &r.Tests[i]
		key := displayName(t.ID)
		if l.last[key] == nil {
			l.order = append(l.order, key)
		}
		l.last[key] = t
		if id := parseID(t.ID); strings.HasPrefix(id.fixture, "setUp") {
			l.setUp[id.class] = t
		}
	}
	return l
}

// compare puts a test with a result in After into its list.
func (d *Diff) compare(c Change) {
	failedBefore := c.Before != nil && isFailure(c.Before.Status)
	ranBefore := c.Before != nil && c.Before.Status != subunit.Skip
	switch failsNow := isFailure(c.After.Status); {
	case failsNow && failedBefore:
		d.StillFailing = append(d.StillFailing, c)
	case failsNow:
		d.NewFailures = append(d.NewFailures, c)
	case c.After.Status == subunit.Skip && ranBefore:
		d.NewSkips = append(d.NewSkips, c)
	case c.After.Status == subunit.Skip:
		d.Unchanged++
	case failedBefore:
		d.Fixed = append(d.Fixed, c)
	case !ranBefore:
		d.NewTests = append(d.NewTests, c)
	case d.slower(c):
		d.Slower = append(d.Slower, c)
	default:
		d.Unchanged++
	}
}

// gone puts a test without a result in After into its list. A fixture has a result only where it failed or skipped, so to
// have none is good.
func (d *Diff) gone(c Change) {
	fixture := parseID(c.ID).fixture != ""
	switch {
	case fixture && isFailure(c.Before.Status):
		d.Fixed = append(d.Fixed, c)
	case fixture, c.Before.Status == subunit.Skip:
		d.Unchanged++
	case c.Instead != nil && c.Instead.Status == subunit.Skip:
		d.NewSkips = append(d.NewSkips, c)
	default:
		d.NoResult = append(d.NoResult, c)
	}
}

func (d *Diff) slower(c Change) bool {
	was, is := c.Before.Duration(), c.After.Duration()
	return was > 0 && is-was >= d.Options.SlowerBy && float64(is) >= d.Options.SlowerRatio*float64(was)
}

// Worse reports whether something fails that did not, or has no result any more.
func (d *Diff) Worse() bool { return len(d.NewFailures)+len(d.NoResult) > 0 }

// Sentence says what the comparison means, e.g. "Lost or changed: compute. 1 test fails that did not before."
func (d *Diff) Sentence() string {
	var b verdictBuilder
	for _, c := range d.NewFailures {
		b.add(&subunit.Result{TestID: c.ID, Status: c.After.Status}, reason{})
	}
	parts := b.consequences()
	if n := len(d.NewFailures); n > 0 {
		parts = append(parts, count(n, "test")+verb(n, " fails", " fail")+" that did not before.")
	}
	if n := len(d.NoResult); n > 0 {
		parts = append(parts, count(n, "test")+verb(n, " has", " have")+" no result any more.")
	}
	if !d.Worse() {
		parts = append(parts, "Nothing got worse.")
	}
	return strings.Join(parts, " ")
}

// rest tells in short what the sentence leaves out.
func (d *Diff) rest() string {
	var parts []string
	for _, l := range d.lists() {
		if !l.bad && len(l.Changes) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", len(l.Changes), l.word))
		}
	}
	return strings.Join(append(parts, fmt.Sprintf("%d unchanged", d.Unchanged)), ", ")
}

func verb(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// diffList is one list of a Diff with its heading.
type diffList struct {
	Heading string
	key     string // in JSON
	word    string // after a number
	bad     bool   // told by the sentence
	Changes []Change
}

// lists are those of d, bad news first.
func (d *Diff) lists() []diffList {
	slower := fmt.Sprintf("Slower (%g times as long or more, by %v or more)", d.Options.SlowerRatio, d.Options.SlowerBy)
	return []diffList{
		{"Fail now and did not before", "new_failures", "new failures", true, d.NewFailures},
		{"Have no result any more", "no_result", "without a result", true, d.NoResult},
		{"Skipped now", "new_skips", "skipped now", false, d.NewSkips},
		{slower, "slower", "slower", false, d.Slower},
		{"Fail as before", "still_failing", "failing as before", false, d.StillFailing},
		{"Fixed", "fixed", "fixed", false, d.Fixed},
		{"Run now and not before", "new_tests", "new", false, d.NewTests},
	}
}

// what tells a change in a line: the reason of a failure or skip, or the two durations.
func (c Change) what() string {
	switch {
	case c.Instead != nil:
		return parseID(c.Instead.ID).fixture + ": " + c.Instead.Message
	case c.After == nil:
		return ""
	case c.After.Message != "":
		return c.After.Message
	case c.Before != nil && c.Before.Status == subunit.Success:
		was, is := c.Before.Duration(), c.After.Duration()
		return fmt.Sprintf("%s, was %s", humanDuration(is), humanDuration(was))
	case c.Before != nil:
		return "was: " + c.Before.Message
	}
	return ""
}
