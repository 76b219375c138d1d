package stestr

import (
	"errors"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

// The forms in which Python's runner sends a failure.
const (
	mimeTraceback = `text/x-traceback; charset="utf8"; language="python"`
	mimeText      = `text/plain; charset="utf8"`
)

// FailAll lets tests fail that were not run.
func FailAll(ids []string, reason string, sink func(*subunit.Event) error) error {
	var missing []Missing
	for _, id := range ids {
		missing = append(missing, Missing{ID: id})
	}
	return FailMissing(missing, reason, sink)
}

// FailMissing lets tests fail that have no result.
func FailMissing(missing []Missing, reason string, sink func(*subunit.Event) error) error {
	for _, m := range missing {
		if err := fail(m, reason, "", sink); err != nil {
			return err
		}
	}
	return nil
}

// fail sends a test's failure: what follows on what it sent, when it began, or the whole of it.
func fail(m Missing, reason, trace string, sink func(*subunit.Event) error) error {
	now := time.Now().UTC()
	file := func(name, mime, text string, eof bool) subunit.Event {
		return subunit.Event{FileName: name, MIME: mime, Content: []byte(text), EOF: eof}
	}
	var events []subunit.Event
	if !m.Begun {
		events = append(events, subunit.Event{Status: subunit.InProgress})
	}
	events = append(events,
		file("traceback", mimeTraceback, "Traceback (most recent call last):\n", false),
		file("traceback", mimeTraceback, "RuntimeError: "+reason+"\n", true))
	if trace != "" {
		events = append(events, file("stderr", mimeText, trace, true))
	}
	var errs []error
	for _, e := range append(events, subunit.Event{Status: subunit.Fail}) {
		e.TestID, e.Route, e.Time = m.ID, m.Route, now
		errs = append(errs, sink(&e))
	}
	return errors.Join(errs...)
}
