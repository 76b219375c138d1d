package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// fullRoom is how many bytes fit behind the opening line in each of the directories of the test, named by that number.
func fullRoom() (room []int) {
	for n := 0; n < 600; n += 37 {
		room = append(room, n)
	}
	return room
}

// fullReport is what the process saw whose disk was full.
type fullReport struct {
	Room    int
	Written []string // keys
	Errors  []string
	States  int // of the errors, those that are state errors
	TooBig  int // those whose cause is the system's
	Seen    int // records the journal tells of
}

func (r *fullReport) note(key string, err error) {
	if err == nil {
		r.Written = append(r.Written, key)
		return
	}
	r.Errors = append(r.Errors, err.Error())
	if IsStateError(err) {
		r.States++
	}
	if errors.Is(err, syscall.EFBIG) {
		r.TooBig++
	}
}

// writeUntilFull is a child's job: it may write files of so many bytes and no more, as on a full disk, and appends a long
// line and a short one, which may fit where the long one did not.
func writeUntilFull() {
	signal.Ignore(syscall.SIGXFSZ) // then the write fails with EFBIG, as it fails with ENOSPC on a full disk
	var reports []fullReport
	for _, room := range fullRoom() {
		report := fullReport{Room: room}
		d := Dir{Path: filepath.Join(os.Getenv(childDir), strconv.Itoa(room)), Now: stopped}
		j, err := d.Open("compute")
		if err == nil {
			err = limitFiles(len(begin) + room)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		for _, key := range []string{strings.Repeat("long", 40), "s"} {
			report.note(key, j.Intend(Record{Key: key, Kind: "server", Name: key}))
		}
		report.Seen = len(j.Records(""))
		reports = append(reports, report)
	}
	_ = json.NewEncoder(os.Stdout).Encode(reports)
	os.Exit(0)
}

// limitFiles sets the size that a file of this process may grow to.
func limitFiles(bytes int) error {
	var now syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &now); err != nil {
		return err
	}
	now.Cur = uint64(bytes)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &now)
}

func TestFullDiskLeavesAReadableJournal(t *testing.T) {
	base := t.TempDir()
	for _, room := range fullRoom() {
		write(t, Dir{Path: filepath.Join(base, strconv.Itoa(room))}, begin)
	}
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childJob+"=full", childDir+"="+base)
	c.Stderr = os.Stderr
	out, err := c.Output()
	ok(t, err)
	var reports []fullReport
	ok(t, json.Unmarshal(out, &reports))

	bothFailed, shorterFit, bothFit := 0, 0, 0
	for _, r := range reports {
		switch {
		case len(r.Errors) == 0:
			bothFit++
		case len(r.Written) == 1:
			shorterFit++
		default:
			bothFailed++
		}
		if n := len(r.Errors); r.States != n || r.TooBig != n {
			t.Errorf("room for %d bytes: errors %q", r.Room, r.Errors)
		}
		d := Dir{Path: filepath.Join(base, strconv.Itoa(r.Room))}
		if data := read(t, d.JournalPath("compute")); !bytes.HasSuffix(data, []byte("\n")) {
			t.Errorf("room for %d bytes: the file ends with half a line: %q", r.Room, data[len(begin):])
		}
		var keys []string
		for _, rec := range open(t, d).Records("") {
			keys = append(keys, rec.Key)
		}
		if strings.Join(keys, " ") != strings.Join(r.Written, " ") || r.Seen != len(keys) {
			t.Errorf("room for %d bytes: the file holds %q, the process was told of %q and saw %d", r.Room, keys, r.Written, r.Seen)
		}
	}
	if bothFailed < 2 || shorterFit < 2 || bothFit < 1 {
		t.Errorf("the test met %d, %d and %d cases: it proves too little", bothFailed, shorterFit, bothFit)
	}
}

// TestFailedSync: a line that is in the file and perhaps not on the disk does not count, and must not stay below the next.
func TestFailedSync(t *testing.T) {
	d := newDir(t)
	fails, synced := false, ""
	d.sync = func(f *os.File) error {
		synced = string(read(t, f.Name()))
		if fails {
			return &os.PathError{Op: "sync", Path: f.Name(), Err: syscall.EIO}
		}
		return f.Sync()
	}
	j := open(t, d)
	fill(t, j)
	before := string(read(t, j.Path()))
	if synced != before {
		t.Errorf("what was written last was not synced:\n%s", strings.TrimPrefix(before, synced))
	}
	fails = true
	err := j.Intend(Record{Key: "x", Name: strings.Repeat("a long name ", 20)})
	if !IsStateError(err) || !errors.Is(err, syscall.EIO) || strings.Count(err.Error(), j.Path()) != 1 {
		t.Errorf("error %v", err)
	}
	if _, found := j.Record("x"); found {
		t.Error("an event that may be lost counts")
	}
	fails = false
	ok(t, j.Gone("server/2"))
	if got := string(read(t, j.Path())); !strings.HasPrefix(got, before) || strings.Count(got[len(before):], "\n") != 1 {
		t.Errorf("the file became\n%s", got)
	}
	open(t, d)
}

// TestFailedWriteIsTriedAgain gives the journal a file that takes nothing, and then a good one.
func TestFailedWriteIsTriedAgain(t *testing.T) {
	d := newDir(t)
	j := open(t, d)
	fill(t, j)
	before := string(read(t, j.Path()))
	ok(t, j.Close())

	var err error
	j.file, err = os.Open(j.Path()) // for reading only
	ok(t, err)
	if err := j.Intend(Record{Key: "x"}); !IsStateError(err) || strings.Count(err.Error(), j.Path()) != 1 {
		t.Errorf("error %v", err)
	}
	if _, found := j.Record("x"); found {
		t.Error("an event that was not written counts")
	}
	ok(t, j.Close())
	ok(t, j.Gone("server/2"))
	if got := string(read(t, j.Path())); !strings.HasPrefix(got, before) || strings.Count(got[len(before):], "\n") != 1 {
		t.Errorf("the file became\n%s", got)
	}
}
