package subunit

import (
	"sort"
)

// Collector joins events into results. A test in flight is known by its id and route, so that the same id coming from two
// workers makes two results. It is not safe for use by several goroutines.
type Collector struct {
	onResult func(*Result)
	inFlight map[flightKey]*Result
	order    []flightKey
	summary  Summary
	listed   []string
}

type flightKey struct{ id, route string }

// NewCollector returns a collector that hands each finished test to onResult, in the order of completion. onResult may be
// nil.
func NewCollector(onResult func(*Result)) *Collector {
	return &Collector{onResult: onResult, inFlight: map[flightKey]*Result{}}
}

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
	r := c.inFlight[k]
	if r == nil {
		r = &Result{TestID: e.TestID, Route: e.Route, Status: InProgress, Start: e.Time}
		c.inFlight[k] = r
		c.order = append(c.order, k)
	}
	if len(e.Tags) > 0 {
		r.Tags = append([]string(nil), e.Tags...)
		sort.Strings(r.Tags)
	}
	if e.FileName != "" || e.Content != nil || e.Present&FieldFile != 0 {
		r.attach(e)
	}
	if !e.Time.IsZero() {
		r.End = e.Time
	}
	if e.Status.Terminal() {
		r.Status = e.Status
		delete(c.inFlight, k)
		c.finish(r)
	}
}

// Flush hands on every test that began and never ended, in the order in which they began. Call it when the stream ends.
func (c *Collector) Flush() {
	for _, k := range c.order {
		if r := c.inFlight[k]; r != nil {
			delete(c.inFlight, k)
			c.finish(r)
		}
	}
	c.order = nil
}

// Summary counts the results so far.
func (c *Collector) Summary() Summary { return c.summary }

// Listed returns the ids of all "exists" events, in their order.
func (c *Collector) Listed() []string { return c.listed }

func (c *Collector) finish(r *Result) {
	c.summary.Add(r)
	if c.onResult != nil {
		c.onResult(r)
	}
	if len(c.inFlight) == 0 {
		c.order = c.order[:0]
	}
}

func (r *Result) attach(e *Event) {
	a := r.Attachment(e.FileName)
	if a == nil {
		r.Attachments = append(r.Attachments, Attachment{Name: e.FileName, MIME: e.MIME})
		a = &r.Attachments[len(r.Attachments)-1]
	}
	a.Content = append(a.Content, e.Content...)
}
