package subunit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// Each run was loaded into stestr 4.2.1: NAME.subunit is what it was given, NAME.v1 the file that it keeps, and
// NAME.last.subunit what `stestr last --subunit` makes of that.
var v1Runs = []string{"mixed", "big", "skipped", "failed", "passed", "unreachable"}

func readerJSON(t testing.TB, r EventReader) string {
	t.Helper()
	var out bytes.Buffer
	j := NewJSONWriter(&out)
	for e, err := range r.All() {
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

func TestV1LikeStestrLast(t *testing.T) {
	for _, name := range v1Runs {
		t.Run(name, func(t *testing.T) {
			stored := readFile(t, "testdata/v1/"+name+".v1")
			want := readerJSON(t, NewReader(bytes.NewReader(readFile(t, "testdata/v1/"+name+".last.subunit")), Strict))
			got := readerJSON(t, NewV1Reader(bytes.NewReader(stored), Strict))
			if name == "mixed" {
				want = sortJSONTags(want) // a set in Python
			}
			if name == "big" {
				// Its attachment comes in two pieces, so that it needs not be in memory at once.
				got, want = joined(t, NewV1Reader(bytes.NewReader(stored), Strict)), joined(t, NewReader(bytes.NewReader(readFile(t, "testdata/v1/big.last.subunit")), Strict))
			}
			diffLines(t, got, want)
			diffLines(t, readerJSON(t, Open(iotest.HalfReader(bytes.NewReader(stored)), Strict)), readerJSON(t, NewV1Reader(bytes.NewReader(stored), Strict)))
		})
	}
}

func sortJSONTags(s string) string {
	return regexp.MustCompile(`"test_tags": \[(.*)\]`).ReplaceAllStringFunc(s, func(m string) string {
		tags := strings.Split(m[len(`"test_tags": [`):len(m)-1], ", ")
		slices.Sort(tags)
		return `"test_tags": [` + strings.Join(tags, ", ") + "]"
	})
}

// joined returns the results of a stream as version 1 writes them.
func joined(t *testing.T, r EventReader) string {
	t.Helper()
	var out bytes.Buffer
	w := NewV1Writer(&out)
	c := NewCollector(func(r *Result) {
		if err := w.Write(r); err != nil {
			t.Error(err)
		}
	})
	for e, err := range r.All() {
		if err != nil {
			t.Fatal(err)
		}
		c.Add(e)
	}
	c.Flush()
	return out.String()
}

func TestV1WriteLikeStestr(t *testing.T) {
	for _, name := range v1Runs {
		t.Run(name, func(t *testing.T) {
			want := string(readFile(t, "testdata/v1/"+name+".v1"))
			if name == "big" {
				// stestr's chunks follow the pieces that it was given.
				want = joined(t, NewV1Reader(strings.NewReader(want), Strict))
			}
			if name == "mixed" {
				want = regexp.MustCompile(`(?m)^tags: .*$`).ReplaceAllStringFunc(want, func(line string) string {
					words := strings.Fields(line)
					slices.Sort(words[1:])
					return strings.Join(words, " ")
				})
			}
			stream := readFile(t, "testdata/v1/"+name+".subunit")
			diffLines(t, joined(t, Open(bytes.NewReader(stream), Strict)), want)
			if name != "mixed" { // a test that never ended is an ordinary failure when it is read back
				diffLines(t, joined(t, NewV1Reader(strings.NewReader(want), Strict)), want)
			}
		})
	}
}

func TestV1Reader(t *testing.T) {
	const start = "time: 2026-11-22 08:00:01.5Z\ntest: foo\n"
	tests := []struct{ name, stream, want string }{
		{"without details", start + "success: foo\n", "inprogress foo|success foo"},
		{"without colons", "test foo\nsuccess foo\n", "inprogress foo|success foo"},
		{"failure and error", "test: a\nfailure: a\ntest: b\nerror: b\n", "inprogress a|fail a|inprogress b|fail b"},
		{"simple traceback", start + "failure: foo [\nTraceback\n ]\n x\n]\n", "inprogress foo|traceback=Traceback\n]\n x\n$|fail foo"},
		{"simple reason", start + "skip: foo [\nwhy\n]\n", "inprogress foo|reason=why\n$|skip foo"},
		{"simple message", start + "successful: foo [\nnote\n]\n", "inprogress foo|message=note\n$|success foo"},
		{"two chunks", start + "xfail: foo [ multipart\nContent-Type: text/plain\nlog\n3\r\na\nb1\r\nc0\r\n]\n", "inprogress foo|log=a\nbc$|xfail foo"},
		{"empty attachment", start + "uxsuccess: foo [ multipart\nContent-Type: text/plain\nlog\n0\r\n]\n", "inprogress foo|log=$|uxsuccess foo"},
		{"tags", "tags: b a\ntest: x\ntags: c -a\nsuccess: x\ntest: y\nsuccess: y\ntags: -a -b\ntest: z\nsuccess: z\n",
			"inprogress x|success x b,c|inprogress y|success y a,b|inprogress z|success z"},
		{"text", "make: hello\n" + start + "print\nsuccess: foo\nbye", "text make: hello\n|inprogress foo|text print\n|success foo|text bye"},
		{"outcome of another test", start + "success: bar\nsuccess: foo\n", "inprogress foo|text success: bar\n|success foo"},
		{"progress", "progress: +3\nprogress: push\n" + start + "success: foo\n", "inprogress foo|success foo"},
		{"bad time", "time: yesterday\ntest: foo\nsuccess: foo\n", "text time: yesterday\n|inprogress foo|success foo"},
		{"id is not UTF-8", "test: f\xfc\x00\nsuccess: f\xfc\x00\n", "inprogress f\uFFFD\uFFFD|success f\uFFFD\uFFFD"},
		{"cut in a test", start, "inprogress foo|traceback=testtools.testresult.real._StringException: lost connection during test 'foo'\n$|fail foo"},
		{"cut in an attachment", start + "success: foo [ multipart\nContent-Type: text/plain\nlog\n9\r\nabc",
			"inprogress foo|log=abc$|traceback=testtools.testresult.real._StringException: lost connection during success report of test 'foo'\n$|fail foo"},
		{"lines that end in CR LF", "test: foo\r\nfailure: foo [\r\nwhy\r\n]\r\ntest: b\r\nskip: b [ multipart\r\nContent-Type: text/plain\r\nlog\r\n3\r\nabc0\r\n]\r\n",
			"inprogress foo|traceback=why\r\n$|fail foo|inprogress b|log=abc$|skip b"},
		{"end mark with CR in a text without", start + "failure: foo [\nx\n]\r\n]\n", "inprogress foo|traceback=x\n]\r\n$|fail foo"},
		{"tab", "test:\tfoo\nsuccess:\tfoo\n", "inprogress foo|success foo"},
		{"last line without its end", start + "success: foo", "inprogress foo|success foo"},
		{"end mark without its end", start + "skip: foo [\nwhy\n]", "inprogress foo|reason=why\n$|skip foo"},
		{"no type", start + "success: foo [ multipart\nwhat\nis this\n]\ntest: b\nsuccess: b\n",
			"inprogress foo|damage no type of an attachment=what\n|damage no type of an attachment=is this\n|damage no type of an attachment=$|success foo|inprogress b|success b"},
		{"no size of a chunk", start + "success: foo [ multipart\nContent-Type: text/plain\nlog\n2\r\nabxx\nContent-Type: text/plain\nlog2\n1\r\na0\r\n]\n",
			"inprogress foo|log=ab$|damage no size of a chunk=xx\n|damage no size of a chunk=$|log2=a$|success foo"},
		{"no end mark", start + "success: foo [ multipart\ntest: b\nsuccess: b\n", "inprogress foo|success foo|inprogress b|success b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, src := range []io.Reader{strings.NewReader(tt.stream), iotest.OneByteReader(strings.NewReader(tt.stream))} {
				var got []string
				for e, err := range NewV1Reader(src, Recover).All() {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, summary(e))
				}
				if s := strings.Join(got, "|"); s != tt.want {
					t.Errorf("got  %q\nwant %q", s, tt.want)
				}
			}
		})
	}
}

