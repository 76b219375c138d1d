package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"
)

// contents is a replayed journal.
type contents struct {
	header     *Header
	records    []*Record
	byKey      map[string]*Record
	sealed     bool
	complete   bool
	tombstone  bool
	releases   []Releases
	passed     map[string]bool // tests of create, by name
	goodLength int64           // bytes up to the end of the last whole line
}

// Releases is what the cloud's services said of themselves when a phase ran: microversion ranges and the like.
type Releases struct {
	Phase    string
	Services map[string]string
}

// replay reads a journal. A last line without its newline was cut off while it was being written, so the event never
// counted; a bad line anywhere else means that the file was damaged, and guessing would lose resources.
func replay(data []byte) (*contents, error) {
	c := &contents{byKey: map[string]*Record{}}
	for n := 1; len(data) > 0; n++ {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			return c, nil
		}
		line := data[:end]
		data = data[end+1:]
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("line %d is damaged: %w", n, err)
		}
		if err := c.apply(&e); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		c.goodLength += int64(end) + 1
	}
	return c, nil
}

// apply takes an event into account. It changes nothing when it returns an error.
func (c *contents) apply(e *entry) error {
	if err := c.check(e); err != nil {
		return err
	}
	switch e.Event {
	case eventBegin:
		*c = contents{byKey: map[string]*Record{}, header: e.Header, goodLength: c.goodLength}
	case eventImported:
		c.takeOver(e)
	case eventCredential:
		c.header.Credential = e.Header.Credential
	case eventSealed:
		c.sealed, c.complete = true, e.Complete
	case eventTombstone:
		c.tombstone = true
	case eventReleases:
		c.releases = append(c.releases, Releases{Phase: e.Phase, Services: e.Releases})
	case eventTested:
		if c.passed == nil {
			c.passed = map[string]bool{}
		}
		c.passed[e.Name] = e.Complete
	case eventIntent:
		c.intend(e)
	case eventMade:
		r := c.byKey[e.Key]
		if r.Made && r.ID != e.ID {
			r.Baseline = nil // another id is another resource, of which nothing was measured yet
		}
		r.ID, r.Made, r.Gone, r.Asked = e.ID, true, false, time.Time{}
		r.Details = merged(r.Details, e.Details)
		r.Secrets = merged(r.Secrets, e.Secrets)
	case eventRefused:
		c.byKey[e.Key].Asked = time.Time{}
	case eventBaseline:
		c.byKey[e.Key].Baseline = e.Baseline
	case eventGone:
		c.byKey[e.Key].Gone = true
	}
	// Events of other names come from a program of the same schema that records more; they change nothing here.
	return nil
}

// check says why an event cannot follow what was read so far.
func (c *contents) check(e *entry) error {
	if e.Schema > Schema {
		return &NewerSchemaError{Found: e.Schema}
	}
	begins := e.Event == eventBegin || e.Event == eventImported
	if begins || e.Event == eventCredential {
		if e.Header == nil {
			return fmt.Errorf("the event %q has no header", e.Event)
		}
	}
	if !begins && c.header == nil {
		return errors.New("the journal does not begin with an opening line")
	}
	switch e.Event {
	case eventMade, eventRefused, eventBaseline, eventGone:
		if c.byKey[e.Key] == nil {
			return fmt.Errorf("event %q names %q, of which no intent is recorded", e.Event, e.Key)
		}
	}
	return nil
}

// intend opens a record, or opens it anew in its old place.
func (c *contents) intend(e *entry) {
	r := c.byKey[e.Key]
	if r == nil {
		r = &Record{}
		c.byKey[e.Key] = r
		c.records = append(c.records, r)
	}
	*r = Record{Key: e.Key, Kind: e.Kind, Name: e.Name, Details: e.Details, Secrets: e.Secrets, Asked: e.Time}
}

// merged returns a map with what both hold. It alters neither: copies of the record are in others' hands.
func merged(old, added map[string]string) map[string]string {
	if len(added) == 0 {
		return old
	}
	out := make(map[string]string, len(old)+len(added))
	maps.Copy(out, old)
	maps.Copy(out, added)
	return out
}
