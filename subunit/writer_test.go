package subunit

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"
)

// The bytes are those of the format's description and of python-subunit's own tests.
func TestWriterPublishedPackets(t *testing.T) {
	tests := []struct {
		name  string
		event Event
		want  string
	}{
		{"exists", Event{TestID: "foo", Status: Exists}, "b329010c03666f6f08555f1b"},
		{"in progress", Event{TestID: "foo", Status: InProgress}, "b329020c03666f6f8ec12db5"},
		{"success", Event{TestID: "foo", Status: Success}, "b329030c03666f6f459dfe10"},
		{"unexpected success", Event{TestID: "foo", Status: UnexpectedSuccess}, "b329040c03666f6f5898cea8"},
		{"skip", Event{TestID: "foo", Status: Skip}, "b329050c03666f6f93c41d0d"},
		{"fail", Event{TestID: "foo", Status: Fail}, "b329060c03666f6f15506fa3"},
		{"expected failure", Event{TestID: "foo", Status: ExpectedFailure}, "b329070c03666f6fde0cbc06"},
		{"end of file alone", Event{EOF: true}, "b3211008531588dc"},
		{"file", Event{FileName: "barney", Content: []byte("woo")}, "b3214013066261726e657903776f6f4135e38c"},
		{"type alone", Event{MIME: "application/foo; charset=1"},
			"b32120231a6170706c69636174696f6e2f666f6f3b20636861727365743d3178335115"},
		{"time", Event{TestID: "bar", Status: Success, Time: time.Date(2001, 12, 12, 12, 59, 59, 45999, time.UTC)},
			"b32b03133c1754cf80afc80362617249963e2d"},
		{"route", Event{TestID: "bar", Status: Success, Route: "source"}, "b32d03130362617206736f757263659c593919"},
		{"not runnable", Event{TestID: "foo", Status: Success, NotRunnable: true}, "b328030c03666f6fe3eaf5a4"},
		{"tags are sorted", Event{TestID: "bar", Tags: []string{"foo", "bar", "foo"}}, "b32980150362617202036261720" + "3666f6ff8f1916f"},
		{"empty route that is present", Event{Present: FieldRoute}, "b325000900d76b619c"},
		{"empty file that is present", Event{FileName: "ab", Present: FieldFile}, "b321400c026162002aeebbd1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := NewWriter(&out).Write(&tt.event); err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(out.Bytes()); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestWriterRefuses(t *testing.T) {
	tests := []struct {
		name  string
		event Event
		want  string
	}{
		{"NUL in the id", Event{TestID: "a\x00b"}, "test id contains NUL byte"},
		{"NUL in a tag", Event{TestID: "a", Tags: []string{"a\x00"}}, "tag contains NUL byte"},
		{"bad UTF-8 in the name", Event{FileName: "\xff"}, "file name is not UTF-8"},
		{"a surrogate in the type", Event{MIME: "\xed\xa0\x80"}, "mime type is not UTF-8"},
		{"bad UTF-8 in the route", Event{Route: "\xc0\x80"}, "routing code is not UTF-8"},
		{"unknown status", Event{TestID: "a", Status: 8}, "unknown status 8"},
		{"time before 1970", Event{Time: time.Unix(-1, 0)}, "outside of what the format can hold"},
		{"time after 2106", Event{Time: time.Unix(1<<32, 0)}, "outside of what the format can hold"},
		{"id larger than a packet", Event{TestID: strings.Repeat("x", MaxPacketSize)}, "larger than the format's limit"},
		{"content with an id as large as a packet", Event{TestID: strings.Repeat("x", MaxPacketSize), Content: []byte("c")}, "no room"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			w := NewWriter(&out)
			if err := w.Write(&tt.event); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want one with %q", err, tt.want)
			}
			if out.Len() != 0 {
				t.Errorf("%d bytes were written", out.Len())
			}
			if err := w.Write(&Event{TestID: "good"}); err != nil {
				t.Errorf("a refused event must not stop the writer: %v", err)
			}
		})
	}
}

type failingWriter struct {
	room  int
	calls int
}

var errPipe = errors.New("broken pipe")

func (f *failingWriter) Write(p []byte) (int, error) {
	f.calls++
	if len(p) > f.room {
		return f.room, errPipe
	}
	return len(p), nil
}

func TestWriterStopsAfterBrokenPipe(t *testing.T) {
	f := &failingWriter{room: 5}
	w := NewWriter(f)
	for range 2 {
		if err := w.Write(&Event{TestID: "foo"}); !errors.Is(err, errPipe) {
			t.Fatalf("got %v", err)
		}
	}
	if err := w.Flush(); !errors.Is(err, errPipe) {
		t.Fatalf("got %v", err)
	}
	if f.calls != 1 {
		t.Errorf("%d calls, want 1: nothing may follow a torn packet", f.calls)
	}
}
