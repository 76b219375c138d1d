package subunit

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"
)

// slowRecover is the recovery in its simplest form: every claim is added up, everything is in memory. It returns the pieces
// of a stream with what they are: "", "text" or a defect.
func slowRecover(b []byte) (kinds []string, pieces [][]byte) {
	add := func(kind string, piece []byte) {
		if len(piece) > 0 {
			kinds, pieces = append(kinds, kind), append(pieces, piece)
		}
	}
	good := func(p []byte) bool {
		end := len(p) - checksumSize
		sum := crc32.ChecksumIEEE(p[:end])
		return bytes.Equal(p[end:], []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	}
	for text := 0; ; {
		i, size := text, 0
		var v verdict
		for ; i < len(b); i++ {
			if b[i] != signature {
				continue
			}
			if _, n := utf8.DecodeLastRune(b[text : i+1]); n > 1 {
				continue
			}
			if size, _, v = readHeader(b[i:]); v == plausible {
				break
			}
		}
		add("text", b[text:i])
		if i == len(b) {
			return kinds, pieces
		}
		if size <= len(b)-i && good(b[i:i+size]) {
			add("", b[i:i+size])
			text = i + size
			continue
		}
		defect := defectCRC
		if size > len(b)-i {
			defect = defectTruncated
		}
		end := i + 1
		for ; end < len(b); end++ {
			if b[end] == signature {
				if size, _, v := readHeader(b[end:]); v == plausible && size <= len(b)-end && good(b[end:end+size]) {
					break
				}
			}
		}
		add(defect, b[i:end])
		text = end
	}
}

// fastRecover returns the same of a Reader of the stream b, its pieces joined.
func fastRecover(tb testing.TB, src io.Reader, b []byte) (kinds []string, pieces [][]byte) {
	tb.Helper()
	r := NewReader(src, Recover)
	open := false
	for e, err := range r.All() {
		if err != nil {
			tb.Fatal(err)
		}
		kind, piece := e.Defect, e.Content
		if e.Text {
			kind = "text"
		} else if kind == "" {
			packet := b[r.Offset():]
			size, _, _ := readHeader(packet)
			piece = packet[:size]
		}
		last := len(kinds) - 1
		if last >= 0 && kinds[last] == kind && (kind == "text" || kind != "" && open) {
			pieces[last] = append(pieces[last], piece...)
		} else {
			kinds, pieces = append(kinds, kind), append(pieces, bytes.Clone(piece))
		}
		open = kind != "" && kind != "text" && !e.EOF
	}
	if open {
		tb.Error("the last piece of damaged data is not marked")
	}
	return kinds, pieces
}

// hostileStream mixes good packets, claims of all sizes, broken packets, text and noise.
func hostileStream(rnd *rand.Rand, size, maxClaim int) []byte {
	var b []byte
	for len(b) < size {
		content := make([]byte, rnd.IntN(3000))
		for i := range content {
			content[i] = byte(rnd.Uint32())
		}
		start := len(b)
		switch rnd.IntN(8) {
		case 0, 1, 2:
			claim := minPacketSize + rnd.IntN(maxClaim)
			b = append(b, signature, flagVersion>>8|0x09, 0x02)
			b = appendNumber(b, claim)
		case 3, 4, 5:
			b, _ = AppendPacket(b, &Event{TestID: "good", Content: content})
		case 6:
			b, _ = AppendPacket(b, &Event{TestID: "bad", Content: content})
			b[start+rnd.IntN(len(b)-start)] ^= 1 << rnd.IntN(8)
		case 7:
			b = append(b, "1 m\u00b3 of \u0433 \xb3 \xe3\n"...)
		}
	}
	return b
}

// sameAsSlow holds that a reader finds in a stream what slowRecover finds.
func sameAsSlow(t *testing.T, stream []byte) {
	t.Helper()
	kinds, pieces := slowRecover(stream)
	for name, src := range map[string]io.Reader{
		"memory": bytes.NewReader(stream),
		"stream": io.MultiReader(bytes.NewReader(stream)),
		"halves": iotest.HalfReader(bytes.NewReader(stream)),
	} {
		gotKinds, gotPieces := fastRecover(t, src, stream)
		for i := range max(len(kinds), len(gotKinds)) {
			if i >= len(kinds) || i >= len(gotKinds) || kinds[i] != gotKinds[i] || !bytes.Equal(pieces[i], gotPieces[i]) {
				t.Fatalf("%s: piece %d of %d (want %d) differs", name, i, len(gotKinds), len(kinds))
			}
		}
	}
}

func TestRecoverHostile(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	sizes := []struct{ runs, size, claim int }{{100, 20_000, 3_000}, {10, 200_000, 100_000}, {1, 9_000_000, 4_100_000}}
	for _, s := range sizes {
		for range s.runs {
			sameAsSlow(t, hostileStream(rnd, s.size, s.claim))
		}
	}
}

// TestRecoverClaimsOfOneSize reads streams of nothing but headers, in which some of the claims are true.
func TestRecoverClaimsOfOneSize(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, size := range []int{8, 11, 12, 13, 16, 17, 63, 100, 600, 20_000, 70_000} {
		for every := numberSize(size) + flagBytes; every < 12; every += 1 + rnd.IntN(4) {
			header := appendNumber([]byte{signature, 0x20, 0x02}, size)
			for len(header) < every {
				header = append(header, byte(rnd.IntN(signature)))
			}
			stream := append([]byte("text"), bytes.Repeat(header, 4000+size*3/every)...)
			for range 3 {
				at := 4 + rnd.IntN((len(stream)-size-4)/every)*every
				end := at + size - checksumSize
				binary.BigEndian.PutUint32(stream[end:], crc32.ChecksumIEEE(stream[at:end]))
			}
			sameAsSlow(t, append(stream, header[:every-1]...))
		}
	}
}

// repeat returns about size bytes.
func repeat(size int, b []byte) []byte { return bytes.Repeat(b, size/len(b)) }

// lyingLengths returns a copy of a stream in which the length of every packet is false and large.
func lyingLengths(stream []byte) []byte {
	var out []byte
	for at := 0; at < len(stream); {
		size, fields, _ := readHeader(stream[at:])
		out = append(out, stream[at:at+flagBytes]...)
		out = append(out, 0x90, 0, 0) // 1 MiB
		out = append(out, stream[at+fields:at+size]...)
		at += size
	}
	return out
}

// fakes are streams of size bytes that hold headers of packets which are none, each kind hostile in another way.
func fakes(tb testing.TB, size int) []struct {
	name   string
	stream []byte
} {
	rnd := rand.New(rand.NewPCG(7, 8))
	run := encode(tb, runEvents(size/1125))
	smallest := packet(tb, &Event{TestID: "foo", Status: Exists})
	claim := func(octets ...byte) []byte { return append([]byte{signature, 0x29, 0x02}, octets...) }
	random := func(every, most int) (b []byte) {
		for len(b) < size {
			b = append(b, claim()...)
			n := rnd.IntN(most)
			b = append(b, 0x80|byte(n>>16), byte(n>>8), byte(n))
			for range every - 6 {
				b = append(b, byte(rnd.IntN(0xB0)))
			}
		}
		return b
	}
	text := []byte("2026-11-22 08:00:00,000 4711 INFO Request: 200 GET http://127.0.0.1/v2.1/servers 0.042s\n")
	return []struct {
		name   string
		stream []byte
	}{
		{"a run with false lengths", lyingLengths(run)},
		{"a run with false checksums", falseChecksums(run)},
		{"a run whose every packet claims the rest", claimsOfTheRest(run)},
		{"claims of 4 MiB between good packets", repeat(size, append(claim(0xBF, 0xFF, 0xFF), smallest...))},
		{"claims of 4 MiB in text", repeat(size, append(claim(0xBF, 0xFF, 0xFF), text...))},
		{"any claims in text", random(100, 1<<22)},
		{"claims of 4 MiB", repeat(size, claim(0xBF, 0xFF, 0xFF))},
		{"claims of 1 MiB", repeat(size, claim(0x90, 0, 0))},
		{"claims of 64 KiB", repeat(size, claim(0x81, 0, 0))},
		{"claims of 16 KiB", repeat(size, claim(0x7F, 0xFF))},
		{"claims of 1 KiB", repeat(size, claim(0x44, 0))},
		{"claims of 500 bytes", repeat(size, claim(0x41, 0xF4))},
		{"claims of 63 bytes", repeat(size, claim(0x3F))},
		{"claims of 8 bytes", repeat(size, claim(0x08))},
		{"any claims up to 4 MiB", random(6, 1<<22)},
		{"any claims up to 64 KiB", random(6, 1<<16)},
		{"any claims up to 2 KiB", random(6, 1<<11)},
		{"claims inside claims", repeat(size, []byte{signature, 0x20})},
	}
}

// falseChecksums returns a copy of a stream in which no checksum is right.
func falseChecksums(stream []byte) []byte {
	out := bytes.Clone(stream)
	for at := 0; at < len(stream); {
		size, _, _ := readHeader(stream[at:])
		at += size
		out[at-1] ^= 1
	}
	return out
}

// claimsOfTheRest returns a copy of a stream in which every packet claims all that follows, up to the limit.
func claimsOfTheRest(stream []byte) []byte {
	var out []byte
	for at := 0; at < len(stream); {
		size, fields, _ := readHeader(stream[at:])
		rest := min(len(stream)-at, MaxPacketSize)
		out = append(out, stream[at:at+flagBytes]...)
		out = append(out, 0x80|byte(rest>>16), byte(rest>>8), byte(rest))
		out = append(out, stream[at+fields:at+size]...)
		at += size
	}
	return out
}

// BenchmarkRecover reads streams of false headers. Each is compared with good streams of the same size: a run of tests, and
// the most packets that fit, as a stream of many headers should be. It should not take more than three times as long.
func BenchmarkRecover(b *testing.B) {
	const size = 12 << 20
	run := encode(b, runEvents(size/1125))
	smallest := repeat(size, packet(b, &Event{Status: Exists}))
	var asRun, asPackets float64 // seconds a byte
	for _, twin := range []struct {
		name    string
		stream  []byte
		seconds *float64
	}{{"good run", run, &asRun}, {"good packets of 8 bytes", smallest, &asPackets}} {
		b.Run(twin.name, func(b *testing.B) {
			*twin.seconds = recoverTime(b, twin.stream)
		})
	}
	for _, fake := range fakes(b, size) {
		b.Run(fake.name, func(b *testing.B) {
			seconds := recoverTime(b, fake.stream)
			b.ReportMetric(seconds/asRun, "x-good-run")
			b.ReportMetric(seconds/asPackets, "x-good-packets")
		})
	}
}

// endless repeats a stream.
type endless struct {
	stream []byte
	at     int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.stream[e.at:])
	e.at = (e.at + n) % len(e.stream)
	return n, nil
}

