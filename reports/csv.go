package reports

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

// CSV writes the table that subunit2csv (python-subunit) writes: test,status,start_time,stop_time with its words for the
// statuses and Python's form of the times. Two things differ: subunit2csv calls an unexpected success "success", here it is
// "uxsuccess"; and it stops at a failure without attachments.
type CSV struct {
	out   *bufio.Writer
	table *csv.Writer
}

// NewCSV returns a table that is written to w.
func NewCSV(w io.Writer) *CSV {
	out := bufio.NewWriter(w)
	table := csv.NewWriter(out)
	table.UseCRLF = true // as Python's csv module
	_ = table.Write([]string{"test", "status", "start_time", "stop_time"})
	return &CSV{out: out, table: table}
}

// Result writes one finished test.
func (c *CSV) Result(r *subunit.Result) error {
	row := []string{clean(r.TestID, markup), csvStatus(r.Status), pythonTime(r.Start), pythonTime(r.End)}
	if err := c.table.Write(row); err != nil {
		return fmt.Errorf("write row of %s: %w", r.TestID, err)
	}
	return nil
}

// Close writes what is still held; it does not close the writer.
func (c *CSV) Close() error {
	c.table.Flush()
	if err := c.table.Error(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	if err := c.out.Flush(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// csvStatus is the word of testtools' TestByTestResult.
func csvStatus(s subunit.Status) string {
	if s == subunit.Fail || !s.Terminal() {
		return "failure"
	}
	return s.String()
}

// pythonTime writes t as Python's str() of a datetime in UTC; empty for no time.
func pythonTime(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case t.Nanosecond()/1000 == 0:
		return t.UTC().Format("2006-01-02 15:04:05-07:00")
	}
	return t.UTC().Format("2006-01-02 15:04:05.000000-07:00")
}
