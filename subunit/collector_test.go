package subunit

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func collect(events ...*Event) ([]Result, *Collector) {
	var results []Result
	c := NewCollector(func(r *Result) { results = append(results, *r) })
	for _, e := range events {
		c.Add(e)
	}
	c.Flush()
	return results, c
}

func at(second int) time.Time { return time.Date(2026, 11, 22, 8, 0, second, 0, time.UTC) }

func TestCollector(t *testing.T) {
	tests := []struct {
		name   string
		events []*Event
		want   []Result
	}{
		{"pieces are joined", []*Event{
			{TestID: "a", Status: InProgress, Time: at(1)},
			{TestID: "a", FileName: "log", MIME: "text/plain", Content: []byte("one ")},
			{TestID: "a", FileName: "reason", Content: []byte("why"), EOF: true},
			{TestID: "a", FileName: "log", Content: []byte("two"), EOF: true},
			{TestID: "a", Status: Skip, Time: at(3)},
		}, []Result{{TestID: "a", Status: Skip, Start: at(1), End: at(3), Attachments: []Attachment{
			{Name: "log", MIME: "text/plain", Content: []byte("one two")}, {Name: "reason", Content: []byte("why")}}}}},
		{"end without begin", []*Event{{TestID: "a", Status: Success, Time: at(1)}},
			[]Result{{TestID: "a", Status: Success, Start: at(1), End: at(1)}}},
		{"status and file in one packet", []*Event{{TestID: "a", Status: Fail, FileName: "f", Content: []byte("x")}},
			[]Result{{TestID: "a", Status: Fail, Attachments: []Attachment{{Name: "f", Content: []byte("x")}}}}},
		{"same id on two workers", []*Event{
			{TestID: "a", Route: "0", Status: InProgress}, {TestID: "a", Route: "1", Status: InProgress},
			{TestID: "a", Route: "1", Status: Success}, {TestID: "a", Route: "0", Status: Fail},
		}, []Result{{TestID: "a", Route: "1", Status: Success}, {TestID: "a", Route: "0", Status: Fail}}},
		{"same id twice", []*Event{{TestID: "a", Status: Fail}, {TestID: "a", Status: Success}},
			[]Result{{TestID: "a", Status: Fail}, {TestID: "a", Status: Success}}},
		{"never ended, in the order of beginning", []*Event{
			{TestID: "c", Status: InProgress}, {TestID: "a", Status: InProgress}, {TestID: "b", Status: InProgress}, {TestID: "a", Status: Success},
		}, []Result{{TestID: "a", Status: Success}, {TestID: "c", Status: InProgress}, {TestID: "b", Status: InProgress}}},
		{"last tags win", []*Event{
			{TestID: "a", Status: InProgress, Tags: []string{"x", "y"}}, {TestID: "a", Tags: []string{"z", "b", "z"}}, {TestID: "a", Status: Success},
		}, []Result{{TestID: "a", Status: Success, Tags: []string{"b", "z"}}}},
		{"no test", []*Event{{FileName: "stdout", Content: []byte("x"), Text: true}, {TestID: "a", Status: Exists}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := collect(tt.events...)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCollectorKeepsNothingBorrowed(t *testing.T) {
	content, tags := []byte("good"), []string{"good"}
	e := Event{TestID: "a", FileName: "f", Content: content, Tags: tags}
	c := NewCollector(nil)
	var got *Result
	c.onResult = func(r *Result) { got = r }
	c.Add(&e)
	copy(content, "evil")
	tags[0] = "evil"
	c.Add(&Event{TestID: "a", Status: Success})
	if string(got.Attachments[0].Content) != "good" || got.Tags[0] != "good" {
		t.Errorf("got %+v", got)
	}
}

func TestCollectorDamage(t *testing.T) {
	stream := append(packet(t, &Event{TestID: "a", Status: Success}), "\xb3\x29\x01\x0c cut"...)
	var results []*Result
	c := NewCollector(func(r *Result) { results = append(results, r) })
	for e, err := range NewReader(bytes.NewReader(stream), Recover).All() {
		if err != nil {
			t.Fatal(err)
		}
		c.Add(e)
	}
	c.Flush()
	s := c.Summary()
	if s.Failed != 1 || s.Passed != 1 || s.Successful() {
		t.Errorf("summary %+v: a damaged stream is no good run", s)
	}
	last := results[len(results)-1]
	if last.TestID != ParserTestID || string(last.Attachment(DamageName).Content) != "\xb3\x29\x01\x0c cut" ||
		!strings.Contains(string(last.Attachment("Parser Error").Content), "truncated") {
		t.Errorf("got %+v", last)
	}
}

func TestCollectorListed(t *testing.T) {
	_, c := collect(&Event{TestID: "b", Status: Exists}, &Event{TestID: "a", Status: Exists})
	if diff := cmp.Diff([]string{"b", "a"}, c.Listed()); diff != "" {
		t.Error(diff)
	}
	if s := c.Summary(); s.Total() != 0 {
		t.Errorf("listed tests are counted: %+v", s)
	}
}

func TestJSONJoinsPieces(t *testing.T) {
	var out bytes.Buffer
	j := NewJSONWriter(&out)
	for _, e := range []*Event{
		{Text: true, Content: []byte("one ")}, {Text: true, Content: []byte("two")},
		{Defect: "crc", Content: []byte("bad")}, {Defect: "crc", Content: []byte("ly"), EOF: true},
		{Defect: "truncated", Content: []byte("x"), EOF: true},
		{TestID: "\"\\\n\x7f\u00e9\U0001F600\x01"},
		{Text: true, Content: bytes.Repeat([]byte("x"), 3000)}, {Text: true, Content: bytes.Repeat([]byte("x"), 2000)},
	} {
		if err := j.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Flush(); err != nil {
		t.Fatal(err)
	}
	want := `{"file_bytes_b64": "b25lIHR3bw==", "file_bytes_len": 7, "nonsubunit": true}
{"packet_b64": "YmFkbHk=", "packet_len": 5, "parser_error": "crc"}
{"packet_b64": "eA==", "packet_len": 1, "parser_error": "truncated"}
{"eof": false, "file_bytes": null, "file_name": null, "mime_type": null, "nonsubunit": false, "nsec": null, "route_code": null, "runnable": true, "sec": null, "test_id": "\"\\\n` + "\x7f" + `\u00e9\ud83d\ude00\u0001", "test_status": null, "test_tags": null}
{"file_bytes_len": 5000, "file_bytes_sha256": "c59d3c0480cc2d71d8f646e735e92da65450311eec46e81a5db8c7e6e8a92054", "nonsubunit": true}
`
	diffLines(t, out.String(), want)
}

func BenchmarkCollect(b *testing.B) {
	stream := encode(b, runEvents(generatedTests))
	b.ReportAllocs()
	for b.Loop() {
		c := NewCollector(nil)
		r := NewReader(bytes.NewReader(stream), Recover)
		for {
			e, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			c.Add(e)
		}
	}
}
