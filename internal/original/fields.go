package original

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"opendev.org/x/persistent-resources/internal/pickle"
)

// fields reads entries of the plugin's dictionaries. The first thing that is not as the plugin writes it is kept as err; what
// is read after it does not matter.
type fields struct {
	where string // path of the dictionary, "" for the whole
	dict  *pickle.Dict
	err   error
}

func (f *fields) fail(format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf(format, args...)
	}
}

func (f *fields) path(key string) string {
	if f.where == "" {
		return key
	}
	return f.where + "." + key
}

// must returns an entry that the plugin always writes.
func (f *fields) must(key string) any {
	v, ok := f.dict.Get(key)
	if !ok {
		f.fail("it has no entry %q", f.path(key))
	}
	return v
}

// text is an entry of text; None is "".
func (f *fields) text(key string) string {
	v, _ := f.dict.Get(key)
	s, err := text(v)
	if err != nil {
		f.fail("its entry %q is %w", f.path(key), err)
	}
	return s
}

// word is an entry that becomes part of a URL, an id or a name: it must be there, and must not lead elsewhere.
func (f *fields) word(key string) string {
	s := f.text(key)
	if s == "" {
		f.fail("its entry %q is empty", f.path(key))
	} else if !isWord(s) {
		f.fail("its entry %q is no id or name: %s", f.path(key), shown(s))
	}
	return s
}

// sub is an entry that is a dictionary; nil for None, an empty one, and one that is not there.
func (f *fields) sub(key string) *fields {
	v, _ := f.dict.Get(key)
	d, ok := asDict(v)
	if !ok && v != nil {
		f.fail("its entry %q is %s in place of a dict", f.path(key), pickle.Describe(v))
	}
	if !ok || d.Len() == 0 {
		return nil
	}
	return &fields{where: f.path(key), dict: d}
}

// list is an entry that is a list or tuple.
func (f *fields) list(key string) []any {
	switch v := f.must(key).(type) {
	case *pickle.List:
		return v.Items
	case pickle.Tuple:
		return v
	default:
		f.fail("its entry %q is %s in place of a list", f.path(key), pickle.Describe(v))
		return nil
	}
}

// texts is an entry that is a list of text.
func (f *fields) texts(key string) []string {
	var out []string
	for i, v := range f.list(key) {
		s, err := text(v)
		if err != nil {
			f.fail("its entry %q is %w", f.path(key)+"["+strconv.Itoa(i)+"]", err)
		}
		out = append(out, s)
	}
	return out
}

// words is an entry that is a list of names.
func (f *fields) words(key string) []string {
	all := f.texts(key)
	for i, s := range all {
		if !isWord(s) {
			f.fail("its entry %q is no name: %s", f.path(key)+"["+strconv.Itoa(i)+"]", shown(s))
		}
	}
	return all
}

// asDict takes a dictionary, or an object of one of its subclasses: Tempest's ResponseBody is such.
func asDict(v any) (*pickle.Dict, bool) {
	switch v := v.(type) {
	case *pickle.Dict:
		return v, true
	case *pickle.Object:
		if v.Items != nil {
			return v.Items, true
		}
	}
	return nil, false
}

// text is a value as text: Python 2 wrote str and unicode side by side, and nova-network's ids are numbers.
func text(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		if utf8.ValidString(v) {
			return v, nil
		}
		return "", fmt.Errorf("bytes that are no UTF-8")
	case pickle.Bytes:
		return text(string(v))
	case int64:
		return strconv.FormatInt(v, 10), nil
	case *big.Int:
		return v.String(), nil
	}
	return "", fmt.Errorf("%s in place of text", pickle.Describe(v))
}

// isWord reports whether an id or a name can stand in a URL's path without leading elsewhere.
func isWord(s string) bool {
	return s != "" && s != "." && s != ".." && len(s) <= 255 && !strings.ContainsAny(s, "/\\?#%&;") &&
		strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// shown is a value for a message: on one line, and not longer than one.
func shown(s string) string {
	if len(s) > 60 {
		s = s[:60] + "…"
	}
	return strconv.Quote(s)
}

// madeName is how Tempest names what it makes for a class: <prefix>-<Class>-<number>, and the user after its project.
var madeName = regexp.MustCompile(`^(.+-)?(ComputePersistentResources|ObjectStoragePersistentResources)-\d+(-project(-.+)?)?$`)

// madeNetwork is how Tempest names the network, subnet and router of a project that it made.
var madeNetwork = regexp.MustCompile(`^(.+-)?(ComputePersistentResources|ObjectStoragePersistentResources)-\d+-(network|subnet|router)$`)
