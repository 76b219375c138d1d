package tempestconf

import (
	"encoding/json"
	"fmt"
	"strings"

	"gopkg.in/ini.v1"
)

// maxFile bounds a configuration file in bytes; the largest found in public repositories has 70 kB.
const maxFile = 4 << 20

// File is one configuration file, parsed and not yet converted.
type File struct {
	Path string
	// store holds the last value of every key, which is the one that counts.
	store  *ini.File
	values map[Place][]entry
	order  []string
	keys   map[string][]string
}

type entry struct {
	text string
	line int
}

// ParseFile reads a file as oslo.config does: errors are *ParseError, *DecodeError or those of the file system.
func ParseFile(path string) (*File, error) {
	data, err := readLimited(path, maxFile)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return ParseBytes(path, data)
}

// ParseBytes is ParseFile for content that is at hand; path is only used in messages.
func ParseBytes(path string, data []byte) (*File, error) {
	if err := checkUTF8(path, data); err != nil {
		return nil, err
	}
	store := ini.Empty(ini.LoadOptions{ChildSectionDelimiter: "\x00"})
	store.BlockMode = false // one goroutine fills it, afterwards it is only read
	f := &File{Path: path, store: store, values: map[Place][]entry{}, keys: map[string][]string{}}
	if err := scan(path, string(data), f.section, f.add); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *File) section(name string) {
	name = foldSection(name)
	if _, known := f.keys[name]; !known {
		f.keys[name] = nil
		f.order = append(f.order, name)
	}
}

func (f *File) add(section, key, value string, line int) error {
	section = foldSection(section)
	p := Place{section, key}
	if len(f.values[p]) == 0 {
		f.keys[section] = append(f.keys[section], key)
	}
	f.values[p] = append(f.values[p], entry{value, line})
	if len(f.order) > maxStored || len(f.keys[section]) > maxStored {
		return nil
	}
	s, err := f.store.NewSection(section)
	if err == nil {
		_, err = s.NewKey(key, value)
	}
	if err != nil {
		return fmt.Errorf("store [%s] %s of %s:%d: %w", section, key, f.Path, line, err)
	}
	return nil
}

// maxStored bounds the sections, and the keys of each, that go into the store: it looks through all of them for every new
// one. Of what goes beyond, the values alone are kept.
const maxStored = 1000

// last returns the value of a key that counts: the last one, an empty one included.
func (f *File) last(p Place) (entry, bool) {
	all := f.values[p]
	if len(all) == 0 {
		return entry{}, false
	}
	newest := all[len(all)-1]
	if len(f.order) > maxStored || len(f.keys[p.Section]) > maxStored {
		return newest, true
	}
	key, err := f.store.Section(p.Section).GetKey(p.Name)
	if err != nil {
		return entry{}, false
	}
	return entry{key.Value(), newest.line}, true
}

// foldSection makes section names comparable: letter case does not count, but DEFAULT is exact.
func foldSection(name string) string {
	if name == "DEFAULT" {
		return name
	}
	return pyLower(name)
}

// Sections returns every value in order, by section (folded) and key.
func (f *File) Sections() map[string]map[string][]string {
	all := make(map[string]map[string][]string, len(f.order))
	for _, s := range f.order {
		all[s] = make(map[string][]string, len(f.keys[s]))
		for _, k := range f.keys[s] {
			for _, e := range f.values[Place{s, k}] {
				all[s][k] = append(all[s][k], e.text)
			}
		}
	}
	return all
}

// MarshalJSON writes {"sections": {section: {key: [values in order]}}}.
func (f *File) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"sections": f.Sections()})
}

// pyLower is Python's str.lower where it differs from strings.ToLower: a capital I with dot gives two characters.
func pyLower(s string) string {
	return strings.ToLower(strings.ReplaceAll(s, "\u0130", "i\u0307"))
}