func summary(e *Event) string {
	content := string(e.Content)
	if e.EOF {
		content += "$"
	}
	switch {
	case e.Text:
		return "text " + content
	case e.Defect != "":
		return "damage " + e.Defect + "=" + content
	case e.HasFile():
		return e.FileName + "=" + content
	}
	return strings.TrimSpace(e.Status.String() + " " + e.TestID + " " + strings.Join(e.Tags, ","))
}

func TestV1Strict(t *testing.T) {
	tests := []struct {
		name, stream string
		offset       int64
	}{
		{"text", "test: a\nprint\nsuccess: a\n", 8},
		{"no type", "test: a\nsuccess: a [ multipart\nwhat\n", 31},
		{"no size of a chunk", "test: a\nsuccess: a [ multipart\nContent-Type: a/b\nn\n1\r\nxy\n", 55},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var last error
			for _, err := range NewV1Reader(strings.NewReader(tt.stream), Strict).All() {
				last = err
			}
			var damage *StreamError
			if !errors.As(last, &damage) || damage.Offset != tt.offset {
				t.Errorf("got %v, want an error at offset %d", last, tt.offset)
			}
		})
	}
}

func TestV1ReadError(t *testing.T) {
	broken := errors.New("broken")
	r := NewV1Reader(io.MultiReader(strings.NewReader("test: a\n"), iotest.ErrReader(broken)), Recover)
	var got []string
	var last error
	for e, err := range r.All() {
		if err != nil {
			last = err
			break
		}
		got = append(got, summary(e))
	}
	if !errors.Is(last, broken) || len(got) != 3 || got[2] != "fail a" {
		t.Errorf("got %q and %v", got, last)
	}
}

