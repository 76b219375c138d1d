package subunit

import (
	"io"
	"time"
)

// Attachment is one file of a finished test, its pieces joined.
type Attachment struct {
	Name    string
	MIME    string // content type of the first piece; empty when the stream gave none
	Content []byte // all of it, unless Collector.KeepInMemory says otherwise

	Rest Rest // what Content lacks, or nil
}

// Rest is the end of an attachment that is not in memory, see [Collector.KeepInMemory].
type Rest interface {
	io.ReaderAt
	Size() int64 // in bytes
}

// Result is one finished test. A test that never ended has the status InProgress.
type Result struct {
	TestID      string
	Route       string
	Status      Status
	Start, End  time.Time // first and last time stamp; zero when the stream gave none
	Tags        []string  // of the last event that carried any, sorted
	Attachments []Attachment
}

// Duration is the time between start and end; zero when either is unknown.
func (r *Result) Duration() time.Duration {
	if r.Start.IsZero() || r.End.IsZero() {
		return 0
	}
	return r.End.Sub(r.Start)
}

// Attachment returns the first attachment of that name, or nil.
func (r *Result) Attachment(name string) *Attachment {
	for i := range r.Attachments {
		if r.Attachments[i].Name == name {
			return &r.Attachments[i]
		}
	}
	return nil
}

// Summary counts results.
type Summary struct {
	Passed, Failed, Skipped               int
	ExpectedFailures, UnexpectedSuccesses int
	Incomplete                            int       // began and never ended
	Start, End                            time.Time // first and last time stamp seen
}

// Add counts r.
func (s *Summary) Add(r *Result) {
	switch r.Status {
	case Success:
		s.Passed++
	case Fail:
		s.Failed++
	case Skip:
		s.Skipped++
	case ExpectedFailure:
		s.ExpectedFailures++
	case UnexpectedSuccess:
		s.UnexpectedSuccesses++
	default:
		s.Incomplete++
	}
	for _, t := range []time.Time{r.Start, r.End} {
		if t.IsZero() {
			continue
		}
		if s.Start.IsZero() || t.Before(s.Start) {
			s.Start = t
		}
		if t.After(s.End) {
			s.End = t
		}
	}
}

// Total is the number of results counted.
func (s *Summary) Total() int {
	return s.Passed + s.Failed + s.Skipped + s.ExpectedFailures + s.UnexpectedSuccesses + s.Incomplete
}

// Successful reports whether nothing failed: as for stestr, an unexpected success and a test that never ended count as
// failures.
func (s *Summary) Successful() bool {
	return s.Failed == 0 && s.UnexpectedSuccesses == 0 && s.Incomplete == 0
}

// Merge adds the counts of another stream.
func (s *Summary) Merge(o Summary) {
	s.Passed += o.Passed
	s.Failed += o.Failed
	s.Skipped += o.Skipped
	s.ExpectedFailures += o.ExpectedFailures
	s.UnexpectedSuccesses += o.UnexpectedSuccesses
	s.Incomplete += o.Incomplete
	if s.Start.IsZero() || !o.Start.IsZero() && o.Start.Before(s.Start) {
		s.Start = o.Start
	}
	if o.End.After(s.End) {
		s.End = o.End
	}
}
