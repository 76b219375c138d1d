package subunit

import (
	"bufio"
	"bytes"
	"io"
	"strings"
)

// maxV1Line is the size in bytes from which a line is taken in parts.
const maxV1Line = 1 << 20

// lineReader reads lines, and never keeps more than maxV1Line of one.
type lineReader struct {
	r   *bufio.Reader
	buf []byte
	at  int64 // offset in the stream of the next line
}

// next returns a line with its line feed, if it has one, valid until the next call. It returns no error beside data.
func (l *lineReader) next() ([]byte, error) {
	l.buf = l.buf[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		l.at += int64(len(part))
		if err == nil && len(l.buf) == 0 {
			return part, nil
		}
		l.buf = append(l.buf, part...)
		if err == bufio.ErrBufferFull && len(l.buf) < maxV1Line {
			continue
		}
		if len(l.buf) > 0 {
			return l.buf, nil
		}
		return nil, err
	}
}

// some returns at least one and at most n bytes.
func (l *lineReader) some(n int) ([]byte, error) {
	if _, err := l.r.Peek(1); err != nil {
		return nil, err
	}
	part, err := l.r.Peek(min(n, l.r.Buffered()))
	if err != nil {
		return nil, err
	}
	l.at += int64(len(part))
	if _, err := l.r.Discard(len(part)); err != nil {
		return nil, err
	}
	return part, nil
}

func newLineReader(r io.Reader) lineReader {
	return lineReader{r: bufio.NewReaderSize(r, 64<<10)}
}

// directive is what a line of version 1 says.
type directive uint8

const (
	noDirective directive = iota
	directTest
	directTime
	directTags
	directProgress
	directOutcome
)

// v1Outcome is how version 1 says that a test ended. Errors and failures are the same in version 2.
type v1Outcome struct {
	status Status
	label  string // in python-subunit's messages
}

// parseDirective splits a line into its directive and what follows. The colon may be missing, as for python-subunit.
func parseDirective(line []byte) (d directive, outcome v1Outcome, rest string) {
	i := bytes.IndexAny(line, " \t")
	if i <= 0 {
		return noDirective, v1Outcome{}, ""
	}
	word := strings.TrimRight(string(line[:i]), ":")
	rest = strings.TrimSuffix(strings.TrimSuffix(string(line[i+1:]), "\n"), "\r")
	if strings.TrimSpace(rest) == "" {
		return noDirective, v1Outcome{}, ""
	}
	switch word {
	case "test", "testing":
		return directTest, v1Outcome{}, rest
	case "time":
		return directTime, v1Outcome{}, rest
	case "tags":
		return directTags, v1Outcome{}, rest
	case "progress":
		return directProgress, v1Outcome{}, rest
	case "success", "successful":
		outcome = v1Outcome{Success, "success"}
	case "failure":
		outcome = v1Outcome{Fail, "failure"}
	case "error":
		outcome = v1Outcome{Fail, "error"}
	case "skip":
		outcome = v1Outcome{Skip, "skip"}
	case "xfail":
		outcome = v1Outcome{ExpectedFailure, "xfail"}
	case "uxsuccess":
		outcome = v1Outcome{UnexpectedSuccess, "uxsuccess"}
	default:
		return noDirective, v1Outcome{}, ""
	}
	return directOutcome, outcome, rest
}

// cleanString makes what a line holds a string that version 2 can hold.
func cleanString(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, replacement), "\x00", replacement)
}
