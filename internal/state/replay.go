package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
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
	goodLength int64 // bytes up to the end of the last whole line
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

func (c *contents) apply(e *entry) error {
	if e.Schema > Schema {
		return &NewerSchemaError{Found: e.Schema}
	}
	if e.Event == eventBegin {
		if e.Header == nil {
			return errors.New("the opening line has no header")
		}
		length := c.goodLength
		*c = contents{byKey: map[string]*Record{}, header: e.Header, goodLength: length}
		return nil
	}
	if c.header == nil {
		return errors.New("the journal does not begin with an opening line")
	}
	switch e.Event {
	case eventCredential:
		if e.Header != nil {
			c.header.Credential = e.Header.Credential
		}
		return nil
	case eventSealed:
		c.sealed, c.complete = true, e.Complete
		return nil
	case eventTombstone:
		c.tombstone = true
		return nil
	case eventReleases:
		c.releases = append(c.releases, Releases{Phase: e.Phase, Services: e.Releases})
		return nil
	}
	return c.applyToRecord(e)
}

func (c *contents) applyToRecord(e *entry) error {
	if e.Event == eventIntent {
		r := c.byKey[e.Key]
		if r == nil {
			r = &Record{Key: e.Key}
			c.byKey[e.Key] = r
			c.records = append(c.records, r)
		}
		*r = Record{Key: e.Key, Kind: e.Kind, Name: e.Name, Details: e.Details, Secrets: e.Secrets}
		return nil
	}
	r := c.byKey[e.Key]
	if r == nil {
		return fmt.Errorf("event %q names %q, of which no intent is recorded", e.Event, e.Key)
	}
	switch e.Event {
	case eventMade:
		r.ID, r.Made, r.Gone = e.ID, true, false
		merge(&r.Details, e.Details)
		merge(&r.Secrets, e.Secrets)
	case eventBaseline:
		r.Baseline = e.Baseline
	case eventGone:
		r.Gone = true
	}
	// Events of other names come from a program of the same schema that records more; they change nothing here.
	return nil
}

func merge(into *map[string]string, from map[string]string) {
	if len(from) == 0 {
		return
	}
	if *into == nil {
		*into = map[string]string{}
	}
	maps.Copy(*into, from)
}
