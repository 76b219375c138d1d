//go:build interop

package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/subunit"
)

// tool runs one of the tools that these tests need on PATH and returns its standard output. Their exit status tells of
// failed tests, so it is not looked at.
func tool(t *testing.T, dir string, stdin []byte, name string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("interop tests need %s: %v", name, err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(stdin)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		t.Logf("%s: %v %s", name, err, &stderr)
	}
	return out.Bytes()
}

// writeStream encodes results for other tools.
func writeStream(t *testing.T, rs []*subunit.Result) []byte {
	t.Helper()
	var out bytes.Buffer
	w := subunit.NewWriter(&out)
	write := func(e subunit.Event) {
		if err := w.Write(&e); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range rs {
		write(subunit.Event{TestID: r.TestID, Status: subunit.InProgress, Time: r.Start, Tags: r.Tags})
		for i := range r.Attachments {
			a := &r.Attachments[i]
			write(subunit.Event{TestID: r.TestID, FileName: a.Name, MIME: a.MIME, Content: a.Content, EOF: true, Time: r.End})
		}
		if r.Status.Terminal() {
			write(subunit.Event{TestID: r.TestID, Status: r.Status, Time: r.End, Tags: r.Tags})
		}
	}
	return out.Bytes()
}

func TestConsoleEqualsStestr(t *testing.T) {
	for _, file := range streamFiles(t) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, ".stestr.conf"), []byte("[DEFAULT]\ntest_path=.\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		stream, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tool(t, dir, stream, "stestr", "load", "--force-init")
		want := tool(t, dir, nil, "stestr", "last")
		got := consoleOutput(t, ConsoleOptions{RepeatFailures: true}, readStream(t, file))
		if diff := cmp.Diff(string(want), string(got)); diff != "" || len(want) == 0 {
			t.Errorf("%s (-stestr +ours)\n%s", file, diff)
		}
		if *update {
			if err := os.WriteFile(strings.TrimSuffix(file, ".subunit")+".stestr-last.txt", want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// junitCase is what two JUnit files are compared by.
type junitCase struct {
	Classname string `xml:"classname,attr"`
	Name      string `xml:"name,attr"`
	Time      string `xml:"time,attr"`
	Failure   *struct {
		Text string `xml:",chardata"`
	} `xml:"failure"`
	Skipped *struct{} `xml:"skipped"`
}

func TestJUnitEqualsSubunit2JUnitXML(t *testing.T) {
	inputs := map[string][]*subunit.Result{"many": manyResults(300), "every outcome": interchangeable()}
	for _, file := range streamFiles(t) {
		inputs[file] = readStream(t, file)
	}
	for name, rs := range inputs {
		var theirs struct {
			Cases    []junitCase `xml:"testcase"`
			Tests    int         `xml:"tests,attr"`
			Failures int         `xml:"failures,attr"`
			Time     string      `xml:"time,attr"`
		}
		if err := xml.Unmarshal(tool(t, "", writeStream(t, rs), "subunit2junitxml"), &theirs); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var ours struct {
			Suite struct {
				Cases    []junitCase `xml:"testcase"`
				Tests    int         `xml:"tests,attr"`
				Failures int         `xml:"failures,attr"`
				Time     string      `xml:"time,attr"`
			} `xml:"testsuite"`
		}
		if err := xml.Unmarshal(junitXML(t, JUnitOptions{}, rs), &ours); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		outcomes := func(cases []junitCase) []string {
			var lines []string
			for _, c := range cases {
				lines = append(lines, fmt.Sprintf("%s|%s|%s|failed %v|skipped %v", c.Classname, c.Name, c.Time, c.Failure != nil, c.Skipped != nil))
			}
			return lines
		}
		if diff := cmp.Diff(outcomes(theirs.Cases), outcomes(ours.Suite.Cases)); diff != "" {
			t.Errorf("%s (-subunit2junitxml +ours)\n%s", name, diff)
		}
		// Its time of a suite is that of the last event, which is the latest only where tests end in order.
		timed := strings.HasPrefix(name, "testdata")
		if theirs.Tests != ours.Suite.Tests || theirs.Failures != ours.Suite.Failures || timed && theirs.Time != ours.Suite.Time {
			t.Errorf("%s: theirs has %d tests, %d failures, %s s; ours %d, %d, %s s", name, theirs.Tests, theirs.Failures, theirs.Time,
				ours.Suite.Tests, ours.Suite.Failures, ours.Suite.Time)
		}
	}
}

// interchangeable is everyOutcome without what stops the Python tools: bytes that are not text.
func interchangeable() []*subunit.Result {
	rs := everyOutcome()
	rs[len(rs)-1].Attachments = nil
	return rs
}

// Failures as the filter's class CsvResult sees them are only in tables of subunit2csv when they carry attachments.
func TestCSVEqualsSubunit2CSV(t *testing.T) {
	inputs := map[string][]*subunit.Result{"many": manyResults(300)}
	for _, file := range streamFiles(t) {
		inputs[file] = readStream(t, file)
	}
	for name, rs := range inputs {
		want := tool(t, "", writeStream(t, rs), "subunit2csv")
		if diff := cmp.Diff(string(want), string(csvTable(t, rs))); diff != "" {
			t.Errorf("%s (-subunit2csv +ours)\n%s", name, diff)
		}
		if rows, err := csv.NewReader(bytes.NewReader(want)).ReadAll(); err != nil || len(rows) != len(rs)+1 {
			t.Errorf("%s: subunit2csv wrote %d rows, %v", name, len(rows), err)
		}
	}
}

// xmllint says whether the documents are well-formed and, when JUNIT_XSD names the schema junit-10.xsd of Jenkins' xUnit
// plugin, valid.
func TestXMLLint(t *testing.T) {
	args := []string{"--noout", "-"}
	if schema := os.Getenv("JUNIT_XSD"); schema != "" {
		args = append([]string{"--schema", schema}, args...)
	} else {
		t.Log("JUNIT_XSD is not set: only well-formedness is checked")
	}
	hostile := result("m.C.t\x00]]>", subunit.Fail, 0, 0, attachment("traceback", "]]>\x00\xff<&"), attachment("a]]>", "]]\x01>"))
	inputs := map[string][]*subunit.Result{"none": nil, "every outcome": everyOutcome(), "hostile": {hostile}, "many": manyResults(1000)}
	for _, file := range streamFiles(t) {
		inputs[file] = readStream(t, file)
	}
	for name, rs := range inputs {
		for _, o := range []JUnitOptions{{}, {
			Suite: "s", Hostname: "h", Properties: [][2]string{{"a", "b"}}, GroupSetup: true, PassingAttachments: true,
		}} {
			cmd := exec.Command("xmllint", args...)
			cmd.Stdin = bytes.NewReader(junitXML(t, o, rs))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%.2000s", name, err, out)
			}
		}
	}
}

// refusal of a wrong document shows that the schema is really looked at.
func TestXMLLintRefuses(t *testing.T) {
	schema := os.Getenv("JUNIT_XSD")
	if schema == "" {
		t.Skip("JUNIT_XSD is not set")
	}
	cmd := exec.Command("xmllint", "--schema", schema, "--noout", "-")
	cmd.Stdin = strings.NewReader(`<testsuites skipped="` + strconv.Itoa(1) + `"/>`)
	if err := cmd.Run(); err == nil {
		t.Error("skipped on testsuites is accepted")
	}
}
