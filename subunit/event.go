// Package subunit reads and writes test results as subunit streams, the format that stestr, Tempest and OpenStack's gate
// jobs exchange (https://github.com/testing-cabal/subunit).
//
// An [Event] is one packet. A [Writer] encodes events, a [Reader] decodes them, and a [Collector] joins the events of each
// test into one finished [Result], from which every report is made. [Open] reads a stored stream of either version: stestr
// keeps its runs in version 1, which [V1Reader] and [V1Writer] know. A [JSONWriter] shows events to people.
//
// Readers are made for streams as they are: cut off, mixed with text, damaged. They go on with the next good packet, lose
// no byte, and cannot be made to use much memory or time.
package subunit

import "time"

// Status is what an event says of its test. The values are those of the wire format, version 2.
type Status uint8

// The statuses of subunit version 2.
const (
	StatusNone Status = iota // the event says nothing of the outcome, e.g. it carries a piece of a file
	Exists                   // the test exists; it is being listed, not run
	InProgress               // the test has begun
	Success
	UnexpectedSuccess // passed although it was expected to fail; stestr counts it as a failure
	Skip              // the reason is in an attachment named "reason"
	Fail              // failures and errors both
	ExpectedFailure
)

// String returns the name that python-subunit uses ("exists", "inprogress", "success", …); it is empty for StatusNone.
func (s Status) String() string {
	switch s {
	case Exists:
		return "exists"
	case InProgress:
		return "inprogress"
	case Success:
		return "success"
	case UnexpectedSuccess:
		return "uxsuccess"
	case Skip:
		return "skip"
	case Fail:
		return "fail"
	case ExpectedFailure:
		return "xfail"
	}
	return ""
}

// Terminal reports whether s ends a test.
func (s Status) Terminal() bool { return s >= Success && s <= ExpectedFailure }

// Fields marks fields that are on the wire although their value is empty. A field with a value is always on the wire and
// needs no mark. The bits are those of the packet's flags.
type Fields uint16

// The optional fields of a packet.
const (
	FieldTestID Fields = 0x0800
	FieldRoute  Fields = 0x0400
	FieldTime   Fields = 0x0200
	FieldTags   Fields = 0x0080
	FieldFile   Fields = 0x0040
	FieldMIME   Fields = 0x0020

	// TimeCarried marks a time whose nanoseconds were a second or more on the wire, which no writer should produce. Time is
	// what they add up to.
	TimeCarried Fields = 0x0001
)

// Names of what a reader finds beside good packets; they are those of python-subunit and its tools.
const (
	// TextName is the file name of the bytes between packets.
	TextName = "stdout"
	// ParserTestID is the id of the test that stands for damaged data, so that lost results never look like a good run.
	ParserTestID = "subunit.parser"
	// DamageName is the file name of damaged data.
	DamageName = "Packet data"
)

// Event is one packet of a stream: a change of a test's status, a piece of a file attached to it, or both. A reader also
// makes events of what it finds beside good packets; they have Text or Defect set.
type Event struct {
	TestID string // empty for events that belong to no test
	Status Status
	Time   time.Time // UTC; zero: the packet has no time stamp. Written in whole microseconds
	Tags   []string

	NotRunnable bool // the packet's "runnable" flag is off; runnable is the default of every subunit API

	FileName string // attachment that Content is a piece of
	Content  []byte // next piece of the file
	MIME     string // content type, on the first piece of a file
	EOF      bool   // last piece of the file

	Route string // '/'-separated path of multiplexers, outermost first

	Present Fields // fields that are present though empty

	Text bool // no packet: Content was found between packets, FileName is TextName

	// Defect is not empty when Content is damaged data and then says what is wrong with it, e.g. "crc" or "truncated". The
	// event is a piece of the file DamageName of the test ParserTestID; the last piece has the status Fail.
	Defect string
}

// HasFile reports whether e carries a piece of a file, which may be an empty one.
func (e *Event) HasFile() bool {
	return e.FileName != "" || e.Content != nil || e.Present&FieldFile != 0
}

// Clone returns a copy of e that shares no memory with it, to keep an event whose content is borrowed from a reader.
func (e *Event) Clone() *Event {
	c := *e
	if e.Tags != nil {
		c.Tags = append(make([]string, 0, len(e.Tags)), e.Tags...)
	}
	if e.Content != nil {
		c.Content = append(make([]byte, 0, len(e.Content)), e.Content...)
	}
	return &c
}
