package subunit

import (
	"bytes"
	"encoding/binary"
	"time"
	"unicode/utf8"
)

// maxTags bounds the memory that one packet can ask for: four million empty tags fit into one.
const maxTags = 1 << 16

// maxRepeated is the size in bytes up to which a string is kept for the next packet.
const maxRepeated = 4 << 10

// What can be wrong with a packet whose checksum is right, beside the strings.
const (
	defectNumber    = "number past end of packet"
	defectTime      = "timestamp past end of packet"
	defectContent   = "file content past end of packet"
	defectManyTags  = "too many tags"
	defectTruncated = "truncated"
	defectCRC       = "crc"
)

// decoder turns packets into events. The event and its tags are used again for each packet.
type decoder struct {
	event   Event
	tags    []string
	strings stringTable

	testID, tag, mime, fileName, route stringField
}

// stringField is what a decoder knows of one kind of string: its last value, as most packets repeat their predecessor's, and
// what to call its defects.
type stringField struct {
	mark                        Fields // of one that is there though empty
	last, pastEnd, notUTF8, nul string
}

func newStringField(what string, mark Fields) stringField {
	return stringField{mark: mark, pastEnd: what + " past end of packet", notUTF8: what + " " + errNotUTF8.Error(), nul: what + " " + errNUL.Error()}
}

func newDecoder() decoder {
	return decoder{
		testID:   newStringField("test id", FieldTestID),
		tag:      newStringField("tag", 0),
		mime:     newStringField("mime type", FieldMIME),
		fileName: newStringField("file name", FieldFile),
		route:    newStringField("routing code", FieldRoute),
	}
}

// fieldReader takes the fields of one packet from its body, one after the other. The first defect ends it.
type fieldReader struct {
	b      []byte
	at     int
	defect string
}

func (f *fieldReader) fail(defect string) {
	f.at = len(f.b)
	if f.defect == "" {
		f.defect = defect
	}
}

func (f *fieldReader) number() int {
	b := f.b[f.at:]
	if len(b) >= 2 {
		switch first := b[0]; first >> 6 {
		case 0:
			f.at++
			return int(first)
		case 1:
			f.at += 2
			return int(first&0x3F)<<8 | int(b[1])
		}
	}
	n, size := readNumber(b)
	if size == 0 {
		f.fail(defectNumber)
	}
	f.at += size
	return n
}

func (f *fieldReader) bytes(pastEnd string) []byte {
	n := f.number()
	if n > len(f.b)-f.at {
		f.fail(pastEnd)
		return nil
	}
	end := f.at + n
	s := f.b[f.at:end:end]
	f.at = end
	return s
}

// decode decodes the packet p, whose fields begin at the given offset and whose checksum is right, into d.event. It returns
// what is wrong with it, or "". The content is a part of p. Bytes behind the last field are ignored, as python-subunit does.
func (d *decoder) decode(p []byte, fields int) string {
	flags := binary.BigEndian.Uint16(p[1:])
	f := fieldReader{b: p[fields : len(p)-checksumSize]}
	e := &d.event
	*e = Event{
		Status:      Status(flags & flagStatus),
		NotRunnable: flags&flagRunnable == 0,
		EOF:         flags&flagEOF != 0,
	}
	if flags&uint16(FieldTime) != 0 {
		d.time(&f)
	}
	if flags&uint16(FieldTestID) != 0 {
		e.TestID = d.string(&f, &d.testID)
	}
	if flags&uint16(FieldTags) != 0 {
		d.readTags(&f)
	}
	if flags&uint16(FieldMIME) != 0 {
		e.MIME = d.string(&f, &d.mime)
	}
	if flags&uint16(FieldFile) != 0 {
		e.FileName = d.string(&f, &d.fileName)
		e.Content = f.bytes(defectContent)
	}
	if flags&uint16(FieldRoute) != 0 {
		e.Route = d.string(&f, &d.route)
	}
	return f.defect
}

func (d *decoder) time(f *fieldReader) {
	if len(f.b) < 4 {
		f.fail(defectTime)
		return
	}
	sec := binary.BigEndian.Uint32(f.b)
	f.at += 4
	nsec := f.number()
	if nsec >= int(time.Second) {
		d.event.Present |= TimeCarried
	}
	d.event.Time = time.Unix(int64(sec), int64(nsec)).UTC()
}

func (d *decoder) readTags(f *fieldReader) {
	d.tags = d.tags[:0]
	for n := f.number(); n > 0 && f.defect == ""; n-- {
		if len(d.tags) == maxTags {
			f.fail(defectManyTags)
		}
		d.tags = append(d.tags, d.string(f, &d.tag))
	}
	d.event.Tags = d.tags
	if len(d.tags) == 0 {
		d.event.Present |= FieldTags
	}
}

// string reads a string. It needs memory only for one that is new or very long.
func (d *decoder) string(f *fieldReader, k *stringField) string {
	b := f.bytes(k.pastEnd)
	if len(b) == 0 {
		d.event.Present |= k.mark
		return ""
	}
	if k.last == string(b) {
		return k.last
	}
	s, ok := d.strings.lookup(b)
	if !ok {
		if !utf8.Valid(b) {
			f.fail(k.notUTF8)
			return ""
		}
		if bytes.IndexByte(b, 0) >= 0 {
			f.fail(k.nul)
			return ""
		}
		s = d.strings.add(b)
	}
	if len(s) <= maxRepeated {
		k.last = s
	}
	return s
}
