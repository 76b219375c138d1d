package subunit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// Size is the length of the whole content in bytes.
func (a *Attachment) Size() int64 {
	if a.Rest == nil {
		return int64(len(a.Content))
	}
	return int64(len(a.Content)) + a.Rest.Size()
}

// Reader reads the whole content. Of an attachment with a Rest it may be used only before the function returns that the
// result was handed to.
func (a *Attachment) Reader() io.Reader {
	if a.Rest == nil {
		return bytes.NewReader(a.Content)
	}
	return io.MultiReader(bytes.NewReader(a.Content), io.NewSectionReader(a.Rest, 0, a.Rest.Size()))
}

// Tail returns the last n bytes of the content, or all of it when there are fewer. The same rules hold as for Reader.
func (a *Attachment) Tail(n int) ([]byte, error) {
	n = int(min(int64(n), a.Size()))
	if a.Rest == nil {
		return a.Content[len(a.Content)-n:], nil
	}
	tail := make([]byte, n)
	size, fromMemory := a.Rest.Size(), 0
	if before := int64(n) - size; before > 0 {
		fromMemory = copy(tail, a.Content[int64(len(a.Content))-before:])
	}
	if _, err := a.Rest.ReadAt(tail[fromMemory:], size-int64(n-fromMemory)); err != nil {
		return nil, err
	}
	return tail, nil
}

// overflow is a Rest in a temporary file.
type overflow struct {
	file *os.File // without a name
	name string   // of the attachment
	size int64
	err  error // why it is not in the file
}

var errReleased = errors.New("the attachment was read after its result had been handed on")

func (o *overflow) Size() int64 { return o.size }

func (o *overflow) ReadAt(p []byte, at int64) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.file.ReadAt(p, at)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("read back attachment %s: %w", o.name, err)
	}
	return n, err
}

// spill adds content to the file of an attachment. It returns false when there can be no file: then memory has to do.
func (c *Collector) spill(a *Attachment, content []byte) bool {
	o, _ := a.Rest.(*overflow)
	if o == nil {
		f, err := c.file()
		if err != nil {
			return false
		}
		o = &overflow{file: f, name: a.Name}
		a.Rest = o
	}
	if o.err == nil {
		if _, err := o.file.WriteAt(content, o.size); err != nil {
			o.err = fmt.Errorf("keep attachment %s in a temporary file: %w", a.Name, err)
		}
	}
	o.size += int64(len(content))
	return true
}

// file returns a file that was used before, or a new one. It has no name any more, so that nothing is left behind however
// the process ends.
func (c *Collector) file() (*os.File, error) {
	if n := len(c.files); n > 0 {
		f := c.files[n-1]
		c.files = c.files[:n-1]
		return f, nil
	}
	f, err := os.CreateTemp("", "subunit-attachment-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// maxFiles is how many files, and how many buffers, wait to be used again.
const maxFiles = 8

func (c *Collector) release(r *Result) {
	for i := range r.Attachments {
		if b := r.Attachments[i].Content; c.limit > 0 && cap(b) >= c.limit && len(c.buffers) < maxFiles {
			c.buffers = append(c.buffers, b[:0])
		}
		rest, ok := r.Attachments[i].Rest.(*overflow)
		if !ok {
			continue
		}
		if len(c.files) < maxFiles {
			c.files = append(c.files, rest.file)
		} else {
			_ = rest.file.Close()
		}
		rest.file, rest.err = nil, errReleased
	}
}

// beginning returns the content of an attachment in memory for as much as is kept of one.
func (c *Collector) beginning(content []byte) []byte {
	if cap(content) >= c.limit {
		return content
	}
	n := len(c.buffers)
	if n == 0 {
		return append(make([]byte, 0, c.limit), content...)
	}
	buf := c.buffers[n-1]
	c.buffers = c.buffers[:n-1]
	return append(buf, content...)
}

func (c *Collector) closeFiles() {
	for _, f := range c.files {
		_ = f.Close() // it was only read from since it was written, and is gone anyway
	}
	c.files, c.buffers = nil, nil
}
