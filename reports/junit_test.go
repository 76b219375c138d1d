package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/subunit"
)

func junitXML(t *testing.T, o JUnitOptions, rs []*subunit.Result) []byte {
	t.Helper()
	var out bytes.Buffer
	j := NewJUnit(&out, o)
	for _, r := range rs {
		if err := j.Result(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(summaryOf(rs)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestJUnitGolden(t *testing.T) {
	golden(t, "junit.golden.xml", junitXML(t, JUnitOptions{}, everyOutcome()))
	golden(t, "junit-full.golden.xml", junitXML(t, JUnitOptions{
		Suite:              "persistent-resources.verify.post-upgrade",
		Hostname:           "controller",
		Properties:         [][2]string{{"phase", "verify"}, {"cloud", `"old" & <new>`}},
		GroupSetup:         true,
		PassingAttachments: true,
	}, everyOutcome()))
	golden(t, "junit-empty.golden.xml", junitXML(t, JUnitOptions{}, nil))
}

// The classes and names that subunit2junitxml (python-junitxml 0.7) gives; where it cuts inside […] ours differs.
func TestClassAndName(t *testing.T) {
	tests := []struct{ id, class, name string }{
		{"a.b.C.test_x[id-1,smoke]", "a.b.C", "test_x[id-1,smoke]"},
		{"a.b.C.test_x(ssl.v1)[id-1]", "a.b.C", "test_x(ssl.v1)[id-1]"},
		{"setUpClass (a.b.C)", "", "setUpClass (a.b.C)"},
		{"tearDownClass (a.b.C)", "", "tearDownClass (a.b.C)"},
		{"noclass", "", "noclass"},
		{"a.b.C.test_x", "a.b.C", "test_x"},
		{"a.b.", "a", "b."},
		{"(a.b)", "", "(a.b)"},
		{".a", "", "a"},
		{"", "", ""},
		{"a.b.C.test_x[id-1,v2.1]", "a.b.C", "test_x[id-1,v2.1]"}, // not "a.b.C.test_x[id-1,v2" and "1]"
	}
	plain := NewJUnit(io.Discard, JUnitOptions{})
	for _, tc := range tests {
		if class, name := plain.classAndName(tc.id); class != tc.class || name != tc.name {
			t.Errorf("%q: got %q and %q, want %q and %q", tc.id, class, name, tc.class, tc.name)
		}
	}
	grouped := NewJUnit(io.Discard, JUnitOptions{GroupSetup: true})
	if class, name := grouped.classAndName("setUpClass (a.b.C)"); class != "a.b.C" || name != "setUpClass" {
		t.Errorf("got %q and %q", class, name)
	}
}

// The elements and attributes that the schema of Jenkins' xUnit plugin (junit-10.xsd) allows, those of ours that it knows.
func TestJUnitHasOnlyWhatTheSchemaKnows(t *testing.T) {
	allowed := map[string][]string{
		"testsuites": {"name", "time", "tests", "failures", "errors"},
		"testsuite":  {"name", "tests", "failures", "errors", "id", "hostname", "time", "timestamp", "skipped"},
		"testcase":   {"name", "time", "classname"},
		"failure":    {"type", "message"}, "skipped": {"message"},
		"properties": {}, "property": {"name", "value"}, "system-out": {}, "system-err": {},
	}
	doc := junitXML(t, JUnitOptions{Hostname: "h", Properties: [][2]string{{"a", "b"}}, PassingAttachments: true}, everyOutcome())
	d := xml.NewDecoder(bytes.NewReader(doc))
	elements := map[string]int{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		name := start.Name.Local
		elements[name]++
		if allowed[name] == nil {
			t.Errorf("element %s", name)
		}
		for _, a := range start.Attr {
			if !strings.Contains(" "+strings.Join(allowed[name], " ")+" ", " "+a.Name.Local+" ") {
				t.Errorf("%s has the attribute %s", name, a.Name.Local)
			}
		}
	}
	want := map[string]int{"testsuites": 1, "testsuite": 1, "testcase": 7, "failure": 4, "skipped": 1, "properties": 1,
		"property": 1, "system-out": 3, "system-err": 1}
	if diff := cmp.Diff(want, elements); diff != "" {
		t.Error(diff)
	}
}

// Everything that XML cannot carry is dropped or replaced, and the end of a CDATA section cannot be forged, however it
// arises.
func TestJUnitHostileText(t *testing.T) {
	all := make([]byte, 0, 3*256)
	for i := range 256 {
		all = append(all, byte(i), ']', ']')
	}
	for _, content := range []string{string(all), "]]>", "a]]]]>b", "]\x00]\x01>", "]]\xff>", "\xef\xbf\xbe\xef\xbf\xbf\xed\xa0\x80", "]]", ">"} {
		r := result("m.C.t\x00\x1b<&\"]]>\xff[x]", subunit.Fail, 0, 0,
			attachment("traceback", content), attachment("stdout", content), attachment("a]]>\x01", content))
		doc := junitXML(t, JUnitOptions{Suite: "s\x00\"<", Hostname: "\x1b", Properties: [][2]string{{"\x00", "\xff]]>"}}},
			[]*subunit.Result{r})
		var parsed struct {
			Case struct {
				Name    string `xml:"name,attr"`
				Failure string `xml:"failure"`
				Out     string `xml:"system-out"`
			} `xml:"testsuite>testcase"`
		}
		if err := xml.Unmarshal(doc, &parsed); err != nil {
			t.Fatalf("%q: %v in %s", content, err, doc)
		}
		if want := "t<&\"]]>\uFFFD[x]"; parsed.Case.Name != want {
			t.Errorf("name %q, want %q", parsed.Case.Name, want)
		}
		want := clean(content, markup)
		if parsed.Case.Out != want {
			t.Errorf("%q: system-out %q, want %q", content, parsed.Case.Out, want)
		}
		if wantFailure := want + "\na]]>: {{{\n" + want + "\n}}}\n"; parsed.Case.Failure != wantFailure {
			t.Errorf("%q: failure %q, want %q", content, parsed.Case.Failure, wantFailure)
		}
	}
}

func TestJUnitSpoolsAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	r := result("m.C.t", subunit.Fail, 0, 1234567*time.Microsecond, attachment("traceback", strings.Repeat("x", spoolInMemory)+"\n"))
	var out bytes.Buffer
	j := NewJUnit(&out, JUnitOptions{})
	for range 3 {
		if err := j.Result(r); err != nil {
			t.Fatal(err)
		}
	}
	if j.spool.file == nil {
		t.Error("all is kept in memory")
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("%d files while writing, %v", len(files), err)
	}
	if err := j.Close(summaryOf([]*subunit.Result{r, r, r})); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(out.Bytes(), []byte("x")); n < 3*spoolInMemory {
		t.Errorf("only %d of the bytes arrived", n)
	}
	if !bytes.Contains(out.Bytes(), []byte(`classname="m.C" time="1.235"`)) {
		t.Errorf("no time of three decimals in %.300s", out.Bytes())
	}
}

func TestJUnitReportsWriteErrors(t *testing.T) {
	j := NewJUnit(fullDisk{}, JUnitOptions{})
	if err := j.Result(result("m.C.t", subunit.Success, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(subunit.Summary{}); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
	t.Setenv("TMPDIR", "/nonexistent")
	j = NewJUnit(io.Discard, JUnitOptions{})
	r := result("m.C.t", subunit.Fail, 0, 0, attachment("traceback", strings.Repeat("x", 2*spoolInMemory)))
	if err := errors.Join(j.Result(r), j.Close(subunit.Summary{})); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