// Tags that hold for a whole stream would else make every test cost more than the one before.
func TestV1ManyTags(t *testing.T) {
	var stream strings.Builder
	for i := range 2 * maxV1Tags {
		fmt.Fprintf(&stream, "tags: t%d\n", i)
	}
	stream.WriteString("tags: -t0\ntags: last\ntest: a\nsuccess: a\n") // there is room again
	text, tags := 0, 0
	for e, err := range NewV1Reader(strings.NewReader(stream.String()), Recover).All() {
		if err != nil {
			t.Fatal(err)
		}
		if e.Text {
			text++
		}
		tags = max(tags, len(e.Tags))
	}
	if text != maxV1Tags || tags != maxV1Tags {
		t.Errorf("%d lines of text and %d tags", text, tags)
	}
}

func TestV1LongLine(t *testing.T) {
	long := strings.Repeat("x", 3*maxV1Line) + "\n"
	n := 0
	for e, err := range NewV1Reader(strings.NewReader(long), Recover).All() {
		if err != nil || !e.Text || len(e.Content) > 2*maxV1Line {
			t.Fatalf("got %d bytes, %v", len(e.Content), err)
		}
		n += len(e.Content)
	}
	if n != len(long) {
		t.Errorf("%d bytes, want %d", n, len(long))
	}
}

func TestV1WriterMends(t *testing.T) {
	var out bytes.Buffer
	err := NewV1Writer(&out).Write(&Result{TestID: "a\nb", Status: Fail, Tags: []string{"two words", "-gone", "two"},
		Attachments: []Attachment{{Name: "n\r\nm", Content: []byte("x")}, {Name: "empty", MIME: "text/plain"}}})
	if err != nil {
		t.Fatal(err)
	}
	const want = "tags: two words\ntest: a b\nfailure: a b [ multipart\nContent-Type: application/octet-stream\nn  m\n1\r\nx0\r\n]\ntags: -two -words\n"
	diffLines(t, out.String(), want)
}

