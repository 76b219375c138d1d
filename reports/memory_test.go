package reports

import (
	"fmt"
	"io"
	"runtime"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

// A report takes in attachments without copying them: what it allocates for 32 MiB of them is what it allocates for few.
func TestReportsDoNotCopyAttachments(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	line := "2026-11-22 08:28:16,992 INFO <request> & answer ]]> \x1b[0m ok\n"
	content := make([]byte, 0, 4<<20)
	for len(content)+len(line) <= cap(content) {
		content = append(content, line...)
	}
	r := result("m.C.t", subunit.Fail, 0, 0, subunit.Attachment{Name: "console", MIME: "text/plain", Content: content})
	junit := NewJUnit(io.Discard, JUnitOptions{PassingAttachments: true})
	console := NewConsole(ConsoleOptions{Out: io.Discard, AllAttachments: true})
	csv := NewCSV(io.Discard)
	page, err := NewHTML(io.Discard, HTMLOptions{MaxAttachment: 64 << 10})
	if err != nil {
		t.Fatal(err)
	}
	reports := map[string]func(*subunit.Result) error{
		"JUnit": junit.Result, "console": console.Result, "CSV": csv.Result, "HTML": page.Stream("verify").Result,
	}
	for name, report := range reports {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 8 {
			if err := report(r); err != nil {
				t.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 {
			t.Errorf("%s allocates %d MiB for 32 MiB of attachments", name, n>>20)
		}
	}
	if err := junit.Close(subunit.Summary{}); err != nil {
		t.Fatal(err)
	}
}

// The memory that a JSON report keeps does not grow with what it was given.
func TestJSONKeepsNoAttachments(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	content := make([]byte, 1<<20)
	for i := range content {
		content[i] = 'x'
	}
	j := NewJSON(io.Discard, JSONOptions{Attachments: true})
	s := j.Stream("verify")
	kept := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := kept()
	for i := range 16 {
		r := result(fmt.Sprintf("m.C.t%d", i), subunit.Fail, 0, 0, subunit.Attachment{Name: "console", Content: content})
		if err := s.Result(r); err != nil {
			t.Fatal(err)
		}
	}
	if after := kept(); after > before+4<<20 {
		t.Errorf("%d MiB are kept of 16", (after-before)>>20)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}
