package phases

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
)

// pythonAnswers are what Python 3.11 and testtools printed for the values beside them.
type pythonAnswers struct {
	Strings    [][2]string `json:"strings"`    // repr(text)
	Bytes      [][2]string `json:"bytes"`      // repr(text.encode())
	JSON       [][2]string `json:"json"`       // "%s" % (json.loads(text),)
	NotJSON    []string    `json:"not_json"`   // refused by json.loads
	Mismatches [][3]string `json:"mismatches"` // assertEqual(reference, observed)
	Lists      []listRepr  `json:"lists"`
}

// listRepr is a list and its repr.
type listRepr struct {
	list []string
	repr string
}

func (l *listRepr) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&l.list, &l.repr})
}

func readPython(t *testing.T) pythonAnswers {
	t.Helper()
	var p pythonAnswers
	readJSON(t, "testdata/pyrepr.json", &p)
	return p
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func TestPythonRepr(t *testing.T) {
	p := readPython(t)
	check := func(name string, pairs [][2]string, repr func(string) string) {
		t.Helper()
		if len(pairs) == 0 {
			t.Errorf("%s: nothing to compare with", name)
		}
		for _, pair := range pairs {
			if got := repr(pair[0]); got != pair[1] {
				t.Errorf("%s of %q is %s, Python has %s", name, pair[0], got, pair[1])
			}
		}
	}
	check("text", p.Strings, pyString)
	check("bytes", p.Bytes, func(s string) string { return pyBytes([]byte(s)) })
	check("value", p.JSON, func(s string) string {
		var text string
		if s[0] == '"' && json.Unmarshal([]byte(s), &text) == nil {
			// "%s" of a text alone has no quotation marks, its repr has.
			if got := PythonRepr([]byte(s)); got != pyString(text) {
				t.Errorf("the repr of %s is %s", s, got)
			}
			return text
		}
		return PythonRepr([]byte(s))
	})
	for _, s := range p.NotJSON {
		if got := PythonRepr([]byte(s)); got != s {
			t.Errorf("%q is no JSON and became %q", s, got)
		}
	}
	for _, l := range p.Lists {
		if got := pyList(l.list); got != l.repr {
			t.Errorf("list %q is %s, Python has %s", l.list, got, l.repr)
		}
	}
	if got := pyBytes([]byte{0x00, 0xff, 0x80, 'a'}); got != `b'\x00\xff\x80a'` {
		t.Errorf("bytes that are no text: %s", got)
	}
}

func TestMismatch(t *testing.T) {
	for _, m := range readPython(t).Mismatches {
		var f *Failure
		err := Mismatch(m[0], m[1])
		if !errors.As(err, &f) || f.Type != "testtools.matchers._impl.MismatchError" || f.Text != m[2] {
			t.Errorf("assertEqual(%q, %q):\n%s\nwant\n%s", m[0], m[1], err, m[2])
		}
	}
}
