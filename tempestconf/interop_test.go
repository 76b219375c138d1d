//go:build interop

package tempestconf

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// python is one process of testdata/interop.py. TEMPESTCONF_PYTHON names the interpreter: one that has oslo.config 9 and
// openstacksdk 0.101 or the like.
type python struct {
	in  io.WriteCloser
	out *bufio.Reader
}

func startPython(t *testing.T) *python {
	t.Helper()
	name := os.Getenv("TEMPESTCONF_PYTHON")
	if name == "" {
		name = "python3"
	}
	cmd := exec.Command(name, "testdata/interop.py")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	return &python{in, bufio.NewReader(out)}
}

type answer struct {
	Sections map[string]map[string][]string `json:"sections"`
	Value    any                            `json:"value"`
	sdkResult
}

func (p *python) ask(t *testing.T, question map[string]any) answer {
	t.Helper()
	line, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
	reply, err := p.out.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(reply, &a); err != nil {
		t.Fatalf("%s: %v", reply, err)
	}
	return a
}

// dice makes random inputs; TEMPESTCONF_SEED and TEMPESTCONF_COUNT repeat and resize a run.
func dice(t *testing.T, count int) (*rand.Rand, int) {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("TEMPESTCONF_SEED"), 10, 64); err == nil {
		seed = s
	}
	if n, err := strconv.Atoi(os.Getenv("TEMPESTCONF_COUNT")); err == nil {
		count = n
	}
	t.Logf("seed %d, %d inputs", seed, count)
	return rand.New(rand.NewPCG(seed, 1)), count
}

func pick(r *rand.Rand, words []string) string { return words[r.IntN(len(words))] }

func soup(r *rand.Rand, words []string, most int) string {
	var b strings.Builder
	for n := r.IntN(most + 1); n > 0; n-- {
		b.WriteString(pick(r, words))
	}
	return b.String()
}

// confLine makes a line of the kind that a person or a script could have written.
func confLine(r *rand.Rand) string {
	junk := []string{"a", "b c", " ", "\t", "=", ":", "#", ";", "[", "]", "\"", "'", "\\", "$x", "%", "é", "\u00a0", "\u2028", "\u0085",
		"\x0b", "\x0c", "\x1c", "\x00", "\ufeff", "K", "\"\"\"", "`", "\xff", "\xe2\x82", ","}
	switch r.IntN(10) {
	case 0, 1:
		return "[" + pick(r, []string{"a", "A", "DEFAULT", "default", "b-c", "İ", "x]y", "", " ", "É"}) + "]" + soup(r, []string{" ", "\t", "#", "x"}, r.IntN(2))
	case 2, 3, 4, 5:
		return pick(r, []string{"k", "key", "K", "a-b", " k", "\"k\"", ""}) + pick(r, []string{"=", ":", " = ", " : ", "\t=\t", "=="}) +
			soup(r, []string{"v", "w", " ", "\"", "'", ",", "#", "=", "é"}, 5)
	case 6:
		return pick(r, []string{" ", "\t", "  "}) + soup(r, []string{"v", "=", "[a]", "#", " "}, 3)
	case 7:
		return pick(r, []string{"#", ";", "", ""}) + soup(r, []string{"x", " ", "="}, 2)
	}
	return soup(r, junk, 6)
}

func TestInteropScanner(t *testing.T) {
	p := startPython(t)
	r, count := dice(t, 20_000)
	accepted, failed := 0, 0
	for i := 0; i < count && failed < 20; i++ {
		var b strings.Builder
		if r.IntN(3) > 0 {
			b.WriteString("[start]\n")
		}
		if r.IntN(200) == 0 { // the decoder's pieces
			b.WriteString("k = " + strings.Repeat("x", 8170+r.IntN(30)))
		}
		for n := r.IntN(9); n > 0; n-- {
			b.WriteString(confLine(r))
			b.WriteString(pick(r, []string{"\n", "\n", "\n", "\r\n", "\r", ""}))
		}
		data := []byte(b.String())
		want := p.ask(t, map[string]any{"mode": "parse", "data": data})
		got, err := ParseBytes("f.conf", data)
		class, message := Describe(err)
		if want.Error != nil { // oslo.config 10 shows an empty line where 9 shows none
			want.Error.Message = strings.Replace(want.Error.Message, "Section must be started before assignment: ''", "Section must be started before assignment: None", 1)
		}
		switch {
		case want.Error != nil && (class != want.Error.Class || message != want.Error.Message):
			failed++
			t.Errorf("%q:\n got %s: %s\nwant %s: %s", data, class, message, want.Error.Class, want.Error.Message)
		case want.Error == nil && err != nil:
			failed++
			t.Errorf("%q: %v", data, err)
		case want.Error == nil:
			accepted++
			if have, wanted := fmt.Sprint(got.Sections()), fmt.Sprint(want.Sections); have != wanted {
				failed++
				t.Errorf("%q:\n got %q\nwant %q", data, have, wanted)
			}
		}
	}
	t.Logf("%d files accepted by both", accepted)
}

