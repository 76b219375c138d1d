package reports

import (
	"bytes"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

// What a report shows does not depend on how much of an attachment is in memory.
func TestReportsReadTheRest(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	line := "2026-11-22 08:28:16,992 INFO <gr\u00fc\u00df> & \u4e2d ]]> \x1b[0m \xff ok\n"
	long, trace := strings.Repeat(line, 3000), strings.Repeat("noise "+line, 2000)+"\n"+shutoff
	var events []*subunit.Event
	for i, status := range []subunit.Status{subunit.Fail, subunit.Success, subunit.Skip} {
		id := "m.C.t" + string(rune('0'+i))
		file := func(name, mime, content string) {
			for at := 0; at < len(content); at += 5000 {
				piece := content[at:min(at+5000, len(content))]
				events = append(events, &subunit.Event{TestID: id, FileName: name, MIME: mime, Content: []byte(piece)})
			}
		}
		events = append(events, &subunit.Event{TestID: id, Status: subunit.InProgress})
		file("traceback", "text/plain", trace)
		file("pythonlogging:''", "text/plain", long)
		file("no newline", "", strings.TrimSuffix(long, "ok\n"))
		file("stdout", "text/plain", long)
		file("untyped", "", strings.ToValidUTF8(long, "\u4e2d"))
		file("bytes", "application/octet-stream", long)
		events = append(events, &subunit.Event{TestID: id, Status: status})
	}
	reportsWith := func(limit int) map[string]string {
		var junit, js, csv, page bytes.Buffer
		j := NewJUnit(&junit, JUnitOptions{PassingAttachments: true})
		o := NewJSON(&js, JSONOptions{Attachments: true})
		v := NewCSV(&csv)
		h, err := NewHTML(&page, HTMLOptions{})
		if err != nil {
			t.Fatal(err)
		}
		stream, column := o.Stream("verify"), h.Stream("verify")
		c := subunit.NewCollector(func(r *subunit.Result) {
			for _, write := range []func(*subunit.Result) error{j.Result, stream.Result, column.Result, v.Result} {
				if err := write(r); err != nil {
					t.Error(err)
				}
			}
		})
		c.KeepInMemory(limit)
		for _, e := range events {
			c.Add(e)
		}
		c.Flush()
		for _, err := range []error{j.Close(c.Summary()), o.Close(), v.Close(), h.Close()} {
			if err != nil {
				t.Error(err)
			}
		}
		return map[string]string{"JUnit": junit.String(), "JSON": js.String(), "CSV": csv.String(), "HTML": page.String()}
	}
	want := reportsWith(0)
	if !strings.Contains(want["JUnit"], "SHUTOFF") {
		t.Error("the reason is missing")
	}
	for _, limit := range []int{100, 1000, 150_000} {
		for name, got := range reportsWith(limit) {
			if got != want[name] {
				t.Errorf("%s differs with %d bytes in memory", name, limit)
			}
		}
	}
}
