package reports

import (
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

// Run is one stream's results without their attachments: what a comparison needs.
type Run struct {
	Label   string // e.g. "verify after the upgrade", or the file's name
	Tests   []Test // in the order of their ends
	verdict verdictBuilder
}

// Test is one result of a Run.
type Test struct {
	ID         string
	Status     subunit.Status
	Start, End time.Time // zero when the stream gave none
	Worker     int       // N of the tag worker-N, else 0
	Kind       string    // class of the error of a failure, e.g. "MismatchError"; may be empty
	Message    string    // why it failed, was skipped, or was expected to fail; one line
}

// NewRun returns an empty run.
func NewRun(label string) *Run { return &Run{Label: label} }

// Result adds one finished test. It keeps nothing of its attachments and never fails.
func (r *Run) Result(res *subunit.Result) error {
	r.add(res)
	return nil
}

func (r *Run) add(res *subunit.Result) *Test {
	re := reasonOf(res)
	r.verdict.add(res, re)
	r.Tests = append(r.Tests, Test{
		ID: res.TestID, Status: res.Status, Start: res.Start, End: res.End,
		Worker: workerOf(res), Kind: re.kind, Message: re.message,
	})
	return &r.Tests[len(r.Tests)-1]
}

// Summary counts the results.
func (r *Run) Summary() subunit.Summary { return r.verdict.summary }

// Verdict says in a sentence what the run means.
func (r *Run) Verdict() Verdict { return r.verdict.verdict() }

// Duration is the time between start and end, zero when either is unknown or the clock was set back.
func (t *Test) Duration() time.Duration {
	if t.Start.IsZero() || t.End.IsZero() {
		return 0
	}
	return max(t.End.Sub(t.Start), 0)
}
