package subunit

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func largeEvents(size, piece int) (events []*Event, content []byte) {
	content = bytes.Repeat([]byte("0123456789abcde\n"), size/16)
	events = append(events, &Event{TestID: "a", Status: InProgress}, &Event{TestID: "b", Status: InProgress})
	for at := 0; at < size; at += piece {
		for _, id := range []string{"a", "b"} {
			events = append(events, &Event{TestID: id, FileName: "log", MIME: "text/plain", Content: content[at:min(at+piece, size)]})
		}
	}
	return append(events, &Event{TestID: "a", FileName: "small", Content: []byte("x")}, &Event{TestID: "a", Status: Fail}, &Event{TestID: "b", Status: Success}), content
}

func TestCollectorKeepsLittleInMemory(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	const size, limit = 1 << 20, 10_000
	events, content := largeEvents(size, 6000)
	var kept *Attachment
	results := 0
	c := NewCollector(func(r *Result) {
		results++
		a := r.Attachment("log")
		if len(a.Content) != limit || cap(a.Content) > 2*limit || a.Size() != size {
			t.Errorf("%d bytes in memory of %d", len(a.Content), a.Size())
		}
		if all, err := io.ReadAll(a.Reader()); err != nil || !bytes.Equal(all, content) {
			t.Errorf("read %d bytes, %v", len(all), err)
		}
		for _, n := range []int{0, 1, 5000, size - limit, size - limit + 7, size, size + 1} {
			if tail, err := a.Tail(n); err != nil || !bytes.Equal(tail, content[max(size-n, 0):]) {
				t.Errorf("the last %d bytes are %d, %v", n, len(tail), err)
			}
		}
		if a := r.Attachment("small"); a != nil && (a.Rest != nil || a.Size() != 1) {
			t.Errorf("got %+v", a)
		}
		kept = a
	})
	c.KeepInMemory(limit)
	for _, e := range events {
		c.Add(e)
	}
	c.Flush()
	if results != 2 {
		t.Fatalf("%d results", results)
	}
	if _, err := io.ReadAll(kept.Reader()); err == nil || !strings.Contains(err.Error(), "after its result") {
		t.Errorf("got %v", err)
	}
	if left, _ := filepath.Glob(os.Getenv("TMPDIR") + "/*"); len(left) != 0 || c.files != nil {
		t.Errorf("left behind: %q", left)
	}
}

// Version 1 is the same whether its attachments were in memory or not.
func TestV1WriterReadsTheRest(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	events, _ := largeEvents(300_000, 64<<10)
	var want string
	for _, limit := range []int{0, 1000} {
		var out bytes.Buffer
		w := NewV1Writer(&out)
		c := NewCollector(func(r *Result) {
			if err := w.Write(r); err != nil {
				t.Error(err)
			}
		})
		c.KeepInMemory(limit)
		for _, e := range events {
			c.Add(e)
		}
		if limit == 0 {
			want = out.String()
		} else {
			diffLines(t, out.String(), want)
		}
	}
}

// Without a place for files memory has to do: nothing is lost.
func TestCollectorWithoutTemporaryFiles(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere"))
	events, content := largeEvents(100_000, 6000)
	c := NewCollector(func(r *Result) {
		if a := r.Attachment("log"); a.Rest != nil || !bytes.Equal(a.Content, content[:len(a.Content)]) || a.Size() != int64(len(content)) {
			t.Errorf("%d bytes of %d", a.Size(), len(content))
		}
	})
	c.KeepInMemory(1000)
	for _, e := range events {
		c.Add(e)
	}
	c.Flush()
}