func TestReadWithoutAllocation(t *testing.T) {
	r := NewReader(&endless{stream: encode(t, runEvents(1000))}, Recover)
	next := func() {
		for range 5000 {
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
		}
	}
	next()
	if n := testing.AllocsPerRun(10, next); n != 0 {
		t.Errorf("%.0f allocations in 5000 events, want none", n)
	}
}

// TestReaderMemory holds that no stream makes a reader need more than its window and its table of strings.
func TestReaderMemory(t *testing.T) {
	tags, _ := AppendPacket(nil, &Event{TestID: "t", Tags: make([]string, 50_000)})
	header := []byte{signature, 0x29, 0x82, 0xBF, 0xFF, 0xFF}
	streams := map[string][]byte{
		"claims":     bytes.Repeat(header, 100),
		"noise":      append(header, bytes.Repeat([]byte("noise "), 1000)...),
		"text":       bytes.Repeat([]byte("text\n"), 1000),
		"tags":       tags,
		"many tags":  tagBomb(),
		"other ids ": nil,
	}
	for name, stream := range streams {
		t.Run(name, func(t *testing.T) {
			src := io.Reader(&endless{stream: stream})
			if stream == nil {
				src = &newIDs{}
			}
			r := NewReader(io.LimitReader(src, 16<<20), Recover)
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for {
				if _, err := r.Next(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			const limit = maxWindow + 3<<20
			if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > limit {
				t.Errorf("the reader holds %d bytes, want at most %d", grown, limit)
			}
			runtime.KeepAlive(r)
		})
	}
}

// TestReaderAllocatesWhatComesIn holds that a claim alone costs nothing: memory follows the bytes that have come in.
func TestReaderAllocatesWhatComesIn(t *testing.T) {
	claims := map[string][]byte{
		"packet":  {signature, 0x29, 0x02, 0xBF, 0xFF, 0xFF, 1, 't'},
		"tags":    seal("\x21\x80", "\xff\xff\xff\xff"),
		"id":      seal("\x29\x00", "\xff\xff\xff\xff"),
		"content": seal("\x21\x40", "\x01f\xff\xff\xff\xff"),
	}
	for name, stream := range claims {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if n := decodeAll(t, io.MultiReader(bytes.NewReader(stream))); n != 1 {
			t.Errorf("%s: %d events", name, n)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 4*firstWindow {
			t.Errorf("%s: %d bytes allocated for a stream of %d", name, n, len(stream))
		}
	}
}

// tagBomb is a good packet with four million tags.
func tagBomb() []byte {
	const tags = 4_000_000
	b := []byte{signature, 0x29, 0x80, 0xBD, 0x09, 0x0E, 1, 't', 0x80, 0, 0}
	b[8], b[9], b[10] = 0x80|tags>>16, tags>>8&0xFF, tags&0xFF
	size := len(b) + tags + checksumSize
	copy(b[3:], appendNumber(nil, size))
	b = append(b, make([]byte, tags)...)
	sum := crc32.ChecksumIEEE(b)
	return append(b, byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum))
}

// newIDs is a stream in which every packet names another test.
type newIDs struct {
	n   int
	buf []byte
}

func (s *newIDs) Read(p []byte) (int, error) {
	for len(s.buf) < len(p) {
		s.n++
		id := bytes.Repeat([]byte{'a' + byte(s.n%26)}, 1000)
		id = append(id, byte('0'+s.n/26%10), byte('0'+s.n/260%10), byte('0'+s.n/2600%10), byte('0'+s.n/26000%10))
		s.buf, _ = AppendPacket(s.buf, &Event{TestID: string(id), Status: Success})
	}
	n := copy(p, s.buf)
	s.buf = s.buf[n:]
	return n, nil
}

// recoverTime returns the processor time for each byte of a stream, in seconds.
func recoverTime(b *testing.B, stream []byte) float64 {
	b.SetBytes(int64(len(stream)))
	start := cpu()
	for b.Loop() {
		decodeAll(b, io.MultiReader(bytes.NewReader(stream)))
	}
	seconds := (cpu() - start) / float64(b.N) / float64(len(stream))
	b.ReportMetric(1e-6/seconds, "cpu-MB/s")
	return seconds
}

// cpu returns the seconds of processor time that the process has used, which other processes disturb less than the clock.
func cpu() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

func appendNumber(dst []byte, n int) []byte {
	b := make([]byte, 4)
	return append(dst, b[:putNumber(b, n)]...)
}
