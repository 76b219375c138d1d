package subunit

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"testing"
	"time"
)

// A run of generatedTests tests on four workers, as `stestr run --subunit` would show it: five events a test.
const (
	generatedTests  = 40_000
	generatedEvents = 5 * generatedTests
)

// runEvents returns an iterator of the events of a generated run. Each event is valid until the next one.
func runEvents(tests int) func(func(*Event) bool) {
	log := []byte("2026-11-22 08:00:00,000 4711 INFO     [tempest.lib.common.rest_client] Request (ServersTest:test_list): 200 GET http://127.0.0.1/v2.1/servers 0.042s\n")
	return func(yield func(*Event) bool) {
		for i := range tests {
			worker := fmt.Sprint(i % 4)
			start := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC).Add(time.Duration(i) * 37 * time.Microsecond)
			base := Event{
				TestID: fmt.Sprintf("tempest.api.compute.servers.test_servers.ServersTestJSON.test_number_%05d[id-%08x,smoke]", i, i),
				Route:  worker,
				Tags:   []string{"worker-" + worker},
			}
			begin, end := base, base
			begin.Status, begin.Time = InProgress, start
			end.Status, end.Time = Success, start.Add(1500*time.Millisecond)
			name, mime := "pythonlogging:''", "text/plain; charset=\"utf8\""
			if i%10 == 0 {
				end.Status, name, mime = Fail, "traceback", "text/x-traceback; charset=\"utf8\"; language=\"python\""
			}
			file := base
			file.Time, file.FileName, file.MIME, file.Content = end.Time, name, mime, log
			more := file
			more.MIME = ""
			last := more
			last.EOF = true
			for _, e := range []*Event{&begin, &file, &more, &last, &end} {
				if !yield(e) {
					return
				}
			}
		}
	}
}

func encode(tb testing.TB, events func(func(*Event) bool)) []byte {
	tb.Helper()
	var out bytes.Buffer
	w := NewWriter(&out)
	for e := range events {
		if err := w.Write(e); err != nil {
			tb.Fatal(err)
		}
	}
	return out.Bytes()
}

// attachmentStream returns a stream of one large file in pieces of 64 KiB.
func attachmentStream(tb testing.TB, pieces int) []byte {
	content := make([]byte, 64<<10)
	for i := range content {
		content[i] = byte(i * 7)
	}
	return encode(tb, func(yield func(*Event) bool) {
		for range pieces {
			if !yield(&Event{TestID: "t", FileName: "dump", MIME: "application/x-dump", Content: content}) {
				return
			}
		}
	})
}

func decodeAll(tb testing.TB, src io.Reader) (events int) {
	for _, err := range NewReader(src, Recover).All() {
		if err != nil {
			tb.Fatal(err)
		}
		events++
	}
	return events
}

func BenchmarkDecodeEvents(b *testing.B) {
	stream := encode(b, runEvents(generatedTests))
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		if n := decodeAll(b, bytes.NewReader(stream)); n != generatedEvents {
			b.Fatalf("%d events", n)
		}
	}
	b.ReportMetric(float64(b.N)*generatedEvents/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkEncodeEvents(b *testing.B) {
	events := make([]Event, 0, generatedEvents)
	for e := range runEvents(generatedTests) {
		events = append(events, *e)
	}
	b.ReportAllocs()
	for b.Loop() {
		w := NewWriter(io.Discard)
		for i := range events {
			if err := w.Write(&events[i]); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N)*generatedEvents/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkDecodeAttachments(b *testing.B) {
	stream := attachmentStream(b, 1024)
	b.Run("memory", func(b *testing.B) {
		b.SetBytes(int64(len(stream)))
		for b.Loop() {
			decodeAll(b, bytes.NewReader(stream))
		}
	})
	b.Run("stream", func(b *testing.B) {
		b.SetBytes(int64(len(stream)))
		for b.Loop() {
			decodeAll(b, io.MultiReader(bytes.NewReader(stream)))
		}
	})
}

// BenchmarkChecksum is the measure for BenchmarkDecodeAttachments: no reader can be faster than its checksum.
func BenchmarkChecksum(b *testing.B) {
	stream := attachmentStream(b, 1024)
	b.SetBytes(int64(len(stream)))
	for b.Loop() {
		crc32.ChecksumIEEE(stream)
	}
}
