package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"opendev.org/x/persistent-resources/subunit"
)

// CloseJUnit writes several suites, each with the results it was given, as one document, and removes what was spooled. It
// does not close w, and what the suites were made to write to is not looked at.
func CloseJUnit(w io.Writer, suites []*JUnit) error {
	err := writeSuites(w, suites)
	for _, j := range suites {
		err = errors.Join(err, j.spool.close())
	}
	if err != nil {
		return fmt.Errorf("write JUnit report: %w", err)
	}
	return nil
}

func writeSuites(w io.Writer, suites []*JUnit) error {
	head, end, err := split(root(suites), xml.StartElement{Name: xml.Name{Local: "testsuites"}})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s%s", xml.Header, head); err != nil {
		return err
	}
	for i, j := range suites {
		if err := j.writeSuite(w, i); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(w, "%s\n", end)
	return err
}

func (j *JUnit) writeSuite(w io.Writer, id int) error {
	if err := j.body.Flush(); err != nil {
		return err
	}
	suite := j.suite()
	suite.ID = id
	head, end, err := split(suite, xml.StartElement{Name: xml.Name{Local: "testsuite"}})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s\n", head); err != nil {
		return err
	}
	if err := j.spool.copyTo(w); err != nil {
		return err
	}
	_, err = w.Write(end)
	return err
}

// split encodes an element and cuts off its end tag, so that what belongs inside can be written between the two.
func split(v any, start xml.StartElement) (head, end []byte, err error) {
	var b bytes.Buffer
	if err := xml.NewEncoder(&b).EncodeElement(v, start); err != nil {
		return nil, nil, err
	}
	end = []byte("</" + start.Name.Local + ">")
	head, found := bytes.CutSuffix(b.Bytes(), end)
	if !found {
		return nil, nil, fmt.Errorf("unexpected end of %.40q", b.Bytes())
	}
	return head, end, nil
}

// root is the document without its suites. "skipped" on testsuites is refused by the schema of Jenkins' xUnit plugin, so
// it stays 0 and is left out.
func root(suites []*JUnit) junit.Testsuites {
	var all subunit.Summary
	r := junit.Testsuites{Name: rootName}
	for _, j := range suites {
		s := j.summary
		r.Tests += s.Total()
		r.Failures += s.Failed + s.UnexpectedSuccesses + s.Incomplete
		if all.Start.IsZero() || !s.Start.IsZero() && s.Start.Before(all.Start) {
			all.Start = s.Start
		}
		if s.End.After(all.End) {
			all.End = s.End
		}
	}
	r.Time = junitSeconds(all.End.Sub(all.Start))
	return r
}

// suite is a test suite without its test cases.
func (j *JUnit) suite() junit.Testsuite {
	s := j.summary
	suite := junit.Testsuite{
		Name:     clean(j.o.Suite, markup),
		Tests:    s.Total(),
		Failures: s.Failed + s.UnexpectedSuccesses + s.Incomplete,
		Skipped:  s.Skipped,
		Hostname: clean(j.o.Hostname, markup),
		Time:     junitSeconds(s.End.Sub(s.Start)),
	}
	if !s.Start.IsZero() {
		suite.SetTimestamp(s.Start.UTC())
	}
	for _, p := range j.o.Properties {
		suite.AddProperty(clean(p[0], markup), clean(p[1], markup))
	}
	return suite
}
