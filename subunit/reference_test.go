package subunit

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// referenceEvent is what python-subunit makes of a packet, as recorded.
type referenceEvent struct {
	EOF        bool     `json:"eof"`
	FileBytes  *string  `json:"file_bytes_b64"`
	FileSHA256 string   `json:"file_sha256"`
	FileLen    int      `json:"file_len"`
	FileName   *string  `json:"file_name"`
	MIMEType   *string  `json:"mime_type"`
	RouteCode  *string  `json:"route_code"`
	Runnable   bool     `json:"runnable"`
	TestID     *string  `json:"test_id"`
	TestStatus *string  `json:"test_status"`
	TestTags   []string `json:"test_tags"`
	Timestamp  *string  `json:"timestamp"`
}

// asReference converts what the reader returns. python-subunit's times are rounded to whole microseconds, half to even, and
// its tags are a set.
func asReference(e *Event) referenceEvent {
	optional := func(s string, f Fields) *string {
		if s == "" && e.Present&f == 0 {
			return nil
		}
		return &s
	}
	r := referenceEvent{
		EOF: e.EOF, Runnable: !e.NotRunnable,
		MIMEType: optional(e.MIME, FieldMIME), RouteCode: optional(e.Route, FieldRoute),
		TestID: optional(e.TestID, FieldTestID), TestStatus: optional(e.Status.String(), 0),
	}
	if e.HasFile() {
		name, content := e.FileName, base64.StdEncoding.EncodeToString(e.Content)
		r.FileName, r.FileBytes, r.FileLen = &name, &content, len(e.Content)
	}
	if len(e.Tags) > 0 || e.Present&FieldTags != 0 {
		r.TestTags = slices.Compact(slices.Sorted(slices.Values(e.Tags)))
		if r.TestTags == nil {
			r.TestTags = []string{}
		}
	}
	if !e.Time.IsZero() {
		ns := e.Time.UnixNano()
		us := ns / 1000
		if rest := ns % 1000; rest > 500 || rest == 500 && us%2 == 1 {
			us++
		}
		s := time.UnixMicro(us).UTC().Format("2006-01-02T15:04:05.000000Z")
		r.Timestamp = &s
	}
	return r
}

func TestDecodeLikeReference(t *testing.T) {
	compared := 0
	for _, v := range vectors(t) {
		// A reserved bit is text for us, and what the reference makes of damaged streams is not worth copying.
		if v.Name == "reserved-bit-3" || v.Kind == "corrupt" || v.Kind == "crash" || v.Kind == "text" {
			continue
		}
		compared++
		t.Run(v.Name, func(t *testing.T) {
			r := NewReader(bytes.NewReader(readFile(t, filepath.Join(corpusDir, v.Name+".subunit"))), Strict)
			for line := range lines(t, v.Name+".jsonl") {
				e, err := r.Next()
				if err != nil {
					t.Fatal(err)
				}
				var want referenceEvent
				if err := json.Unmarshal(line, &want); err != nil {
					t.Fatal(err)
				}
				got := asReference(e)
				if want.FileSHA256 != "" {
					if sum := sha256.Sum256(e.Content); hex.EncodeToString(sum[:]) != want.FileSHA256 {
						t.Errorf("content of %d bytes differs", len(e.Content))
					}
					got.FileBytes, want.FileSHA256 = nil, ""
				}
				g, _ := json.Marshal(got)
				w, _ := json.Marshal(want)
				if !bytes.Equal(g, w) {
					t.Fatalf("at offset %d\ngot  %.500s\nwant %.500s", r.Offset(), g, w)
				}
			}
			if e, err := r.Next(); err == nil {
				t.Errorf("one event too many: %+v", e)
			}
		})
	}
	if compared < 30 {
		t.Errorf("only %d streams", compared)
	}
}

func TestEncodeCanonical(t *testing.T) {
	for _, v := range vectors(t) {
		if v.Kind != "canonical" {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			stream := readFile(t, filepath.Join(corpusDir, v.Name+".subunit"))
			var exact []byte
			var written bytes.Buffer
			w := NewWriter(&written)
			sorted := true
			for e, err := range NewReader(bytes.NewReader(stream), Strict).All() {
				if err != nil {
					t.Fatal(err)
				}
				if exact, err = AppendPacket(exact, e); err != nil {
					t.Fatal(err)
				}
				if err := w.Write(e); err != nil {
					t.Fatal(err)
				}
				sorted = sorted && slices.IsSorted(e.Tags)
			}
			if !bytes.Equal(exact, stream) {
				t.Error("AppendPacket does not reproduce the stream")
			}
			// The Writer mends what AppendPacket keeps.
			mended := !sorted || v.Name == "flags-all-2048" || v.Name == "attachment-1MiB-in-4093B-packets" // binary data as text/plain
			if same := bytes.Equal(written.Bytes(), stream); same == mended {
				t.Errorf("Writer reproduces the stream: %v, want %v", same, !mended)
			}
		})
	}
}

func TestEncodeLikeReference(t *testing.T) {
	for line := range lines(t, "encode.jsonl") {
		var c struct {
			Name           string
			Event          referenceEvent
			Hex            *string
			ReferenceError *string `json:"reference_error"`
		}
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		t.Run(c.Name, func(t *testing.T) {
			e := fromReference(t, &c.Event)
			var out bytes.Buffer
			err := NewWriter(&out).Write(e)
			// python-subunit writes a NUL that its own reader refuses.
			if c.ReferenceError != nil || c.Name == "nul-in-id" {
				if err == nil {
					t.Errorf("no error, want one as for %v", c.ReferenceError)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := hex.EncodeToString(out.Bytes())
			if strings.HasPrefix(*c.Hex, "sha256:") {
				got = fmt.Sprintf("sha256:%x:%d", sha256.Sum256(out.Bytes()), out.Len())
			}
			if got != *c.Hex {
				t.Errorf("got  %s\nwant %s", got, *c.Hex)
			}
		})
	}
}

func fromReference(t *testing.T, r *referenceEvent) *Event {
	t.Helper()
	e := &Event{EOF: r.EOF, NotRunnable: !r.Runnable, Tags: r.TestTags}
	for _, f := range []struct {
		from  *string
		to    *string
		field Fields
	}{{r.TestID, &e.TestID, FieldTestID}, {r.MIMEType, &e.MIME, FieldMIME}, {r.RouteCode, &e.Route, FieldRoute}, {r.FileName, &e.FileName, FieldFile}} {
		if f.from != nil {
			*f.to = *f.from
			e.Present |= f.field
		}
	}
	if r.FileBytes != nil {
		var err error
		if e.Content, err = base64.StdEncoding.DecodeString(*r.FileBytes); err != nil {
			t.Fatal(err)
		}
	} else if r.FileSHA256 != "" {
		// Large contents were recorded as a sum; they repeat one byte.
		for _, fill := range []byte{'q', 0xFF} {
			e.Content = bytes.Repeat([]byte{fill}, r.FileLen)
			if sum := sha256.Sum256(e.Content); hex.EncodeToString(sum[:]) == r.FileSHA256 {
				break
			}
		}
	}
	if r.TestStatus != nil {
		e.Status = ExpectedFailure + 1
		for s := StatusNone; s <= ExpectedFailure; s++ {
			if s.String() == *r.TestStatus {
				e.Status = s
			}
		}
	}
	if r.Timestamp != nil {
		var err error
		if e.Time, err = time.Parse(time.RFC3339Nano, *r.Timestamp); err != nil {
			t.Fatal(err)
		}
	}
	return e
}
