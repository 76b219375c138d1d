package state

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// childJob names what this test binary does when a test starts it again as another process.
const childJob = "STATE_TEST_CHILD"

// childDir tells the child where.
const childDir = "STATE_TEST_DIR"

func TestMain(m *testing.M) {
	switch job := os.Getenv(childJob); job {
	case "":
		flag.Parse()
		os.Exit(m.Run())
	case "hold":
		holdLock()
	case "full":
		writeUntilFull()
	default:
		fmt.Fprintln(os.Stderr, "unknown job", job)
		os.Exit(2)
	}
}

// newDir is a state directory that does not exist yet, with a clock that stands still.
func newDir(t *testing.T) Dir {
	t.Helper()
	return Dir{
		Path: filepath.Join(t.TempDir(), "state"),
		Now:  stopped,
	}
}

func open(t *testing.T, d Dir) *Journal {
	t.Helper()
	j, err := d.Open("compute")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func header(run string) Header {
	return Header{
		Run: run, Program: "v1.2.3", Service: "compute",
		Cloud:      Cloud{AuthURL: "http://controller/identity/v3", Region: "RegionOne"},
		Credential: Credential{Kind: Dynamic},
	}
}

// fill begins a run and records one of everything in it.
func fill(t *testing.T, j *Journal) {
	t.Helper()
	ok(t, j.Begin(header("5eed")))
	ok(t, j.append(&entry{Event: eventCredential, Header: &Header{Credential: Credential{Kind: NamedCloud, Name: "devstack", Project: "p1", User: "u1"}}}))
	ok(t, j.Intend(Record{Key: "keypair", Kind: "keypair", Name: "tempest-keypair-1", Secrets: map[string]string{"private_key": "-----BEGIN\nKEY-----\n"}}))
	ok(t, j.Made("keypair", "tempest-keypair-1", nil))
	ok(t, j.Intend(Record{Key: "server/1", Kind: "server", Name: "tempest-server-1", Details: map[string]string{"flavor": "42"}}))
	ok(t, j.Made("server/1", "id-1", map[string]string{"created": "2026-03-14T15:09:26Z"}))
	ok(t, j.Baseline("server/1", map[string]any{"status": "ACTIVE", "addresses": []string{"10.0.0.3"}}))
	ok(t, j.RecordReleases("create", map[string]string{"compute": "2.1-2.96"}))
	ok(t, j.Intend(Record{Key: "server/2", Kind: "server", Name: "tempest-server-2"}))
	ok(t, j.Tested("test_create_persistent_server", true))
	ok(t, j.Seal(true))
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	ok(t, err)
	return data
}

func write(t *testing.T, d Dir, content string) {
	t.Helper()
	ok(t, os.MkdirAll(d.Path, 0o700))
	ok(t, os.WriteFile(d.JournalPath("compute"), []byte(content), 0o600))
}

func contains(err error, text string) bool { return err != nil && strings.Contains(err.Error(), text) }

// asked is when the stopped clock says that something was intended: a journal keeps milliseconds.
func asked() time.Time { return stopped().Truncate(time.Millisecond) }

func stopped() time.Time { return time.Date(2026, 3, 14, 15, 9, 26, 535_897_932, time.UTC) }