// The times are those that python-subunit makes of the same lines.
func TestV1Time(t *testing.T) {
	for in, want := range map[string]string{
		"2026-11-22 08:00:01.5Z":           "2026-11-22T08:00:01.5Z",
		"2026-11-22 08:00:01":              "2026-11-22T08:00:01Z",
		"2026-11-22T08:00:01.123456Z":      "2026-11-22T08:00:01.123456Z",
		"2026-11-22 08:00:01,25Z":          "2026-11-22T08:00:01.25Z",
		"2026-11-22 08:00:01+02":           "2026-11-22T06:00:01Z",
		"2026-11-22 08:00:01+02:00":        "2026-11-22T06:00:01Z",
		"2026-11-22 08:00:01-0330":         "2026-11-22T11:30:01Z",
		"20261122T080002Z":                 "2026-11-22T08:00:02Z",
		"2026-11-22 08:00Z":                "2026-11-22T08:00:00Z",
		"2026-11-22 08":                    "2026-11-22T08:00:00Z",
		"2026-1-2 08:00:1Z":                "2026-01-02T08:00:01Z",
		"2026-11-22":                       "2026-11-22T00:00:00Z",
		"2026":                             "2026-01-01T00:00:00Z",
		"2026-11-22 08:00:01.123456789Z\r": "2026-11-22T08:00:01.123456789Z",
		"":                                 "",
		"yesterday":                        "",
		"202611":                           "",
		"2026-13-22 08:00:01Z":             "",
		"2026-02-30 08:00:01Z":             "",
		"2026-11-22 08:00:60Z":             "",
		"2026-11-22 8:00:01Z":              "",
		"2026-11-22 08:00:01 +0130":        "",
		"2026-11-22 08::01":                "",
		"2026-11-22 08:00:01.Z":            "",
		"2026-11-22 08:00:01Zx":            "",
		"2026-11-22 08:00:01*02":           "",
	} {
		got := ""
		if at, ok := parseV1Time(in); ok {
			got = at.Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestV1Type(t *testing.T) {
	for in, want := range map[string]string{
		"text/plain; charset=\"utf8\"":                            "text/plain;charset=utf8",
		"text/x-traceback; language=\"python\"; charset=\"utf8\"": "text/x-traceback;charset=utf8,language=python",
		"text/x-traceback;charset=utf8,language=python":           "text/x-traceback;charset=utf8,language=python",
		"Text/Plain":                  "text/plain",
		"":                            "application/octet-stream",
		"plain":                       "application/octet-stream",
		"text/plain\nX: y; charset=a": "application/octet-stream",
	} {
		if got := v1Type(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestOpen(t *testing.T) {
	v1 := "time: 2026-11-22 08:00:01.5Z\ntest: foo\nsuccess: foo\n"
	v2 := string(packet(t, &Event{TestID: "foo", Status: InProgress})) + string(packet(t, &Event{TestID: "foo", Status: Success}))
	tests := []struct {
		name, stream string
		want         string // "1", "2" or, with neither, ""
	}{
		{"version 1", v1, "1"},
		{"version 1 behind text", "hello\n\xb3\n" + v1, "1"},
		{"version 1 with tabs", "test:\tfoo\nsuccess:\tfoo\n", "1"},
		{"version 1 without colons", "hello\ntest foo\nsuccess foo\n", "1"},
		{"text like version 1", "test foo\nsuccess bar\ntesting foo now\ntime: 2026\n", ""},
		{"version 1 with tags", "tags: worker-0\n" + v1, "1"},
		{"version 2", v2, "2"},
		{"version 2 behind text", "hello \u0433 test run: 1\n" + v2, "2"},
		{"version 2 behind text without an end", "hello" + v2, "2"},
		{"version 2 that quotes version 1", string(packet(t, &Event{FileName: "x", Content: []byte("\n" + v1)})) + v2, "2"},
		{"text", "hello\n", ""},
		{"nothing", "", ""},
		{"much text", strings.Repeat("text\n", 20_000), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for kind, src := range map[string]io.Reader{"memory": bytes.NewReader([]byte(tt.stream)), "bytes": iotest.OneByteReader(strings.NewReader(tt.stream)), "stream": strings.NewReader(tt.stream)} {
				o := Open(src, Recover)
				passed, n := false, 0
				for e, err := range o.All() {
					if err != nil {
						t.Fatal(err)
					}
					passed = passed || e.Status == Success && e.TestID == "foo"
					if e.Text {
						n += len(e.Content)
					}
				}
				_, isV1 := o.(*openReader).EventReader.(*V1Reader)
				if passed != (tt.want != "") || isV1 != (tt.want == "1") {
					t.Errorf("%s: passed %v, version 1 %v", kind, passed, isV1)
				}
				if tt.want == "" && n != len(tt.stream) {
					t.Errorf("%s: %d bytes of text, want %d", kind, n, len(tt.stream))
				}
			}
		})
	}
}

func FuzzV1(f *testing.F) {
	for _, name := range []string{"mixed", "skipped"} {
		f.Add(readFile(f, "testdata/v1/"+name+".v1"))
	}
	f.Add([]byte("test: a\nfailure: a [\n ]\n]\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		want := readerJSON(t, NewV1Reader(bytes.NewReader(stream), Recover))
		diffLines(t, readerJSON(t, NewV1Reader(iotest.OneByteReader(bytes.NewReader(stream)), Recover)), want)
		w := NewWriter(io.Discard)
		for e, err := range NewV1Reader(bytes.NewReader(stream), Recover).All() {
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Write(e); err != nil && (e.Time.IsZero() || !strings.Contains(err.Error(), "outside of")) {
				t.Fatal(err)
			}
		}
		// Results without times take those of their predecessors when they are read back, but only once.
		once := joined(t, NewV1Reader(bytes.NewReader(stream), Recover))
		twice := joined(t, NewV1Reader(strings.NewReader(once), Recover))
		diffLines(t, joined(t, NewV1Reader(strings.NewReader(twice), Recover)), twice)
	})
}
