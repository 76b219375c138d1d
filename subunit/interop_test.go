//go:build interop

package subunit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// peer runs python-subunit on a stream. SUBUNIT_PYTHON names a Python that has it and testtools; the default is python3.
func peer(t *testing.T, command string, stream []byte) []byte {
	t.Helper()
	python := os.Getenv("SUBUNIT_PYTHON")
	if python == "" {
		python = "python3"
	}
	name := filepath.Join(t.TempDir(), "stream")
	if err := os.WriteFile(name, stream, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/peer.py", command, name)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", cmd, err)
	}
	return out
}

// randomEvents returns events of every form that both writers make. One tag at most: Python's order is that of a set.
func randomEvents(rnd *rand.Rand, n int) []*Event {
	words := []string{"", "a", "tempest.api.Test.test[id-1,smoke]", "gr\u00fc\u00df \u4e2d \U0001F600 \u00b3", string(bytes.Repeat([]byte("x"), 70))}
	pick := func() string { return words[rnd.IntN(len(words))] }
	events := make([]*Event, n)
	for i := range events {
		e := &Event{Status: Status(rnd.IntN(8)), NotRunnable: rnd.IntN(4) == 0, EOF: rnd.IntN(2) == 0, TestID: pick(), Route: pick()}
		if rnd.IntN(2) == 0 {
			e.Time = time.Unix(rnd.Int64N(1<<32), rnd.Int64N(1e6)*1000).UTC()
		}
		if tag := pick(); tag != "" && rnd.IntN(2) == 0 {
			e.Tags = []string{tag}
		}
		if rnd.IntN(2) == 0 {
			e.FileName, e.MIME = pick(), "text/plain; charset=\"utf8\""
			e.Content = []byte(pick() + pick())
			if rnd.IntN(20) == 0 {
				e.Content = bytes.Repeat([]byte("0123456789\n"), rnd.IntN(20_000))
			}
		}
		events[i] = e
	}
	return events
}

func TestInteropV2(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	stream := encode(t, func(yield func(*Event) bool) {
		for _, e := range randomEvents(rnd, 5000) {
			if !yield(e) {
				return
			}
		}
	})
	theirs := bytes.Split(bytes.TrimSpace(peer(t, "decode", stream)), []byte("\n"))
	i := 0
	for e, err := range NewReader(bytes.NewReader(stream), Strict).All() {
		if err != nil {
			t.Fatal(err)
		}
		var want referenceEvent
		if err := json.Unmarshal(theirs[i], &want); err != nil {
			t.Fatal(err)
		}
		g, _ := json.Marshal(asReference(e))
		w, _ := json.Marshal(want)
		if !bytes.Equal(g, w) {
			t.Fatalf("event %d\ngot  %.500s\nwant %.500s", i, g, w)
		}
		i++
	}
	if i != len(theirs) {
		t.Errorf("%d events, python-subunit has %d", i, len(theirs))
	}
	if got := peer(t, "encode", stream); !bytes.Equal(got, stream) {
		t.Error("python-subunit writes other bytes of the same events")
	}
}

func TestInteropV1(t *testing.T) {
	var stream bytes.Buffer
	w := NewV1Writer(&stream)
	rnd := rand.New(rand.NewPCG(5, 6))
	for i := range 500 {
		r := &Result{TestID: fmt.Sprintf("test %d \u4e2d", i), Status: Status(2 + rnd.IntN(6)), Start: at(i), End: at(i + 1)}
		if rnd.IntN(2) == 0 {
			r.Tags = []string{"worker-0"}
		}
		for n := range rnd.IntN(3) {
			r.Attachments = append(r.Attachments, Attachment{Name: fmt.Sprintf("file %d", n), MIME: "text/plain; charset=\"utf8\"",
				Content: bytes.Repeat([]byte("]\r\n0\r\n\n"), rnd.IntN(15_000))})
		}
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	want := readerJSON(t, NewReader(bytes.NewReader(peer(t, "v1", stream.Bytes())), Strict))
	diffLines(t, readerJSON(t, NewV1Reader(&stream, Strict)), want)
}

// TestPeerSpeed compares the speed on the same streams in one go and logs it: it judges nothing, because a busy machine
// would make it fail. What it does check is that both saw the same events.
func TestPeerSpeed(t *testing.T) {
	stream := encode(t, runEvents(generatedTests))
	var decodeSeconds, encodeSeconds float64
	var events int
	if _, err := fmt.Sscan(string(peer(t, "time", stream)), &decodeSeconds, &encodeSeconds, &events); err != nil {
		t.Fatal(err)
	}
	if events != generatedEvents {
		t.Fatalf("python-subunit saw %d events, want %d", events, generatedEvents)
	}
	list := make([]Event, 0, generatedEvents)
	for e := range runEvents(generatedTests) {
		list = append(list, *e)
	}
	decode := best(func() { decodeAll(t, bytes.NewReader(stream)) })
	streamed := best(func() { decodeAll(t, io.MultiReader(bytes.NewReader(stream))) })
	encoded := best(func() {
		w := NewWriter(io.Discard)
		for i := range list {
			if err := w.Write(&list[i]); err != nil {
				t.Fatal(err)
			}
		}
	})
	attachments := attachmentStream(t, 1024)
	memory := best(func() { decodeAll(t, bytes.NewReader(attachments)) })
	piped := best(func() { decodeAll(t, io.MultiReader(bytes.NewReader(attachments))) })
	checksum := best(func() { crc32.ChecksumIEEE(attachments) })

	row := func(what string, ours, theirs float64) {
		t.Helper()
		t.Logf("%-34s %9.1f ms %9.1f ms  %6.1fx", what, ours*1000, theirs*1000, theirs/ours)
	}
	t.Logf("%-34s %12s %12s", fmt.Sprintf("%d events, %d MB", events, len(stream)>>20), "ours", "peer")
	row("decode, in memory", decode, decodeSeconds)
	row("decode, streaming", streamed, decodeSeconds)
	row("encode", encoded, encodeSeconds)
	t.Logf("%-34s %12s %12s", fmt.Sprintf("attachments, %d MB", len(attachments)>>20), "ours", "hash/crc32")
	row("decode, in memory", memory, checksum)
	row("decode, streaming", piped, checksum)
}

func best(action func()) float64 {
	shortest := math.MaxFloat64
	for range 3 { // as often as the peer
		start := cpu()
		action()
		shortest = min(shortest, cpu()-start)
	}
	return shortest
}
