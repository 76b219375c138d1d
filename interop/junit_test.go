//go:build interop

package interop

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testcase is what histories are kept by, and what it came to.
type testcase struct {
	Class   string `xml:"classname,attr"`
	Name    string `xml:"name,attr"`
	Time    string `xml:"time,attr"`
	Failure *struct {
		Text string `xml:",chardata"`
	} `xml:"failure"`
	Skipped *struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	} `xml:"skipped"`
}

type suite struct {
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Skipped  int        `xml:"skipped,attr"`
	Cases    []testcase `xml:"testcase"`
}

// compared is what the two documents must agree on.
type compared struct{ Class, Name, Time, Outcome, Reason string }

func comparable(cases []testcase) []compared {
	var out []compared
	for _, c := range cases {
		got := compared{Class: c.Class, Name: c.Name, Time: c.Time, Outcome: "passed"}
		switch {
		case c.Failure != nil:
			got.Outcome = "failed"
		case c.Skipped != nil:
			got.Outcome = "skipped"
			got.Reason = strings.TrimSpace(c.Skipped.Message + c.Skipped.Text)
		}
		out = append(out, got)
	}
	return out
}

// junitxml compares subunit2junitxml's document of a stream with the one that the program wrote beside it.
func (w *workspace) junitxml(t *testing.T, s *sample) {
	r := w.filter(s.stream, "subunit2junitxml").must(t, s.status())
	var theirs suite
	if err := xml.Unmarshal(r.stdout, &theirs); err != nil {
		t.Fatalf("subunit2junitxml: %v\n%s", err, r.stdout)
	}
	var document struct {
		Suites []suite `xml:"testsuite"`
	}
	if err := xml.Unmarshal(s.junit, &document); err != nil || len(document.Suites) != 1 {
		t.Fatalf("our document: %v\n%s", err, s.junit)
	}
	ours := document.Suites[0]
	if diff := cmp.Diff(comparable(theirs.Cases), comparable(ours.Cases)); diff != "" {
		t.Errorf("the documents differ (-subunit2junitxml +ours):\n%s", diff)
	}
	if theirs.Tests != ours.Tests || theirs.Failures != ours.Failures {
		t.Errorf("subunit2junitxml counts %d tests and %d failures, we count %d and %d", theirs.Tests, theirs.Failures, ours.Tests, ours.Failures)
	}
	if ours.Tests != s.summary.Total() || ours.Failures != s.summary.Failed || ours.Skipped != s.summary.Skipped {
		t.Errorf("our document counts %d tests, %d failures, %d skipped; the stream has %+v", ours.Tests, ours.Failures, ours.Skipped, s.summary)
	}
	for i, c := range theirs.Cases {
		if c.Failure == nil || i >= len(ours.Cases) || ours.Cases[i].Failure == nil {
			continue
		}
		_, traceback, _ := strings.Cut(c.Failure.Text, "Traceback (most recent call last):")
		if !strings.Contains(ours.Cases[i].Failure.Text, strings.TrimSpace(traceback)) {
			t.Errorf("our failure of %s\n%s\nlacks what subunit2junitxml shows\n%s", c.Name, ours.Cases[i].Failure.Text, traceback)
		}
	}
}
