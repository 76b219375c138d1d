package reports

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

// JUnitOptions say how a JUnit report is written.
type JUnitOptions struct {
	// Suite is the test suite's name, e.g. "persistent-resources.verify.post-upgrade"; the default is
	// "persistent-resources". GitLab drops the second of two tests with the same suite, class and name, so a phase that
	// runs twice needs two names.
	Suite      string
	Hostname   string      // where the tests ran
	Properties [][2]string // name and value, kept in their order; no secrets

	// GroupSetup gives "setUpClass (module.Class)" the class module.Class and the name setUpClass, so that it stands
	// beside its tests. Without it class and name are subunit2junitxml's: no class, and the id as name.
	GroupSetup bool

	// PassingAttachments writes the attachments of tests that passed.
	PassingAttachments bool
}

// JUnit writes results as JUnit XML that Jenkins, its xUnit plugin, GitLab and Azure DevOps read. Memory does not grow
// with the results: they wait in a temporary file, because their number stands at the beginning of the document.
type JUnit struct {
	w       io.Writer
	o       JUnitOptions
	spool   *spool
	body    *bufio.Writer // into spool
	line    []byte        // the element being written
	open    cdata         // the section being written
	err     error         // of an attachment that could not be read back
	summary subunit.Summary
}

const rootName = "persistent-resources"

// NewJUnit returns a report that is written to w by Close.
func NewJUnit(w io.Writer, o JUnitOptions) *JUnit {
	if o.Suite == "" {
		o.Suite = rootName
	}
	s := &spool{}
	return &JUnit{w: w, o: o, spool: s, body: bufio.NewWriterSize(s, 64<<10)}
}

// Result adds one finished test.
func (j *JUnit) Result(r *subunit.Result) error {
	j.summary.Add(r)
	if err := j.testcase(r); err != nil {
		return fmt.Errorf("write testcase %s: %w", r.TestID, err)
	}
	return nil
}

// Close writes the report and removes what was spooled; it does not close the writer. The summary gives the time of the
// run where it has one; the numbers are those of the results written.
func (j *JUnit) Close(s subunit.Summary) error {
	if !s.Start.IsZero() {
		j.summary.Start, j.summary.End = s.Start, s.End
	}
	err := j.document()
	if err = errors.Join(err, j.spool.close()); err != nil {
		return fmt.Errorf("write JUnit report: %w", err)
	}
	return nil
}

func (j *JUnit) document() error { return writeSuites(j.w, []*JUnit{j}) }

// testcase writes an element straight to the spool: encoding/xml would hold each in memory and take ten times as long. It
// has no attribute "status", which the same schema refuses. Errors stay in the bufio.Writer, so the last write tells them.
func (j *JUnit) testcase(r *subunit.Result) error {
	class, name := j.classAndName(r.TestID)
	b := append(j.line[:0], "<testcase"...)
	b = appendAttribute(b, "name", name)
	b = appendAttribute(b, "classname", class)
	b = append(b, ` time="`...)
	b = strconv.AppendFloat(b, max(r.Duration(), 0).Seconds(), 'f', 3, 64)
	b = append(b, `">`...)
	if r.Status == subunit.Skip {
		b = append(b, "<skipped"...)
		b = appendAttribute(b, "message", reasonOf(r).message)
		b = append(b, "></skipped>"...)
	}
	j.line = b
	j.body.Write(b)
	j.texts(r)
	_, err := j.body.WriteString("</testcase>\n")
	return errors.Join(j.err, err)
}

// classAndName are classname and name of a test case. By default they are subunit2junitxml's, so that the histories that
// servers keep of a test go on.
func (j *JUnit) classAndName(id string) (class, name string) {
	if fixture, of, ok := splitFixture(id); ok {
		if j.o.GroupSetup {
			return of, fixture
		}
		return "", id
	}
	return splitClass(id)
}

// junitSeconds has three decimals: the schema of Jenkins' xUnit plugin allows no more.
func junitSeconds(d time.Duration) string {
	return strconv.FormatFloat(max(d, 0).Seconds(), 'f', 3, 64)
}
