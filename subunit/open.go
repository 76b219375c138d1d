package subunit

import (
	"bytes"
	"io"
	"iter"
	"strings"
)

// EventReader is what every reader of this package does.
type EventReader interface {
	// Next returns the next event, valid until the following call, or io.EOF at the end of the stream.
	Next() (*Event, error)
	// All returns an iterator of all further events.
	All() iter.Seq2[*Event, error]
}

var (
	_ EventReader = (*Reader)(nil)
	_ EventReader = (*V1Reader)(nil)
)

// sniffLimit is how many bytes in front of the first packet or line of version 1 are looked at.
const sniffLimit = 64 << 10

// Open returns a reader of a stream of either version. The stream is told from its first packet or its first line of
// version 1, whichever comes first; what has neither is taken for version 2. Nothing is read before the first event is asked
// for.
func Open(r io.Reader, mode Mode) EventReader { return &openReader{src: r, mode: mode} }

type openReader struct {
	src  io.Reader
	mode Mode
	EventReader
}

func (o *openReader) Next() (*Event, error) {
	if o.EventReader == nil {
		o.EventReader = o.open()
	}
	return o.EventReader.Next()
}

func (o *openReader) All() iter.Seq2[*Event, error] { return all(o.Next) }

func (o *openReader) open() EventReader {
	if m, ok := o.src.(*bytes.Reader); ok {
		start := make([]byte, sniffLimit)
		n, _ := m.ReadAt(start, m.Size()-int64(m.Len()))
		var s sniffer
		if v, _ := s.sniff(start[:n], true); v == version1 {
			return NewV1Reader(m, o.mode)
		}
		return NewReader(m, o.mode)
	}
	start := make([]byte, 0, 4<<10)
	var err error
	var s sniffer
	version, seen := versionUnknown, 0
	for empty := 0; version == versionUnknown && err == nil && len(start) < sniffLimit && empty < maxEmptyReads; empty++ {
		if len(start) == cap(start) {
			start = append(make([]byte, 0, 2*cap(start)), start...)
		}
		var n int
		n, err = o.src.Read(start[len(start):cap(start)])
		if n > 0 {
			empty = 0
		}
		start = start[:len(start)+n]
		v, more := s.sniff(start[seen:], err != nil)
		version, seen = v, seen+more
	}
	src := &resumed{start: start, rest: o.src, err: err}
	if version == version1 {
		return NewV1Reader(src, o.mode)
	}
	return NewReader(src, o.mode)
}

// resumed reads what was read already and then the rest.
type resumed struct {
	start []byte
	rest  io.Reader
	err   error // of the last read, or nil
}

func (r *resumed) Read(p []byte) (int, error) {
	if len(r.start) > 0 {
		n := copy(p, r.start)
		r.start = r.start[n:]
		return n, nil
	}
	if r.err != nil {
		return 0, r.err
	}
	return r.rest.Read(p)
}

type version uint8

const (
	versionUnknown version = iota
	version1
	version2
)

// sniffer looks for the first packet or line of version 1.
type sniffer struct {
	begun string // the test that a line without a colon may have begun
}

// sniff tells the version of a stream that begins with b. Unless b is all of it, its last line may be incomplete. It also
// returns how many bytes are lines of neither version, which need not be shown to it again.
func (s *sniffer) sniff(b []byte, whole bool) (v version, seen int) {
	for seen < len(b) {
		end := bytes.IndexByte(b[seen:], '\n') + 1
		line := b[seen : seen+end]
		if end == 0 {
			line = b[seen:]
		}
		// A packet may hold line feeds, and may stand behind text in the same line.
		if header := findHeader(b[seen:], len(line)); header == plausible {
			return version2, seen
		} else if header == undecided && !whole {
			return versionUnknown, seen
		}
		if end == 0 && !whole {
			return versionUnknown, seen
		}
		if s.beginsV1(line) {
			return version1, seen
		}
		seen += len(line)
	}
	return versionUnknown, seen
}

// findHeader judges the first place in b[:n] that could be the start of a packet.
func findHeader(b []byte, n int) verdict {
	for i := 0; ; i++ {
		next := bytes.IndexByte(b[i:n], signature)
		if next < 0 {
			return implausible
		}
		i += next
		if insideRune(b[:i+1]) {
			continue
		}
		if _, _, v := readHeader(b[i:]); v != implausible {
			return v
		}
	}
}

// beginsV1 reports whether a line is one that a stream of version 1 begins with. Without the colon, which python-subunit
// always writes, it could be any text, unless a test begins and ends.
func (s *sniffer) beginsV1(line []byte) bool {
	word, _, _ := bytes.Cut(bytes.ReplaceAll(line, []byte{'\t'}, []byte{' '}), []byte{' '})
	d, _, arg := parseDirective(line)
	if bytes.HasSuffix(word, []byte{':'}) {
		return d == directTest || d == directTags || d == directProgress || d == directTime && isV1Time(arg)
	}
	if d == directTest {
		s.begun = arg
	}
	return d == directOutcome && s.begun != "" && (arg == s.begun || strings.HasPrefix(arg, s.begun+" ["))
}
