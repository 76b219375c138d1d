package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

// A long input shows how far it was read, and takes the line away at its end.
func TestReportShowsProgress(t *testing.T) {
	for size, want := range map[int64]string{
		3 << 20: "\r\x1b[Kreading run.subunit: 2 MiB of 3\r\x1b[K",
		0:       "\r\x1b[Kreading run.subunit: 2 MiB\r\x1b[K", // a pipe
	} {
		var out bytes.Buffer
		w := &watcher{Reader: strings.NewReader(strings.Repeat("x", 3<<20)), name: "run.subunit", out: &out, size: size}
		if n, err := w.Read(make([]byte, 2<<20)); n != 2<<20 || err != nil {
			t.Fatalf("read %d bytes, %v", n, err)
		}
		w.next = time.Now().Add(time.Hour) // not again so soon
		if n, err := io.Copy(io.Discard, w); n != 1<<20 || err != nil {
			t.Fatalf("read %d bytes, %v", n, err)
		}
		if out.String() != want {
			t.Errorf("got %q, want %q", out.String(), want)
		}
	}
}
