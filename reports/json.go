package reports

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"opendev.org/x/persistent-resources/subunit"
)

// JSONSchema is the version of the document that JSON writes. It grows when a field changes its meaning or goes away; new
// fields alone do not change it.
const JSONSchema = 1

// JSONOptions say what a JSON report holds.
type JSONOptions struct {
	Properties  [][2]string // facts about the run, name and value; no secrets
	Attachments bool        // with their contents, not only names and sizes
}

// JSON writes results of one or several streams as one document, described in docs/results-json.md. Memory does not grow
// with the attachments.
type JSON struct {
	w       io.Writer
	o       JSONOptions
	streams []*JSONStream
	all     verdictBuilder
}

// JSONStream is one stream of a JSON report.
type JSONStream struct {
	report  *JSON
	label   string
	verdict verdictBuilder
	spool   *spool
	tests   *bufio.Writer // into spool

	releases releases
}

// NewJSON returns a report that is written to w by Close.
func NewJSON(w io.Writer, o JSONOptions) *JSON { return &JSON{w: w, o: o} }

// Stream adds a stream, e.g. one phase.
func (j *JSON) Stream(label string) *JSONStream {
	s := &JSONStream{report: j, label: label, spool: &spool{}}
	s.tests = bufio.NewWriterSize(s.spool, 64<<10)
	j.streams = append(j.streams, s)
	return s
}

// Result adds one finished test.
func (s *JSONStream) Result(r *subunit.Result) error {
	re := reasonOf(r)
	s.verdict.add(r, re)
	s.report.all.add(r, re)
	s.releases.read(r)
	separator := ",\n"
	if s.verdict.summary.Total() == 1 {
		separator = "\n"
	}
	test, err := marshal(newJSONTest(r, re))
	if err != nil {
		return fmt.Errorf("encode %s: %w", r.TestID, err)
	}
	s.tests.WriteString(separator)
	s.tests.Write(bytes.TrimSuffix(test, []byte("}")))
	if len(r.Attachments) > 0 {
		if err := s.attachments(r); err != nil {
			return fmt.Errorf("write %s: %w", r.TestID, err)
		}
	}
	if err := s.tests.WriteByte('}'); err != nil {
		return fmt.Errorf("write %s: %w", r.TestID, err)
	}
	return nil
}

// attachments writes the field of that name piece by piece: a whole attachment may be larger than memory allows twice.
func (s *JSONStream) attachments(r *subunit.Result) error {
	s.tests.WriteString(`,"attachments":`)
	for i := range r.Attachments {
		a := &r.Attachments[i]
		object, err := marshal(jsonAttachment{Name: a.Name, Type: a.MIME, Size: a.Size()})
		if err != nil {
			return err
		}
		if i == 0 {
			s.tests.WriteByte('[')
		} else {
			s.tests.WriteByte(',')
		}
		s.tests.Write(bytes.TrimSuffix(object, []byte("}")))
		if s.report.o.Attachments {
			if err := s.content(a); err != nil {
				return err
			}
		}
		s.tests.WriteByte('}')
	}
	return s.tests.WriteByte(']')
}

// content writes the field "text", or "base64" for what is not text.
func (s *JSONStream) content(a *subunit.Attachment) error {
	if !isText(a) {
		s.tests.WriteString(`,"base64":"`)
		enc := base64.NewEncoder(base64.StdEncoding, s.tests)
		if _, err := io.Copy(enc, a.Reader()); err != nil {
			return err
		}
		if err := enc.Close(); err != nil {
			return err
		}
		return s.tests.WriteByte('"')
	}
	s.tests.WriteString(`,"text":"`)
	err := eachPiece(a.Reader(), func(piece []byte) error {
		quoted, err := marshal(string(piece))
		if err != nil {
			return err
		}
		_, err = s.tests.Write(quoted[1 : len(quoted)-1])
		return err
	})
	if err != nil {
		return err
	}
	return s.tests.WriteByte('"')
}

// Close writes the document; it does not close the writer.
func (j *JSON) Close() error {
	err := j.document()
	for _, s := range j.streams {
		err = errors.Join(err, s.spool.close())
	}
	if err != nil {
		return fmt.Errorf("write JSON report: %w", err)
	}
	return nil
}

func (j *JSON) document() error {
	properties := map[string]string{}
	for _, p := range j.o.Properties {
		properties[p[0]] = p[1]
	}
	head := jsonHead{Schema: JSONSchema, Generator: rootName, Properties: properties, jsonVerdict: newJSONVerdict(&j.all)}
	if err := j.open(head, `"runs":[`); err != nil {
		return err
	}
	for i, s := range j.streams {
		if err := s.tests.Flush(); err != nil {
			return err
		}
		if i > 0 {
			if _, err := io.WriteString(j.w, ",\n"); err != nil {
				return err
			}
		}
		sum := s.verdict.summary
		run := jsonRun{Label: s.label, jsonVerdict: newJSONVerdict(&s.verdict), Start: jsonTime(sum.Start),
			End: jsonTime(sum.End), Seconds: seconds(sum.End.Sub(sum.Start)), Releases: s.releases.now, ReleasesAtCreate: s.releases.then}
		if err := j.open(run, `"tests":[`); err != nil {
			return err
		}
		if err := s.spool.copyTo(j.w); err != nil {
			return err
		}
		if _, err := io.WriteString(j.w, "]}"); err != nil {
			return err
		}
	}
	_, err := io.WriteString(j.w, "]}\n")
	return err
}

// open writes v as an object that is not closed yet and goes on with the given field.
func (j *JSON) open(v any, field string) error {
	object, err := marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(j.w, "%s,%s", bytes.TrimSuffix(object, []byte("}")), field)
	return err
}

// marshal is json.Marshal without HTML's escapes, which make tracebacks hard to read.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
