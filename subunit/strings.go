package subunit

import "hash/maphash"

// Bounds of the table of strings. A stream names the same tests, files and tags again and again.
const (
	firstStrings   = 1 << 10
	maxStrings     = 1 << 16
	maxStringSize  = 1 << 10 // longer strings are rare and are not kept
	maxStringBytes = 8 << 20
	stringProbes   = 4
)

// stringTable keeps strings so that bytes that were seen before need no memory. It forgets at random when it is full. What
// it holds was checked to be UTF-8 without NUL.
type stringTable struct {
	slots []string
	seed  maphash.Seed
	used  int
	bytes int
	hash  uint64 // of what was looked up last
}

// lookup returns the string equal to b, if it is known.
func (t *stringTable) lookup(b []byte) (string, bool) {
	if t.slots == nil {
		t.slots, t.seed = make([]string, firstStrings), maphash.MakeSeed()
	}
	t.hash = maphash.Bytes(t.seed, b)
	for i := range uint64(stringProbes) {
		if s := t.slots[(t.hash+i)&uint64(len(t.slots)-1)]; s == string(b) {
			return s, true
		}
	}
	return "", false
}

// add returns b as a string, which lookup has just failed to find.
func (t *stringTable) add(b []byte) string {
	s := string(b)
	if len(s) > maxStringSize {
		return s
	}
	if t.bytes+len(s) > maxStringBytes {
		clear(t.slots)
		t.used, t.bytes = 0, 0
	}
	if t.used > len(t.slots)/2 && len(t.slots) < maxStrings {
		t.grow()
	}
	t.insert(s, t.hash)
	return s
}

func (t *stringTable) insert(s string, hash uint64) {
	mask := uint64(len(t.slots) - 1)
	slot := &t.slots[(hash+hash>>62)&mask] // the one to give way if none is free
	for i := range uint64(stringProbes) {
		if free := &t.slots[(hash+i)&mask]; *free == "" {
			slot = free
			break
		}
	}
	if *slot == "" {
		t.used++
	}
	t.bytes += len(s) - len(*slot)
	*slot = s
}

func (t *stringTable) grow() {
	old := t.slots
	t.slots, t.used, t.bytes = make([]string, 2*len(old)), 0, 0
	for _, s := range old {
		if s != "" {
			t.insert(s, maphash.String(t.seed, s))
		}
	}
}
