package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// spoolInMemory is how much a spool holds before it turns to a file, in bytes.
const spoolInMemory = 1 << 20

// spool holds what is written until it is copied elsewhere: small amounts in memory, larger ones in a temporary
// file. The file has no name any more once it is open, so that nothing is left behind however the process ends.
type spool struct {
	buf  bytes.Buffer
	file *os.File
}

func (s *spool) Write(p []byte) (int, error) {
	if s.file == nil {
		if s.buf.Len()+len(p) <= spoolInMemory {
			return s.buf.Write(p)
		}
		if err := s.open(); err != nil {
			return 0, err
		}
	}
	return s.file.Write(p)
}

func (s *spool) open() error {
	f, err := os.CreateTemp("", "persistent-resources-report-*")
	if err != nil {
		return fmt.Errorf("make a spool file: %w", err)
	}
	s.file = f
	_, err = f.Write(s.buf.Bytes())
	s.buf = bytes.Buffer{}
	return errors.Join(err, os.Remove(f.Name()))
}

// part is a place in a spool, in bytes.
type part struct{ offset, size int64 }

// copyTo writes all that was spooled to w.
func (s *spool) copyTo(w io.Writer) error {
	if s.file == nil {
		_, err := w.Write(s.buf.Bytes())
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(w, s.file)
	return err
}

// copyPart writes a part of what was spooled to w.
func (s *spool) copyPart(w io.Writer, p part) error {
	if p.size == 0 {
		return nil
	}
	if s.file == nil {
		_, err := w.Write(s.buf.Bytes()[p.offset : p.offset+p.size])
		return err
	}
	_, err := io.Copy(w, io.NewSectionReader(s.file, p.offset, p.size))
	return err
}

// close gives the file back, if there is one.
func (s *spool) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	return err
}
