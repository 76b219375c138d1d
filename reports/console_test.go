package reports

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

func consoleOutput(t *testing.T, o ConsoleOptions, rs []*subunit.Result) []byte {
	t.Helper()
	var out bytes.Buffer
	o.Out = &out
	c := NewConsole(o)
	for _, r := range rs {
		if err := c.Result(r); err != nil {
			t.Fatal(err)
		}
	}
	s := summaryOf(rs)
	if err := c.Summary(&s); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestConsoleGolden(t *testing.T) {
	golden(t, "console.golden", consoleOutput(t, ConsoleOptions{}, everyOutcome()))
	golden(t, "console-full.golden", consoleOutput(t,
		ConsoleOptions{Color: true, AllAttachments: true, RepeatFailures: true, Verdict: true}, everyOutcome()))
}

// Zuul's tempest jobs recognise a failing test in the running log by this expression.
func TestFailedLineMatchesZuulsFilter(t *testing.T) {
	filter := regexp.MustCompile(`\{\d+\} (.*?) \[[\d\.]+s\] \.\.\. FAILED`)
	id := prefix + "compute.test_create_compute_resources.ComputePersistentResources.test_create_persistent_server[persistent-create]"
	name := strings.TrimSuffix(id, "[persistent-create]")
	backwards := result(id, subunit.Fail, 0, -time.Second)
	untimed := &subunit.Result{TestID: id, Status: subunit.UnexpectedSuccess}
	strange := result(id, subunit.Fail, 0, time.Hour)
	strange.Tags = []string{"worker-x", "worker--1"}
	for _, r := range []*subunit.Result{result(id, subunit.Fail, 0, 26*time.Hour+time.Microsecond), backwards, untimed, strange} {
		line, _, _ := strings.Cut(string(consoleOutput(t, ConsoleOptions{}, []*subunit.Result{r})), "\n")
		if m := filter.FindStringSubmatch(line); m == nil || m[1] != name {
			t.Errorf("line %q is not recognised: %q", line, m)
		}
	}
}

func TestConsoleIndents(t *testing.T) {
	r := result("m.C.test", subunit.Fail, 0, 0, attachment("traceback", "Traceback:\n  File\n\nE: \x1b\r\nx\n"), attachment("log", "one"))
	out := string(consoleOutput(t, ConsoleOptions{Indent: true}, []*subunit.Result{r}))
	const want = "\nCaptured log:\n~~~~~~~~~~~~~\n    one\n\nCaptured traceback:\n~~~~~~~~~~~~~~~~~~~\n    Traceback:\n      File\n\n    E: \\x1b\n    x\n\n"
	if !strings.Contains(out, want) {
		t.Errorf("got %q, want in it %q", out, want)
	}
}

func TestConsoleShowsNoControlCharacters(t *testing.T) {
	r := result("m.C.test\x1b]0;title\x07\u009b2J", subunit.Fail, 0, 0,
		attachment("console\x1b[2J", "login:\r\n\x1b[2J\xc3\x28 one\rtwo\tthree"))
	out := string(consoleOutput(t, ConsoleOptions{}, []*subunit.Result{r}))
	if i := strings.IndexFunc(out, func(r rune) bool {
		return r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0
	}); i >= 0 {
		t.Errorf("control character at %d of %q", i, out)
	}
	for _, want := range []string{`m.C.test\x1b]0;title\x07\x9b2J [0`, `Captured console\x1b[2J:`, "login:\n\\x1b[2J\uFFFD( one\\x0dtwo\tthree\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in %q", want, out)
		}
	}
}

func TestSummaryOfNothing(t *testing.T) {
	if out := string(consoleOutput(t, ConsoleOptions{}, nil)); out != "The test run didn't actually run any tests\n" {
		t.Errorf("got %q", out)
	}
}

func TestManyMissingWorkers(t *testing.T) {
	r := result("m.C.t", subunit.Success, 0, 0)
	r.Tags = []string{"worker-2000000000"}
	out := consoleOutput(t, ConsoleOptions{}, []*subunit.Result{r})
	if n := bytes.Count(out, []byte("missing Worker")); n != maxMissingWorkers {
		t.Errorf("%d missing workers are named", n)
	}
	if !bytes.Contains(out, []byte(" - Worker 2000000000 (1 tests) => 0:00:00\n")) {
		t.Errorf("the worker is missing in %s", out)
	}
}

type fullDisk struct{}

var errFull = errors.New("no space left on device")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestConsoleReportsWriteErrors(t *testing.T) {
	c := NewConsole(ConsoleOptions{Out: fullDisk{}})
	if err := c.Result(result("m.C.t", subunit.Fail, 0, 0)); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
	if err := c.Summary(&subunit.Summary{Passed: 1}); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

func TestPythonDuration(t *testing.T) {
	day := 24 * time.Hour
	for d, want := range map[time.Duration]string{
		0:                                      "0:00:00",
		1175963 * time.Microsecond:             "0:00:01.175963",
		time.Microsecond + 999:                 "0:00:00.000001",
		26*time.Hour + 3*time.Minute:           "1 day, 2:03:00",
		3*day + 12*time.Hour + time.Second:     "3 days, 12:00:01",
		-time.Microsecond:                      "-1 day, 23:59:59.999999",
		-2*day + 5*time.Second:                 "-2 days, 0:00:05",
		61*time.Minute + 1500*time.Microsecond: "1:01:00.001500",
	} {
		if got := pythonDuration(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}
