package subunit

import "hash/maphash"

// Bounds of the table of strings. A stream names the same tests, files and tags again and again; a table that no longer fits
// into the processor's cache would cost more than it saves.
const (
	firstStrings  = 1 << 8
	maxStrings    = 1 << 13
	maxStringSize = 1 << 8 // in bytes; longer strings are rare and are not kept
	stringProbes  = 8
)

// stringTable keeps strings so that bytes that were seen before need no memory. It forgets at random when it is full. What
// it holds was checked to be UTF-8 without NUL.
type stringTable struct {
	slots []stringSlot
	seed  maphash.Seed
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
	for !t.insert(stringSlot{t.hash, s}, len(t.slots) == maxStrings) {
		t.grow()
	}
	return s
}

// insert puts an entry into a free slot. If there is none it fails, or an entry that chance decides gives way.
func (t *stringTable) insert(entry stringSlot, force bool) bool {
	mask := uint64(len(t.slots) - 1)
	for i := range uint64(stringProbes) {
		if slot := &t.slots[(entry.hash+i)&mask]; slot.s == "" {
			*slot = entry
			return true
		}
	}
	if force {
		t.slots[(entry.hash+entry.hash>>32%stringProbes)&mask] = entry
	}
	return force
}

func (t *stringTable) grow() {
	old := t.slots
	t.slots = make([]stringSlot, 2*len(old))
	for _, slot := range old {
		if slot.s != "" {
			t.insert(slot, true)
		}
	}
}
