package pickle

import (
	"errors"
	"fmt"
	"io"
)

// MaxSize is how many bytes a pickle may have. What the original plugin writes has a few thousand.
const MaxSize = 1 << 20

// maxWork bounds, in bytes and entries, what calls may copy: a pickle could else make the same large thing over and over.
const maxWork = 8 * MaxSize

// Error says why a pickle cannot be read.
type Error struct {
	Offset int // of the opcode, in bytes
	Err    error
}

func (e *Error) Error() string { return fmt.Sprintf("%v (at byte %d)", e.Err, e.Offset) }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// ErrTruncated says that the pickle ends before its end.
var ErrTruncated = errors.New("the pickle is cut off")

// errMark says that an opcode needs a mark that is not there, errStack that it needs a value.
var (
	errMark  = errors.New("the pickle is damaged: it ends something that it did not begin")
	errStack = errors.New("the pickle is damaged: it uses a value that it did not make")
)

// Load reads the first pickle of r, as Python's pickle.load does: what follows it is not looked at. The error says in one
// sentence why it cannot be read.
func Load(r io.Reader) (any, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxSize {
		return nil, fmt.Errorf("the pickle is larger than %d MiB", MaxSize>>20)
	}
	return Loads(data)
}

// Loads reads the first pickle of data.
func Loads(data []byte) (any, error) {
	m := &machine{data: data, memo: map[int64]any{}, sets: map[*Set]map[string]bool{}}
	for {
		start := m.at
		op, err := m.byte()
		if err == nil && op == opStop {
			v, err := m.pop()
			if err != nil {
				return nil, &Error{start, err}
			}
			return v, nil
		}
		if err == nil {
			err = m.do(op)
		}
		if err != nil {
			return nil, &Error{start, err}
		}
	}
}

// machine is the stack machine that a pickle is a program for. It never recurses, so that no nesting is too deep for it.
type machine struct {
	data  []byte
	at    int
	stack []any
	marks []int // heights of the stack at which a mark stands
	memo  map[int64]any
	sets  map[*Set]map[string]bool // what is in each, to keep entries apart
	work  int
}

// spend counts what a call copies.
func (m *machine) spend(n int) error {
	if m.work += n; m.work > maxWork {
		return fmt.Errorf("the pickle makes much more than its size: more than %d bytes", maxWork)
	}
	return nil
}

func (m *machine) byte() (byte, error) {
	if m.at >= len(m.data) {
		return 0, ErrTruncated
	}
	m.at++
	return m.data[m.at-1], nil
}

// take returns the next n bytes.
func (m *machine) take(n uint64) ([]byte, error) {
	if n > uint64(len(m.data)-m.at) {
		return nil, ErrTruncated
	}
	b := m.data[m.at : m.at+int(n)]
	m.at += int(n)
	return b, nil
}

// counted returns the bytes whose number stands before them, in size bytes, lowest first.
func (m *machine) counted(size int) ([]byte, error) {
	n, err := m.number(size)
	if err != nil {
		return nil, err
	}
	return m.take(n)
}

// number reads an unsigned number of so many bytes, lowest first.
func (m *machine) number(size int) (uint64, error) {
	b, err := m.take(uint64(size))
	var n uint64
	for i, c := range b {
		n |= uint64(c) << (8 * i)
	}
	return n, err
}

// line returns the bytes up to the next newline.
func (m *machine) line() (string, error) {
	for i := m.at; i < len(m.data); i++ {
		if m.data[i] == '\n' {
			s := string(m.data[m.at:i])
			m.at = i + 1
			return s, nil
		}
	}
	return "", ErrTruncated
}

func (m *machine) push(v any) error {
	m.stack = append(m.stack, v)
	return nil
}

// floor is the height below which nothing may be taken: the last mark.
func (m *machine) floor() int {
	if len(m.marks) == 0 {
		return 0
	}
	return m.marks[len(m.marks)-1]
}

func (m *machine) pop() (any, error) {
	if len(m.stack) <= m.floor() {
		return nil, errStack
	}
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return v, nil
}

func (m *machine) top() (any, error) {
	if len(m.stack) <= m.floor() {
		return nil, errStack
	}
	return m.stack[len(m.stack)-1], nil
}

// popMark takes everything above the last mark, and the mark.
func (m *machine) popMark() ([]any, error) {
	if len(m.marks) == 0 {
		return nil, errMark
	}
	from := m.floor()
	items := append([]any(nil), m.stack[from:]...)
	m.stack = m.stack[:from]
	m.marks = m.marks[:len(m.marks)-1]
	return items, nil
}

// popN takes the n uppermost values, the deepest first.
func (m *machine) popN(n int) ([]any, error) {
	if len(m.stack)-n < m.floor() {
		return nil, errStack
	}
	items := append([]any(nil), m.stack[len(m.stack)-n:]...)
	m.stack = m.stack[:len(m.stack)-n]
	return items, nil
}

func (m *machine) get(index int64) error {
	v, ok := m.memo[index]
	if !ok {
		return fmt.Errorf("the pickle is damaged: it takes value %d out of its memo, where none was put", index)
	}
	return m.push(v)
}

func (m *machine) put(index int64) error {
	if index < 0 {
		return errors.New("the pickle is damaged: it puts a value into its memo at a negative place")
	}
	v, err := m.top()
	if err == nil {
		m.memo[index] = v
	}
	return err
}
