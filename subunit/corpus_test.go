package subunit

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

const corpusDir = "testdata/corpus"

type vector struct {
	Name  string
	Kind  string
	Bytes int
}

// vectors returns the recorded streams. The expected files were made by implementations that share no code with this one.
func vectors(t testing.TB) []vector {
	t.Helper()
	var manifest struct{ Vectors []vector }
	if err := json.Unmarshal(readFile(t, filepath.Join(corpusDir, "manifest.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	if len(manifest.Vectors) < 50 {
		t.Fatalf("only %d vectors", len(manifest.Vectors))
	}
	return manifest.Vectors
}

// readFile reads a file or its gzip form.
func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err == nil {
		return b
	}
	f, gzErr := os.Open(name + ".gz")
	if gzErr != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if b, err = io.ReadAll(z); err != nil {
		t.Fatal(err)
	}
	return b
}

// asJSON decodes a stream and returns it as lines of JSON.
func asJSON(t testing.TB, src io.Reader) string {
	t.Helper()
	var out bytes.Buffer
	j := NewJSONWriter(&out)
	for e, err := range NewReader(src, Recover).All() {
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func diffLines(t *testing.T, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		var a, b string
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			t.Errorf("line %d\ngot  %.400s\nwant %.400s", i+1, a, b)
			return
		}
	}
}

func TestRecoverCorpus(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			stream := readFile(t, filepath.Join(corpusDir, v.Name+".subunit"))
			want := string(readFile(t, filepath.Join(corpusDir, v.Name+".recover.jsonl")))
			diffLines(t, asJSON(t, bytes.NewReader(stream)), want)
			if v.Bytes < 10_000 {
				diffLines(t, asJSON(t, iotest.OneByteReader(bytes.NewReader(stream))), want)
			}
		})
	}
}

func TestRecoverCases(t *testing.T) {
	for _, kind := range []string{"truncated", "flipped", "fuzz"} {
		t.Run(kind, func(t *testing.T) {
			want := map[string][]json.RawMessage{}
			for line := range lines(t, "cases-"+kind+".recover.jsonl") {
				var c struct {
					Name   string
					Events []json.RawMessage
				}
				if err := json.Unmarshal(line, &c); err != nil {
					t.Fatal(err)
				}
				want[c.Name] = c.Events
			}
			for line := range lines(t, "cases-"+kind+".jsonl") {
				var c struct{ Name, Hex string }
				if err := json.Unmarshal(line, &c); err != nil {
					t.Fatal(err)
				}
				t.Run(c.Name, func(t *testing.T) {
					stream, err := hex.DecodeString(c.Hex)
					if err != nil {
						t.Fatal(err)
					}
					var expected strings.Builder
					for _, e := range want[c.Name] {
						expected.Write(e)
						expected.WriteByte('\n')
					}
					diffLines(t, asJSON(t, bytes.NewReader(stream)), expected.String())
					diffLines(t, asJSON(t, iotest.OneByteReader(bytes.NewReader(stream))), expected.String())
				})
			}
		})
	}
}

func lines(t testing.TB, name string) func(func([]byte) bool) {
	b := readFile(t, filepath.Join(corpusDir, name))
	return func(yield func([]byte) bool) {
		s := bufio.NewScanner(bytes.NewReader(b))
		s.Buffer(nil, 64<<20)
		for s.Scan() && yield(s.Bytes()) {
		}
		if s.Err() != nil {
			t.Error(s.Err())
		}
	}
}
