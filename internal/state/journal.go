package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Dir is a state directory. Nothing is made until something is written.
type Dir struct {
	// Path is absolute.
	Path string
	// Now is the clock; nil is time.Now.
	Now func() time.Time

	// sync makes a file's content durable: a shim for testing, nil is (*os.File).Sync.
	sync func(*os.File) error
}

// JournalPath is the absolute path of a service's journal.
func (d Dir) JournalPath(service string) string { return filepath.Join(d.Path, service+".jsonl") }

// HasRecords reports whether any service has a journal in the directory.
func (d Dir) HasRecords() bool {
	found, err := filepath.Glob(filepath.Join(d.Path, "*.jsonl"))
	return err == nil && len(found) > 0
}

// make creates the directory, closed to others, and keeps it out of version control: it will hold passwords.
func (d Dir) make() error {
	if err := os.MkdirAll(d.Path, 0o700); err != nil {
		return &Error{Op: "create", Path: d.Path, Err: cause(err)}
	}
	ignore := filepath.Join(d.Path, ".gitignore")
	if _, err := os.Lstat(ignore); err == nil {
		return nil
	}
	if err := os.WriteFile(ignore, []byte("*\n"), 0o600); err != nil {
		return &Error{Op: "write", Path: ignore, Err: cause(err)}
	}
	return nil
}

// Journal is the open state of one service. Its methods are safe for use by several goroutines. The caller holds the
// service's lock.
type Journal struct {
	mu   sync.Mutex
	dir  Dir
	path string
	file *os.File // nil until something is written
	c    *contents
}

// Open reads a service's journal. One that does not exist yet reads as empty: see Exists.
func (d Dir) Open(service string) (*Journal, error) {
	j := &Journal{dir: d, path: d.JournalPath(service)}
	data, err := os.ReadFile(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return nil, &Error{Op: "read", Path: j.path, Err: cause(err)}
	}
	if j.c, err = replay(data); err != nil {
		return nil, &Error{Op: "read", Path: j.path, Err: err}
	}
	return j, nil
}

// Close closes the file. What was written is already on disk.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return err
}

// Path is the journal's absolute path.
func (j *Journal) Path() string { return j.path }

// Exists reports whether a run was ever begun.
func (j *Journal) Exists() bool { j.mu.Lock(); defer j.mu.Unlock(); return j.c.header != nil }

// Header returns the opening line of the present run; the zero value when there is none.
func (j *Journal) Header() Header {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.c.header == nil {
		return Header{}
	}
	return *j.c.header
}

// Sealed reports whether the create phase ended, and whether all its tests passed.
func (j *Journal) Sealed() (sealed, complete bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.c.sealed, j.c.complete
}

// Deleted reports whether everything of the run was seen gone.
func (j *Journal) Deleted() bool { j.mu.Lock(); defer j.mu.Unlock(); return j.c.tombstone }

// Records returns copies of the records of one kind, or of all when kind is empty, in the order in which they were intended.
// Records of resources that are gone are left out.
func (j *Journal) Records(kind string) []Record {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []Record
	for _, r := range j.c.records {
		if !r.Gone && (kind == "" || r.Kind == kind) {
			out = append(out, *r)
		}
	}
	return out
}

// Record returns a copy of a record and whether it is there and not gone.
func (j *Journal) Record(key string) (Record, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.c.byKey[key]
	if r == nil || r.Gone {
		return Record{}, false
	}
	return *r, true
}

// AllReleases returns what was recorded of the services' releases, in order.
func (j *Journal) AllReleases() []Releases {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Releases(nil), j.c.releases...)
}

// Passed reports whether a test of create passed when it ran last.
func (j *Journal) Passed(test string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.c.passed[test]
}

// Begin opens a new run. What the file holds of earlier runs stays above it. It is refused while the present run has
// resources: they would be forgotten.
func (j *Journal) Begin(h Header) error {
	if err := j.mayBegin(); err != nil {
		return err
	}
	h.Began = j.now()
	return j.append(&entry{Event: eventBegin, Schema: Schema, Header: &h})
}

// mayBegin refuses to forget the resources of the present run.
func (j *Journal) mayBegin() error {
	if left := j.Records(""); len(left) > 0 && !j.Deleted() {
		return &Error{Op: "begin a run in", Path: j.path, Err: fmt.Errorf("run %s still has %d resources, the first is %s %s", j.Header().Run, len(left), left[0].Kind, left[0].Name)}
	}
	return nil
}

