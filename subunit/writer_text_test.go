package subunit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// rewrite writes events and returns what a strict reader makes of the packets.
func rewrite(t *testing.T, events ...*Event) []*Event {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out)
	for _, e := range events {
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	var got []*Event
	for e, err := range NewReader(&out, Strict).All() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Clone())
	}
	return got
}

func TestWriterMakesTextsValid(t *testing.T) {
	const text, binary = "text/plain; charset=\"utf8\"", "application/octet-stream"
	piece := func(mime, content string, eof bool) *Event {
		return &Event{TestID: "t", FileName: "log", MIME: mime, Content: []byte(content), EOF: eof}
	}
	tests := []struct {
		name   string
		events []*Event
		want   []string // the contents
	}{
		{"good text", []*Event{piece(text, "gr\u00fc\u00df \U0001F600", true)}, []string{"gr\u00fc\u00df \U0001F600"}},
		{"Latin-1", []*Event{piece(text, "gr\xfc\xdf", true)}, []string{"gr\uFFFD\uFFFD"}},
		{"binary file", []*Event{piece(binary, "gr\xfc\xdf", true)}, []string{"gr\xfc\xdf"}},
		{"no type", []*Event{piece("", "gr\xfc\xdf", true)}, []string{"gr\xfc\xdf"}},
		{"later piece has no type", []*Event{piece(text, "a", false), piece("", "\xff", true)}, []string{"a", "\uFFFD"}},
		{"character in two pieces", []*Event{piece(text, "a\xf0\x9f", false), piece("", "\x98\x80b", true)}, []string{"a", "\U0001F600b"}},
		{"character in four pieces", []*Event{piece(text, "\xf0", false), piece("", "\x9f", false), piece("", "\x98", false), piece("", "\x80", true)},
			[]string{"", "", "", "\U0001F600"}},
		{"character never completed", []*Event{piece(text, "a\xe4\xb8", false), piece("", "b", true)}, []string{"a", "\uFFFD\uFFFDb"}},
		{"character cut by the end of the file", []*Event{piece(text, "a\xe4\xb8", true)}, []string{"a\uFFFD\uFFFD"}},
		{"character cut by the end of the test", []*Event{piece(text, "a\xe4\xb8", false), {TestID: "t", Status: Fail}}, []string{"a", "\uFFFD", ""}},
		{"new file of the same name", []*Event{piece(text, "a", true), piece("", "\xff", true)}, []string{"a", "\xff"}},
		{"other type under the same name", []*Event{piece(text, "a", false), piece(binary, "\xff", true)}, []string{"a", "\xff"}},
		{"two tests at once", []*Event{piece(text, "\xc3", false), {TestID: "u", FileName: "log", MIME: text, Content: []byte("\xc4"), Route: "1"},
			piece("", "\xa4", true), {TestID: "u", FileName: "log", Content: []byte("\xa4"), Route: "1", EOF: true}},
			[]string{"", "", "\u00e4", "\u0124"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, e := range rewrite(t, tt.events...) {
				got = append(got, string(e.Content))
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWriterForgetsTexts(t *testing.T) {
	w := NewWriter(io.Discard)
	for i := range 100 {
		id := fmt.Sprint(i)
		for _, e := range []*Event{
			{TestID: id, FileName: "a", MIME: "text/plain", Content: []byte("x")},
			{TestID: id, FileName: "b", MIME: "text/plain", Content: []byte("x")},
			{TestID: id, Status: Success},
		} {
			if err := w.Write(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := len(w.texts.other); n != 0 || w.texts.begun {
		t.Errorf("texts of finished tests are kept: %d", n)
	}
}

func TestWriterSplits(t *testing.T) {
	start := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	content := bytes.Repeat([]byte("\u4e2d123456"), 1_000_000)
	for _, mime := range []string{"text/plain", "application/gzip"} {
		got := rewrite(t, &Event{TestID: "t", Status: Fail, Time: start, Tags: []string{"worker-1"}, FileName: "log", MIME: mime,
			Content: content, EOF: true, Route: "1"})
		sum := sha256.New()
		files := got[:len(got)-1]
		for i, e := range files {
			sum.Write(e.Content)
			last := i == len(files)-1
			if e.TestID != "t" || e.Route != "1" || !e.Time.Equal(start) || e.FileName != "log" || e.Status != StatusNone || len(e.Tags) != 0 {
				t.Errorf("piece %d: %+v", i, e)
			}
			if (e.MIME == mime) != (i == 0) || e.EOF != last {
				t.Errorf("piece %d has type %q and end %v", i, e.MIME, e.EOF)
			}
			if mime == "text/plain" && cutRune(e.Content) != 0 {
				t.Errorf("piece %d ends inside a character", i)
			}
		}
		if want := sha256.Sum256(content); !bytes.Equal(sum.Sum(nil), want[:]) {
			t.Error("the content differs")
		}
		last := got[len(got)-1]
		if last.HasFile() || last.EOF || last.MIME != "" || last.Status != Fail || len(last.Tags) != 1 || last.Route != "1" || !last.Time.Equal(start) {
			t.Errorf("last packet: %+v", last)
		}
	}
}

func TestWriterSplitsAtTheLimit(t *testing.T) {
	for _, tt := range []struct{ size, packets int }{{4194289, 1}, {4194290, 2}} {
		if got := rewrite(t, &Event{Content: make([]byte, tt.size)}); len(got) != tt.packets {
			t.Errorf("%d bytes make %d packets, want %d", tt.size, len(got), tt.packets)
		}
	}
}

func TestWriterMendsText(t *testing.T) {
	// What a bad byte becomes is longer: the mended content no longer fits into one packet.
	got := rewrite(t, &Event{FileName: "log", MIME: "text/plain", Content: bytes.Repeat([]byte{0xFF}, 2_000_000), EOF: true})
	n := 0
	for _, e := range got {
		n += strings.Count(string(e.Content), replacement)
	}
	if len(got) != 2 || n != 2_000_000 {
		t.Errorf("%d packets with %d characters", len(got), n)
	}
}

func TestWriterDamage(t *testing.T) {
	stream := append(packet(t, &Event{TestID: "a", Status: Success}), "\xb3\x29\x01\x0c cut"...)
	var events []*Event
	for e, err := range NewReader(bytes.NewReader(stream), Recover).All() {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e.Clone())
	}
	got := rewrite(t, events...)
	if len(got) != 3 {
		t.Fatalf("%d packets, want 3", len(got))
	}
	data, reason := got[1], got[2]
	if data.TestID != "subunit.parser" || data.FileName != "Packet data" || string(data.Content) != "\xb3\x29\x01\x0c cut" || data.Status != StatusNone || !data.EOF {
		t.Errorf("the data became %+v", data)
	}
	if reason.TestID != "subunit.parser" || reason.FileName != "Parser Error" || reason.Status != Fail || !strings.Contains(string(reason.Content), "truncated") {
		t.Errorf("the reason became %+v", reason)
	}
}

// TestWriterConcurrent holds that packets of several goroutines never mix and that each is one Write call.
func TestWriterConcurrent(t *testing.T) {
	out := &callCounter{}
	w := NewWriter(out)
	var wg sync.WaitGroup
	const writers, each = 8, 200
	for i := range writers {
		wg.Go(func() {
			for n := range each {
				e := &Event{TestID: fmt.Sprint(i), FileName: "f", MIME: "text/plain", Content: bytes.Repeat([]byte{'a'}, n*10)}
				if err := w.Write(e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	n := 0
	for _, err := range NewReader(&out.Buffer, Strict).All() {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != writers*each || out.calls != n {
		t.Errorf("%d packets in %d calls, want %d", n, out.calls, writers*each)
	}
}

type callCounter struct {
	bytes.Buffer
	calls int
}

func (c *callCounter) Write(p []byte) (int, error) {
	c.calls++
	return c.Buffer.Write(p)
}

// shortWriter writes a few bytes at a time without an error, which io.Writer forbids and some writers do.
type shortWriter struct{ bytes.Buffer }

func (s *shortWriter) Write(p []byte) (int, error) { return s.Buffer.Write(p[:min(3, len(p))]) }

func TestWriterShortWrites(t *testing.T) {
	out := &shortWriter{}
	if err := NewWriter(out).Write(&Event{TestID: "foo", Status: Success}); err != nil {
		t.Fatal(err)
	}
	if want := packet(t, &Event{TestID: "foo", Status: Success}); !bytes.Equal(out.Bytes(), want) {
		t.Errorf("got %x, want %x", out.Bytes(), want)
	}
}

func TestWriterFlushes(t *testing.T) {
	for _, tt := range []struct {
		event   Event
		flushed bool
	}{{Event{TestID: "a", Status: InProgress}, true}, {Event{TestID: "a", FileName: "f"}, false}, {Event{TestID: "a", Status: Skip}, true}} {
		var out bytes.Buffer
		w := NewWriter(bufio.NewWriter(&out))
		if err := w.Write(&tt.event); err != nil {
			t.Fatal(err)
		}
		if flushed := out.Len() > 0; flushed != tt.flushed {
			t.Errorf("status %q is flushed: %v, want %v", tt.event.Status, flushed, tt.flushed)
		}
		if err := w.Flush(); err != nil || out.Len() == 0 {
			t.Errorf("Flush wrote %d bytes, error %v", out.Len(), err)
		}
	}
}
