package subunit

import "hash/maphash"

// Bounds of the table of strings. A stream names the same tests, files and tags again and again; a table that no longer fits
// into the processor's cache would cost more than it saves.
const (
	firstStrings  = 1 << 10
	maxStrings    = 1 << 13
	maxStringSize = 1 << 10 // longer strings are rare and are not kept
	stringProbes  = 4
)

// stringTable keeps strings so that bytes that were seen before need no memory. It forgets at random when it is full. What
// it holds was checked to be UTF-8 without NUL.
type stringTable struct {
	slots []stringSlot
	seed  maphash.Seed
	used  int
	hash  uint64 // of what was looked up last
}

// stringSlot is free when its string is empty. The hash saves most comparisons: the ids of a stream are long and alike.
type stringSlot struct {
	hash uint64
	s    string
}

// lookup returns the string equal to b, if it is known.
func (t *stringTable) lookup(b []byte) (string, bool) {
	if t.slots == nil {
		t.slots, t.seed = make([]stringSlot, firstStrings), maphash.MakeSeed()
	}
	t.hash = maphash.Bytes(t.seed, b)
	mask := uint64(len(t.slots) - 1)
	for i := range uint64(stringProbes) {
		if slot := &t.slots[(t.hash+i)&mask]; slot.hash == t.hash && slot.s == string(b) {
			return slot.s, true
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
	if t.used > len(t.slots)/2 && len(t.slots) < maxStrings {
		t.grow()
	}
	t.insert(stringSlot{t.hash, s})
	return s
}

func (t *stringTable) insert(entry stringSlot) {
	mask := uint64(len(t.slots) - 1)
	slot := &t.slots[(entry.hash+entry.hash>>62)&mask] // the one to give way if none is free
	for i := range uint64(stringProbes) {
		if free := &t.slots[(entry.hash+i)&mask]; free.s == "" {
			slot = free
			break
		}
	}
	if slot.s == "" {
		t.used++
	}
	*slot = entry
}

func (t *stringTable) grow() {
	old := t.slots
	t.slots, t.used = make([]stringSlot, 2*len(old)), 0
	for _, slot := range old {
		if slot.s != "" {
			t.insert(slot)
		}
	}
}
