package subunit

import (
	"cmp"
	"os"
	"slices"
)

// Collector joins events into results. A test in flight is known by its id and route, so that the same id coming from two
// workers makes two results. Damaged data that a reader found becomes a failed result of the test [ParserTestID]; text
// between packets belongs to no test. It is not safe for use by several goroutines.
type Collector struct {
	onResult func(*Result)
	inFlight map[flightKey]*flight
	begun    int
	summary  Summary
	listed   []string
	limit    int        // of what is kept in memory of an attachment, or 0
	files    []*os.File // to be used again
	buffers  [][]byte   // of limit bytes, to be used again
}

type flightKey struct{ id, route string }

type flight struct {
	result Result
	number int // order of beginning
}

// NewCollector returns a collector that hands each finished test to onResult, in the order of completion. onResult may be
// nil.
func NewCollector(onResult func(*Result)) *Collector {
	return &Collector{onResult: onResult, inFlight: map[flightKey]*flight{}}
}

// KeepInMemory bounds what is kept in memory of each attachment, in bytes. Of a larger one Content is only the beginning,
// the rest waits in a temporary file, and [Attachment.Reader] reads all. Attachments may then be used only until the function
// returns that their result is handed to. Call it before the first Add, and Flush at the end, which also closes the files.
func (c *Collector) KeepInMemory(limit int) { c.limit = limit }

// Add takes in one event. It keeps no part of e: content is copied.
func (c *Collector) Add(e *Event) {
	if e.TestID == "" {
		return
	}
	if e.Status == Exists {
		c.listed = append(c.listed, e.TestID)
		return
	}
	k := flightKey{e.TestID, e.Route}
	f := c.inFlight[k]
	if f == nil {
		c.begun++
		f = &flight{number: c.begun, result: Result{TestID: e.TestID, Route: e.Route, Status: InProgress, Start: e.Time}}
		c.inFlight[k] = f
	}
	r := &f.result
	if len(e.Tags) > 0 || e.Present&FieldTags != 0 {
		r.Tags = append(r.Tags[:0], e.Tags...)
		slices.Sort(r.Tags)
		r.Tags = slices.Compact(r.Tags)
	}
	if e.HasFile() {
		c.attach(r, e.FileName, e.MIME, e.Content)
	}
	if !e.Time.IsZero() {
		r.End = e.Time
	}
	if e.Status.Terminal() {
		if e.Defect != "" {
			c.attach(r, parserErrorName, parserErrorType, []byte(defectMessage(e.Defect)))
		}
		r.Status = e.Status
		c.finish(k, r)
	}
}

// Flush hands on every test that began and never ended, in the order in which they began. Call it when the stream ends.
func (c *Collector) Flush() {
	open := make([]*flight, 0, len(c.inFlight))
	for _, f := range c.inFlight {
		open = append(open, f)
	}
	slices.SortFunc(open, func(a, b *flight) int { return cmp.Compare(a.number, b.number) })
	for _, f := range open {
		c.finish(flightKey{f.result.TestID, f.result.Route}, &f.result)
	}
	c.closeFiles()
}

// Summary counts the results so far.
func (c *Collector) Summary() Summary { return c.summary }

// Listed returns the ids of all "exists" events, in their order.
func (c *Collector) Listed() []string { return c.listed }

func (c *Collector) finish(k flightKey, r *Result) {
	delete(c.inFlight, k)
	c.summary.Add(r)
	if c.onResult != nil {
		c.onResult(r)
	}
	c.release(r)
}

func (c *Collector) attach(r *Result, name, mime string, content []byte) {
	a := r.Attachment(name)
	if a == nil {
		r.Attachments = append(r.Attachments, Attachment{Name: name, MIME: mime})
		a = &r.Attachments[len(r.Attachments)-1]
	}
	if c.limit > 0 && len(a.Content)+len(content) > c.limit {
		room := max(c.limit-len(a.Content), 0)
		a.Content = append(c.beginning(a.Content), content[:room]...)
		content = content[room:]
		if c.spill(a, content) {
			return
		}
	}
	if free := cap(a.Content) - len(a.Content); free < len(content) && len(a.Content) > 0 {
		if c.limit > 0 && len(a.Content)+len(content) > c.limit/4 {
			a.Content = append(c.beginning(a.Content), content...)
			return
		}
		// Doubling copies each byte once on average; append alone copies those of a large file four times.
		a.Content = slices.Grow(a.Content, max(len(a.Content), len(content)))
	}
	a.Content = append(a.Content, content...)
}
