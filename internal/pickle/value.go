// Package pickle reads Python's pickles, protocols 0 to 5, as data. It is a reader for files whose writer is not trusted:
// nothing that a pickle names is looked up, imported or called. A class or function becomes a Global, what a pickle would
// have made by calling one becomes an Object; only the handful of standard containers that Python itself writes as calls
// (sets, ordered dictionaries, bytes in old protocols) become what they are.
//
// The widespread reader for Go, github.com/kisielk/og-rek, executes nothing either, but it keeps lists by value: one that
// a pickle holds twice is empty the second time (1.3.0), and it lacks the opcodes for sets and big numbers.
package pickle

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// The values of a pickle are nil for None, bool, int64, *big.Int where an int64 does not suffice, float64, string for text
// and for Python 2's str, Bytes, Tuple, and the types below. Lists, dictionaries and objects are pointers: what a pickle
// holds twice is one thing, and it may hold itself.

// Bytes are a bytes or bytearray object.
type Bytes string

// Tuple is a tuple.
type Tuple []any

// List is a list.
type List struct{ Items []any }

// Set is a set or frozenset.
type Set struct{ Items []any }

// Global is a class or function that the pickle names. It is never looked up.
type Global struct{ Module, Name string }

// String is the name in Python's form.
func (g Global) String() string { return g.Module + "." + g.Name }

// Object is what Python would make by calling a class or function.
type Object struct {
	Class any // Global in a sane pickle
	Args  Tuple
	State any   // what __setstate__ or __dict__ would get
	Items *Dict // entries of an object that is a dictionary
	List  *List // entries of an object that is a list
}

// Dict is a dictionary; it keeps the order in which its keys came.
type Dict struct {
	keys   []any
	values map[string]any
}

// Len is the number of entries.
func (d *Dict) Len() int { return len(d.keys) }

// Keys are the keys in their order.
func (d *Dict) Keys() []any { return append([]any(nil), d.keys...) }

// Get returns the value of a key and whether it is there.
func (d *Dict) Get(key any) (any, bool) {
	id, err := identity(key)
	if err != nil {
		return nil, false
	}
	v, ok := d.values[id]
	return v, ok
}

func (d *Dict) set(key, value any) error {
	id, err := identity(key)
	if err != nil {
		return err
	}
	if d.values == nil {
		d.values = map[string]any{}
	}
	if _, ok := d.values[id]; !ok {
		d.keys = append(d.keys, key)
	}
	d.values[id] = value
	return nil
}

// add adds an entry unless it is among those seen.
func (s *Set) add(seen map[string]bool, value any) error {
	id, err := identity(value)
	if err != nil {
		return err
	}
	if !seen[id] {
		seen[id] = true
		s.Items = append(s.Items, value)
	}
	return nil
}

// maxKey bounds the work for one key, in bytes: tuples can hold themselves many times over.
const maxKey = 4096

var errKey = errors.New("a key has more than 4096 bytes")

// identity is a text that two keys share when Python takes them for equal: 1, 1.0 and True are one key.
func identity(key any) (string, error) {
	var b strings.Builder
	if err := writeIdentity(&b, key); err != nil {
		return "", err
	}
	return b.String(), nil
}

func writeIdentity(b *strings.Builder, key any) error {
	if b.Len() > maxKey || sizeOf(key) > maxKey {
		return errKey
	}
	switch k := key.(type) {
	case nil:
		b.WriteString("n;")
	case bool:
		if k {
			b.WriteString("i1;")
		} else {
			b.WriteString("i0;")
		}
	case int64:
		fmt.Fprintf(b, "i%d;", k)
	case *big.Int:
		if k.BitLen() > 8*maxKey {
			return errKey
		}
		fmt.Fprintf(b, "i%s;", k)
	case float64:
		if k == float64(int64(k)) {
			fmt.Fprintf(b, "i%d;", int64(k))
		} else {
			fmt.Fprintf(b, "f%v;", k)
		}
	case string:
		fmt.Fprintf(b, "s%d:%s;", len(k), k)
	case Bytes:
		fmt.Fprintf(b, "b%d:%s;", len(k), k)
	case Global:
		fmt.Fprintf(b, "g%q;", k.String())
	case Tuple:
		b.WriteString("(")
		for _, item := range k {
			if err := writeIdentity(b, item); err != nil {
				return err
			}
		}
		b.WriteString(")")
	default:
		return fmt.Errorf("%s cannot be a key", Describe(key))
	}
	return nil
}

// Describe names a value's type in Python's words, for messages. It shows nothing of its content.
func Describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return "a bool"
	case int64, *big.Int:
		return "an int"
	case float64:
		return "a float"
	case string:
		return "a str"
	case Bytes:
		return "bytes"
	case Tuple:
		return "a tuple"
	case *List:
		return "a list"
	case *Dict:
		return "a dict"
	case *Set:
		return "a set"
	case Global:
		return "the name " + v.String()
	case *Object:
		if g, ok := v.Class.(Global); ok {
			return "an object of " + g.String()
		}
		return "an object of an unknown class"
	}
	return fmt.Sprintf("a %T", v)
}
