package phases

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/subunit"
)

// collect lets send emit and returns the pieces.
func collect(send func(m *emitter)) []*subunit.Event {
	var events []*subunit.Event
	secrets := cloud.NewSecrets()
	secrets.Add("hunter2-hunter2")
	m := &emitter{
		sink:    func(e *subunit.Event) { events = append(events, e) },
		now:     func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC) },
		secrets: secrets,
	}
	send(m)
	return events
}

// joined joins the pieces of one file and checks that each is valid by itself and that only the last says so.
func joined(t *testing.T, events []*subunit.Event) string {
	t.Helper()
	var all strings.Builder
	for i, e := range events {
		if len(e.Content) > logPiece && e.FileName != "traceback" {
			t.Errorf("piece %d has %d bytes", i, len(e.Content))
		}
		if !utf8.Valid(e.Content) {
			t.Errorf("piece %d is not valid by itself", i)
		}
		if e.EOF != (i == len(events)-1) || !e.HasFile() || e.MIME == "" {
			t.Errorf("piece %d: end %v, file %v, type %q", i, e.EOF, e.HasFile(), e.MIME)
		}
		all.Write(e.Content)
	}
	return all.String()
}

func TestAttachments(t *testing.T) {
	long := func(unit string, size int) string { return strings.Repeat(unit, size/len(unit)) }
	for _, tc := range []struct {
		name, text string
		want       string // "" means the text itself
		cut        bool
	}{
		{name: "empty"},
		{name: "a whole piece", text: long("x", logPiece)},
		{name: "two whole pieces", text: long("x", 2*logPiece)},
		{name: "characters of three bytes", text: long("€", 10*logPiece)},
		{name: "characters of four bytes, shifted", text: "x" + long("😀", 10*logPiece)},
		{name: "as much as fits", text: long("x", attachmentLimit)},
		{name: "a byte more", text: long("x", attachmentLimit) + "x", cut: true},
		{name: "much more, of long characters", text: "12" + long("😀", 5*attachmentLimit), cut: true},
		{name: "no UTF-8", text: "caf\xe9 \xff\xfe\x80 end", want: "caf\uFFFD \uFFFD end"},
		{name: "no UTF-8 at the border of two pieces", text: long("x", logPiece-1) + "\xe2\x82", want: long("x", logPiece-1) + "\uFFFD"},
		{name: "a secret at the border of two pieces", text: long("x", logPiece-5) + "hunter2-hunter2", want: long("x", logPiece-5) + "***"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			events := collect(func(m *emitter) { m.file("id", m.now(), "console", mimeText, tc.text) })
			got := joined(t, events)
			want := tc.want
			if want == "" {
				want = tc.text
			}
			if !tc.cut && got != want {
				t.Errorf("got %d bytes: %.80q…", len(got), got)
			}
			if tc.cut {
				head, rest, found := strings.Cut(got, "\n… ")
				tail := rest[strings.Index(rest, " …\n")+len(" …\n"):]
				if !found || len(got) > attachmentLimit || len(got) < attachmentLimit-200 || !strings.HasPrefix(tc.text, head) || !strings.HasSuffix(tc.text, tail) {
					t.Errorf("cut to %d bytes, %d before and %d after", len(got), len(head), len(tail))
				}
				if want := fmt.Sprintf("%d bytes left out", len(tc.text)-len(head)-len(tail)); !strings.HasPrefix(rest, want) {
					t.Errorf("it says %.40q, want %q", rest, want)
				}
			}
			if again := throughStream(t, events); again != got {
				t.Errorf("a stream of it reads as %d bytes, want %d", len(again), len(got))
			}
		})
	}
}

