package objectstorage

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

const testSeed = "000102030405060708090a0b0c0d0e0f"

// TestGenerateIsStable holds the content that a recorded seed stands for: another content would make every object that an
// earlier program stored look damaged. The digest is that of openssl's aes-128-ctr over zero bytes with this key.
func TestGenerateIsStable(t *testing.T) {
	data := generate(t, 100000)
	const want = "5ab6c6f650c76e4d0b8f90c4110c3e717664942c42613f01099eaa5014b9f324"
	if got := digest(data); got != want {
		t.Errorf("SHA-256 of the generated content is %s, want %s", got, want)
	}
	if !bytes.Equal(generate(t, 10), data[:10]) {
		t.Error("a shorter content is not the beginning of a longer one")
	}
	g, err := newGenerated(testSeed, 100000)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // as when a body is sent again
		sum, err := digestOf(g)
		if err != nil || sum != want {
			t.Errorf("SHA-256 of the content read in pieces is %s, %v; want %s", sum, err, want)
		}
	}
}

func generate(t *testing.T, size int64) []byte {
	t.Helper()
	g, err := newGenerated(testSeed, size)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(iotest.OneByteReader(g))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestGenerateRefusesBadSeeds(t *testing.T) {
	for _, s := range []string{"", "xyz", "0001"} {
		if _, err := newGenerated(s, 1); err == nil {
			t.Errorf("generate accepts the seed %q", s)
		}
	}
}

func TestCompare(t *testing.T) {
	const size = 150000 // more than two buffers
	whole := generate(t, size)
	flipped := bytes.Clone(whole)
	flipped[70001] ^= 1
	for _, tt := range []struct {
		name      string
		body      []byte
		text      string // expected content given as text; "" means generated
		different int64
		same      bool
	}{
		{name: "the same", body: whole, different: -1, same: true},
		{name: "one bit", body: flipped, different: 70001},
		{name: "cut", body: whole[:size-1], different: -1},
		{name: "empty", body: nil, different: -1},
		{name: "text the same", text: originalContent, body: []byte(originalContent), different: -1, same: true},
		{name: "text changed", text: originalContent, body: []byte("testtestXesttes"), different: 8},
		{name: "text longer", text: originalContent, body: []byte(originalContent + "t"), different: 15},
		{name: "text shorter", text: originalContent, body: []byte("test"), different: -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			expected := &content{text: []byte(tt.text)}
			want := digest([]byte(tt.text))
			if tt.text == "" {
				stream, err := keystream(testSeed)
				if err != nil {
					t.Fatal(err)
				}
				expected, want = &content{stream: stream}, digest(whole)
			}
			got, err := compare(iotest.HalfReader(bytes.NewReader(tt.body)), expected)
			if err != nil {
				t.Fatal(err)
			}
			if got.different != tt.different || got.size != int64(len(tt.body)) || (got.sha256 == want) != tt.same {
				t.Errorf("compare = %+v; want the first difference at %d, size %d, the same: %v", got, tt.different, len(tt.body), tt.same)
			}
		})
	}
}

func TestCompareReportsABrokenBody(t *testing.T) {
	stream, err := keystream(testSeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := compare(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("abc"))), &content{stream: stream}); err == nil {
		t.Error("a body that breaks off is no error")
	}
}