// Intend writes down that a resource is about to be made; over a record it says so anew, and that the call may have had an
// effect from now on at the latest. Only Key, Kind, Name, Details and Secrets are looked at.
func (j *Journal) Intend(r Record) error {
	return j.append(&entry{Event: eventIntent, Key: r.Key, Kind: r.Kind, Name: r.Name, Details: r.Details, Secrets: r.Secrets})
}

// Made writes down the id under which a service made the resource, and further details it answered.
func (j *Journal) Made(key, id string, details map[string]string) error {
	return j.append(&entry{Event: eventMade, Key: key, ID: id, Details: details})
}

// Refused writes down that the create call was answered and made nothing, so that no late effect need be waited for.
func (j *Journal) Refused(key string) error { return j.append(&entry{Event: eventRefused, Key: key}) }

// Baseline writes down what was measured of a resource.
func (j *Journal) Baseline(key string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode baseline of %s: %w", key, err)
	}
	return j.append(&entry{Event: eventBaseline, Key: key, Baseline: data})
}

// Seal ends the create phase; complete says that each of its tests has passed.
func (j *Journal) Seal(complete bool) error {
	return j.append(&entry{Event: eventSealed, Complete: complete})
}

// Gone writes down that a resource was seen gone from the cloud.
func (j *Journal) Gone(key string) error { return j.append(&entry{Event: eventGone, Key: key}) }

// Tombstone writes down that everything is gone.
func (j *Journal) Tombstone() error { return j.append(&entry{Event: eventTombstone}) }

// RecordReleases writes down what the services said of their release during a phase.
func (j *Journal) RecordReleases(phase string, services map[string]string) error {
	return j.append(&entry{Event: eventReleases, Phase: phase, Releases: services})
}

// Tested writes down how a test of create ended, so that a run knows what it still lacks.
func (j *Journal) Tested(test string, passed bool) error {
	return j.append(&entry{Event: eventTested, Name: test, Complete: passed})
}

func (j *Journal) now() time.Time {
	if j.dir.Now != nil {
		return j.dir.Now().UTC()
	}
	return time.Now().UTC()
}

// append writes one line, durably, and only then takes it into account. Whatever fails, the file stays readable.
func (j *Journal) append(e *entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	e.Time = j.now().Truncate(time.Millisecond)
	line, err := json.Marshal(e)
	if err != nil {
		return &Error{Op: "write", Path: j.path, Err: err}
	}
	// What is kept in memory is what a later process will read, not what was handed in.
	var back entry
	if err := json.Unmarshal(line, &back); err != nil {
		return &Error{Op: "write", Path: j.path, Err: err}
	}
	if err := j.c.check(&back); err != nil {
		return &Error{Op: "write", Path: j.path, Err: err}
	}
	if err := j.writeLine(append(line, '\n')); err != nil {
		return err
	}
	return j.c.apply(&back)
}

// writeLine adds a line to the file.
func (j *Journal) writeLine(line []byte) error {
	if err := j.openForAppend(); err != nil {
		return err
	}
	_, err := j.file.WriteAt(line, j.c.goodLength)
	if err == nil {
		err = j.sync()
	}
	if err != nil {
		// A line that never counted, or half of one, must not stay under the next, perhaps shorter line.
		_ = j.file.Truncate(j.c.goodLength)
		return &Error{Op: "write", Path: j.path, Err: cause(err)}
	}
	j.c.goodLength += int64(len(line))
	return nil
}

func (j *Journal) sync() error {
	if j.dir.sync != nil {
		return j.dir.sync(j.file)
	}
	return j.file.Sync()
}

// openForAppend opens the file for writing and cuts off a torn last line.
func (j *Journal) openForAppend() error {
	if j.file != nil {
		return nil
	}
	if err := j.dir.make(); err != nil {
		return err
	}
	f, err := os.OpenFile(j.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return &Error{Op: "open", Path: j.path, Err: cause(err)}
	}
	if err := f.Truncate(j.c.goodLength); err != nil {
		f.Close()
		return &Error{Op: "repair", Path: j.path, Err: cause(err)}
	}
	// The new file's name must survive a crash too, not only its content.
	if d, err := os.Open(j.dir.Path); err == nil {
		_ = d.Sync()
		d.Close()
	}
	j.file = f
	return nil
}