// throughStream writes events as a stream and returns the attachment that its reader sees.
func throughStream(t *testing.T, events []*subunit.Event) string {
	t.Helper()
	var stream bytes.Buffer
	w := subunit.NewWriter(&stream)
	for _, e := range append(events, &subunit.Event{TestID: "id", Status: subunit.Fail, Time: events[0].Time}) {
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	text := ""
	c := subunit.NewCollector(func(r *subunit.Result) {
		if a := r.Attachment(events[0].FileName); a != nil {
			text = string(a.Content)
		}
	})
	for e, err := range subunit.NewReader(&stream, subunit.Recover).All() {
		if err != nil || e.Defect != "" || e.Text {
			t.Fatalf("the stream is damaged: %v %s", err, e.Defect)
		}
		c.Add(e)
	}
	c.Flush()
	return text
}

func TestTracebackOfALongTextIsCut(t *testing.T) {
	page := "<html>" + strings.Repeat("x", attachmentLimit) + "ä\xff hunter2-hunter2</html>"
	events := collect(func(m *emitter) { m.outcome("id", answer(404, page), nil) })
	last := events[len(events)-1]
	if last.Status != subunit.Fail || last.HasFile() {
		t.Errorf("the last event is %+v", last)
	}
	text := joined(t, events[:len(events)-1])
	if len(text) > attachmentLimit+200 || strings.Contains(text, "hunter2") {
		t.Errorf("%d bytes: %.200q", len(text), text)
	}
}

func TestOutcomeOfSkipsAndFailures(t *testing.T) {
	skip := &Skip{Reason: "not here"}
	failure := errors.New("lost")
	for _, tc := range []struct {
		name string
		err  error
		want subunit.Status
	}{
		{"nothing", nil, subunit.Success},
		{"a skip", skip, subunit.Skip},
		{"a wrapped skip", fmt.Errorf("server a: %w", skip), subunit.Skip},
		{"skips only", errors.Join(skip, &Skip{Reason: "nor there"}), subunit.Skip},
		{"a failure beside a skip", errors.Join(skip, failure), subunit.Fail},
		{"a skip beside a failure", errors.Join(failure, skip), subunit.Fail},
		{"a skip as the cause of a failure", &Failure{Type: "RuntimeError", Text: "interrupted", Cause: skip}, subunit.Fail},
		{"a failure", failure, subunit.Fail},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got subunit.Status
			events := collect(func(m *emitter) { got = m.outcome("id", tc.err, nil) })
			if last := events[len(events)-1].Status; got != tc.want || last != tc.want {
				t.Errorf("%v, last event %v, want %v", got, last, tc.want)
			}
			if got == subunit.Skip && string(events[0].Content) != "not here" {
				t.Errorf("reason %q", events[0].Content)
			}
		})
	}
}

func TestTracebackShowsAllOfJoinedErrors(t *testing.T) {
	err := Join(
		fmt.Errorf("server a: %w", Mismatch("ACTIVE", "ERROR")),
		fmt.Errorf("server b: %w", answer(404, `{"itemNotFound": {"message": "no b"}}`)),
		fmt.Errorf("server c: %w", refused("Get", "http://nova/c")),
	)
	text := strings.Join(traceback(err), "")
	for _, want := range []string{
		"testtools.matchers._impl.MismatchError: 'ACTIVE' != 'ERROR'\n", "server a: 'ACTIVE' != 'ERROR'\n",
		"server b: 404 Not Found: no b (GET http://nova/v2.1/servers/x)\n", "server c: GET http://nova/c: connection refused",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("traceback\n%s\nlacks %q", text, want)
		}
	}
	if got := strings.Join(traceback(Join(Fail("a"), Fail("b"))), ""); !strings.HasSuffix(got, "AssertionError: a\nb\n") {
		t.Errorf("traceback\n%s", got)
	}
}

func TestTracebackFrames(t *testing.T) {
	pieces := traceback(fmt.Errorf("outer: %w", helper()))
	if pieces[0] != "Traceback (most recent call last):\n" {
		t.Errorf("it begins with %q", pieces[0])
	}
	var frames []string
	for _, p := range pieces[1 : len(pieces)-1] {
		frames = append(frames, lineOf.ReplaceAllString(p, "line N"))
	}
	// Innermost last, as Python has it.
	want := "  File \"phases/events_test.go\", line N, in TestTracebackFrames\n  File \"phases/events_test.go\", line N, in helper\n"
	if got := strings.Join(frames, ""); got != want {
		t.Errorf("frames\n%s\nwant\n%s", got, want)
	}
	if last := pieces[len(pieces)-1]; last != "AssertionError: inner\nouter: inner\n" {
		t.Errorf("it ends with %q", last)
	}
	for full, want := range map[string]string{
		"phases/compute.(*resources).createServer":       "createServer",
		"phases/compute.(*resources).createServer-fm":    "createServer",
		"phases/compute.(*resources).createServer.func1": "createServer",
		"phases.TestX.func2.3":                           "TestX",
		"phases.func1":                                   "func1",
	} {
		if got := functionName(full); got != want {
			t.Errorf("%s is named %s, want %s", full, got, want)
		}
	}
}

func helper() error { return Fail("inner") }

func TestBecauseLeavesOtherErrorsAlone(t *testing.T) {
	lost := errors.New("lost")
	if because(t.Context(), lost) != lost {
		t.Error("an error under a living context was changed")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if because(ended, lost) != lost || because(ended, nil) != nil {
		t.Error("an error under a context that ended for another reason was changed")
	}
}
