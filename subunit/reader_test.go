package subunit

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func packet(t testing.TB, e *Event) []byte {
	t.Helper()
	b, err := AppendPacket(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReaderStrict(t *testing.T) {
	good := string(packet(t, &Event{TestID: "foo", Status: Success}))
	bad := good[:len(good)-1] + "x"
	tests := []struct {
		name, stream string
		events       int
		offset       int64
		defect       string
	}{
		{"text", good + "text\n", 1, 12, "text between packets"},
		{"text first", "text\n" + good, 0, 0, "text between packets"},
		{"bad checksum", good + good + bad + good, 2, 24, "crc"},
		{"cut", good + good[:7], 1, 12, "truncated"},
		{"cut inside the header", good + good[:2], 1, 12, "text between packets"},
		{"bad field", good + "\xb3\x29\x03\x0c\x03a\x00b\x62\xdc\x06\xe3", 1, 12, "crc"},
		{"wrong version", good + "\xb3\x19\x03\x0c", 1, 12, "text between packets"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := NewReader(strings.NewReader(tt.stream), Strict)
			for range tt.events {
				if e, err := r.Next(); err != nil || e.TestID != "foo" {
					t.Fatalf("got %+v, %v", e, err)
				}
			}
			for range 2 { // the error stays
				var damage *StreamError
				_, err := r.Next()
				if !errors.As(err, &damage) || damage.Offset != tt.offset || damage.Defect != tt.defect {
					t.Fatalf("got error %v, want %q at offset %d", err, tt.defect, tt.offset)
				}
			}
		})
	}
}

func TestReaderFieldDefects(t *testing.T) {
	// Each body is wrong, but the checksum is right: the frame is proven, so exactly this packet is lost.
	tests := []struct{ name, flags, body, want string }{
		{"id past the end", "\x28\x00", "\x05abc", "test id past end of packet"},
		{"no id", "\x28\x00", "", "number past end of packet"},
		{"half a number", "\x28\x00", "\x40", "number past end of packet"},
		{"half a time", "\x22\x00", "\x00\x00", "timestamp past end of packet"},
		{"content past the end", "\x20\x40", "\x01f\x05abc", "file content past end of packet"},
		{"four million tags", "\x20\x80", "\xc0\x40\x00\x00\x01a", "number past end of packet"},
		{"NUL in a tag", "\x20\x80", "\x01\x02a\x00", "tag contains NUL byte"},
		{"surrogate in a route", "\x24\x00", "\x03\xed\xa0\x80", "routing code is not UTF-8"},
		{"cut character in a type", "\x20\x20", "\x01\xc3", "mime type is not UTF-8"},
	}
	good := packet(t, &Event{TestID: "foo", Status: Exists})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bad := seal(tt.flags, tt.body)
			r := NewReader(bytes.NewReader(append(bad, good...)), Recover)
			e, err := r.Next()
			if err != nil || e.Defect != tt.want || !bytes.Equal(e.Content, bad) {
				t.Fatalf("got %+v, %v, want the defect %q", e, err, tt.want)
			}
			if e.TestID != ParserTestID || e.FileName != DamageName || e.Status != Fail || !e.EOF {
				t.Errorf("got %+v, want a failure of %s", e, ParserTestID)
			}
			if e, err := r.Next(); err != nil || e.TestID != "foo" {
				t.Errorf("got %+v, %v after the damage", e, err)
			}
			if r.Offset() != int64(len(bad)) {
				t.Errorf("offset %d, want %d", r.Offset(), len(bad))
			}
		})
	}
}

// seal makes a packet of flags and body, whatever they are.
func seal(flags, body string) []byte {
	b := append([]byte{signature}, flags...)
	b = append(b, byte(len(flags)+len(body)+6))
	b = append(b, body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// TestReaderLive holds that an event is there as soon as its last byte is, as on a pipe whose writer goes on.
func TestReaderLive(t *testing.T) {
	src, dst := io.Pipe()
	defer dst.Close()
	events := make(chan *Event)
	go func() {
		defer close(events)
		for e, err := range NewReader(src, Recover).All() {
			if err != nil {
				t.Error(err)
				return
			}
			events <- e.Clone()
		}
	}()
	steps := []struct {
		send string
		want Event
	}{
		{string(packet(t, &Event{TestID: "a", Status: InProgress})), Event{TestID: "a"}},
		{"text", Event{FileName: TextName}},
		{"no newline \u0433", Event{FileName: TextName}}, // ends in the byte of the signature
		{string(packet(t, &Event{TestID: "b", Status: Success})), Event{TestID: "b"}},
	}
	for _, step := range steps {
		if _, err := io.WriteString(dst, step.send); err != nil {
			t.Fatal(err)
		}
		select {
		case e := <-events:
			if e.TestID != step.want.TestID || e.FileName != step.want.FileName {
				t.Errorf("after %q got %+v", step.send, e)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("no event after %q", step.send)
		}
	}
}

func TestReaderReadError(t *testing.T) {
	broken := errors.New("broken")
	stream := append(packet(t, &Event{TestID: "a"}), "\xb3\x29\x01\x0c"...)
	r := NewReader(io.MultiReader(bytes.NewReader(stream), iotest.ErrReader(broken)), Recover)
	var defects []string
	for e, err := range r.All() {
		if err != nil {
			if !errors.Is(err, broken) {
				t.Errorf("got %v", err)
			}
			if len(defects) != 2 || defects[1] != "truncated" {
				t.Errorf("before the error came %q, want the packet and the cut one", defects)
			}
			return
		}
		defects = append(defects, e.Defect)
	}
	t.Error("no error")
}

func TestReaderNoProgress(t *testing.T) {
	if _, err := NewReader(stuckReader{}, Recover).Next(); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("got %v", err)
	}
}

type stuckReader struct{}

func (stuckReader) Read([]byte) (int, error) { return 0, nil }

func TestReaderStopsIterating(t *testing.T) {
	stream := bytes.Repeat(packet(t, &Event{TestID: "a"}), 3)
	r := NewReader(bytes.NewReader(stream), Recover)
	for range r.All() {
		break
	}
	n := 0
	for range r.All() {
		n++
	}
	if n != 2 {
		t.Errorf("%d events after the first, want 2", n)
	}
}

func TestReaderKeepsSource(t *testing.T) {
	stream := hostileSample(t)
	before := bytes.Clone(stream)
	for e, err := range NewReader(bytes.NewReader(stream), Recover).All() {
		if err != nil {
			t.Fatal(err)
		}
		_ = append(e.Content, "more"...)
	}
	if !bytes.Equal(stream, before) {
		t.Error("the stream in memory was altered")
	}
}

func hostileSample(t testing.TB) []byte {
	return append(bytes.Repeat(packet(t, &Event{TestID: "a", Content: []byte("c")}), 3), "text \xb3\x29\x01\x0c and more"...)
}

// TestReaderReturnsWhatWasWritten holds that an event comes back equal, so that Present marks empty fields only.
func TestReaderReturnsWhatWasWritten(t *testing.T) {
	for _, want := range []*Event{
		{TestID: "a", Status: Success, Time: at(1), Tags: []string{"t"}, Route: "0"},
		{FileName: "f", MIME: "text/plain", Content: []byte("x"), EOF: true, NotRunnable: true},
		{Present: FieldTestID | FieldRoute | FieldMIME},
		{Present: FieldTags},
		{Content: []byte{}, Present: FieldFile},
	} {
		got, err := NewReader(bytes.NewReader(packet(t, want)), Strict).Next()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(want, got.Clone()); diff != "" {
			t.Error(diff)
		}
	}
}