func TestInteropConvert(t *testing.T) {
	p := startPython(t)
	r, count := dice(t, 20_000)
	words := []string{"1", "0", "9", "_", "-", "+", ".", "e", "E", "inf", "nan", "Infinity", " ", "\t", "x", "0x", "true", "No", "ON", "yes", "٣",
		",", ":", "a", "b", "'", "http", "://", "h", "/", "@", "[", "]", "::1", "%41", "%", "?", "#", "\u00a0", "65535", "İ"}
	for i := 0; i < count; i++ {
		typ := pick(r, []string{"boolean", "integer", "float", "port", "list", "dict", "uri"})
		text := soup(r, words, 6)
		want := p.ask(t, map[string]any{"mode": "convert", "type": typ, "data": text})
		got, err := convert(&Option{Type: Type(typ)}, text)
		if f, ok := got.(float64); ok {
			got = pyFloat(f)
		}
		switch {
		// Releases of Python's rfc3986 disagree among themselves about an authority whose user or host is empty or no name.
		case typ == "uri" && (text == "" || strings.Contains(text, "@") || strings.Count(text, ":") > 1):
		case want.Error != nil && err == nil:
			t.Errorf("%s %q: got %v, want %s", typ, text, got, want.Error.Message)
		case want.Error != nil && typ != "uri" && err.Error() != want.Error.Message:
			t.Errorf("%s %q: got %v, want %s", typ, text, err, want.Error.Message)
		case want.Error == nil && err != nil:
			t.Errorf("%s %q: got %v, want %v", typ, text, err, want.Value)
		case want.Error == nil && fmt.Sprint(jsonValue(t, got)) != fmt.Sprint(want.Value):
			t.Errorf("%s %q: got %v, want %v", typ, text, got, want.Value)
		}
	}
}

// TestInteropTables asks the Python tools about the tables of the ordinary tests.
func TestInteropTables(t *testing.T) {
	p := startPython(t)
	for text, want := range osloURIs() {
		if a := p.ask(t, map[string]any{"mode": "convert", "type": "uri", "data": text}); (a.Error != nil) != (want != "") {
			t.Errorf("%s: %+v, want %q", text, a.Error, want)
		}
	}
	for text, want := range likePyYAML() {
		a := p.ask(t, map[string]any{"mode": "yaml", "data": text})
		switch bad := strings.HasPrefix(want, "!"); {
		case bad != (a.Error != nil):
			t.Errorf("%q: %v %+v, want %s", text, a.Value, a.Error, want)
		case !bad && a.Value != want && !strings.Contains(fmt.Sprint(a.Value), "datetime"): // dates stay texts here
			t.Errorf("%q: %v, want %s", text, a.Value, want)
		}
	}
}

func TestInteropSubstitute(t *testing.T) {
	p := startPython(t)
	r, count := dice(t, 3_000)
	options := []Option{
		{Section: "DEFAULT", Name: "log-dir", Type: String, Default: "/var/log"},
		{Section: "DEFAULT", Name: "debug", Type: Boolean, Default: "false"},
		{Section: "spec", Name: "ref_default", Type: String, Default: "$other"},
		{Section: "spec", Name: "new_name", Type: String, Unset: true, Deprecated: []Place{{"spec", "old_name"}}},
		{Section: "spec", Name: "moved", Type: String, Unset: true, Deprecated: []Place{{"auth", "moved"}}},
		{Section: "auth", Name: "other", Type: String, Unset: true},
	}
	for _, o := range []Option{{Name: "str", Type: String}, {Name: "other", Type: String}, {Name: "int", Type: Integer},
		{Name: "bool", Type: Boolean}, {Name: "float", Type: Float}, {Name: "list", Type: List}, {Name: "dict", Type: Dict}} {
		o.Section, o.Unset = "spec", true
		options = append(options, o)
	}
	words := []string{"$", "$$", `\$`, "{", "}", "other", "int", "bool", "float", "list", "dict", "auth.other", "spec.int", "auth", "nosuch.x",
		"log_dir", "debug", "ref_default", "old_name", "new_name", "moved", "auth.moved", "DEFAULT.debug", "Other", "x", ".", "-", "${int}",
		"$other", "$bool", "$list", "$float", "${auth.other}", "$ref_default", "$log_dir", "$nosuch", "$auth", "ſ", "K", "$str"}
	for i := 0; i < count; i++ {
		text := "[DEFAULT]\nlog_dir = $debug\n[auth]\nother = ao\nmoved = mv\n[spec]\nint = 5\nbool = yes\nfloat = 1.50\nlist = a,'b'\ndict = k:v\nold_name = old\n" +
			"other = " + soup(r, words[:12], 2) + "\nstr = s" + soup(r, words, 4) + "\n"
		want := p.ask(t, map[string]any{"mode": "substitute", "data": text})
		f, err := ParseBytes("s.conf", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		rs := newResolver([]*File{f}, nil, nil, options)
		res := rs.get(rs.find("spec", "str"))
		switch {
		case want.Error != nil && res.err == nil:
			t.Errorf("%q: got %v, want %+v", text, res.value, want.Error)
		case want.Error != nil && res.err.Class != want.Error.Class:
			t.Errorf("%q: got %s, want %+v", text, res.err.Class, want.Error)
		case want.Error != nil && want.Error.Message != "" && !strings.HasSuffix(want.Error.Message, res.err.OsloMessage()):
			t.Errorf("%q:\n got %s\nwant %s", text, res.err.OsloMessage(), want.Error.Message)
		case want.Error == nil && (res.err != nil || res.value != want.Value):
			t.Errorf("%q: got %v %v, want %v", text, res.value, res.err, want.Value)
		}
	}
}
