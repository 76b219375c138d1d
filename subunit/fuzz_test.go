package subunit

import (
	"bytes"
	"io"
	"path/filepath"
	"slices"
	"testing"
	"testing/iotest"
)

// FuzzDecode holds that no input is a panic or an error, that no byte is lost, and that events do not depend on how the
// bytes come in.
func FuzzDecode(f *testing.F) {
	for _, v := range vectors(f) {
		if v.Bytes < 2000 {
			f.Add(readFile(f, filepath.Join(corpusDir, v.Name+".subunit")))
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		kinds, pieces := slowRecover(stream)
		if joined := slices.Concat(pieces...); !bytes.Equal(joined, stream) {
			t.Fatalf("%d of %d bytes", len(joined), len(stream))
		}
		if got := countEvents(t, stream); got != len(kinds) {
			t.Errorf("%d events, want %d", got, len(kinds))
		}
		want := asJSON(t, bytes.NewReader(stream))
		diffLines(t, asJSON(t, iotest.OneByteReader(bytes.NewReader(stream))), want)
	})
}

func countEvents(t *testing.T, stream []byte) int {
	r := NewReader(bytes.NewReader(stream), Recover)
	n := 0
	text := false
	for e, err := range r.All() {
		if err != nil {
			t.Fatal(err)
		}
		if e.Defect != "" && !e.EOF || e.Text && text {
			continue
		}
		text = e.Text
		n++
	}
	return n
}

// FuzzEncode holds that decoding and encoding again makes the same packet of everything that AppendPacket makes, and the
// same event.
func FuzzEncode(f *testing.F) {
	for _, v := range vectors(f) {
		if v.Kind == "canonical" && v.Bytes < 2000 {
			f.Add(readFile(f, filepath.Join(corpusDir, v.Name+".subunit")))
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		var canonical []byte
		for e, err := range NewReader(bytes.NewReader(stream), Recover).All() {
			if err != nil {
				t.Fatal(err)
			}
			b, err := AppendPacket(canonical, e)
			if err != nil {
				continue // a time after 2106 whose nanoseconds are more than a second
			}
			canonical = b
		}
		var again []byte
		for e, err := range NewReader(bytes.NewReader(canonical), Strict).All() {
			if err == nil {
				again, err = AppendPacket(again, e)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(again, canonical) {
			t.Errorf("got  %x\nwant %x", again, canonical)
		}
		// The Writer's output is a fixed point of the Writer.
		first := rewriteStream(t, canonical)
		if second := rewriteStream(t, first); !bytes.Equal(second, first) {
			t.Errorf("got  %x\nwant %x", second, first)
		}
	})
}

func rewriteStream(t *testing.T, stream []byte) []byte {
	var out bytes.Buffer
	w := NewWriter(&out)
	r := NewReader(bytes.NewReader(stream), Strict)
	for {
		e, err := r.Next()
		if err == io.EOF {
			return out.Bytes()
		}
		if err == nil {
			err = w.Write(e)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
