package reports

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"opendev.org/x/persistent-resources/subunit"
)

// screen applies what a Console writes to one line of a terminal and returns all lines.
func screen(t *testing.T, out string) []string {
	t.Helper()
	lines := []string{""}
	for out != "" {
		last := len(lines) - 1
		if rest, ok := strings.CutPrefix(out, "\r\x1b[K"); ok {
			lines[last], out = "", rest
			continue
		}
		r, n := utf8.DecodeRuneInString(out)
		if out = out[n:]; r == '\n' {
			lines = append(lines, "")
		} else {
			lines[last] += string(r)
		}
	}
	return lines
}

func TestLiveLine(t *testing.T) {
	var out bytes.Buffer // the terminal is both Out and Live
	c := NewConsole(ConsoleOptions{Out: &out, Live: &out})
	first := prefix + "compute.test_create_compute_resources.ComputePersistentResources.test_create_persistent_server[persistent-create]"
	second := prefix + "object_storage.test_create_object_storage_resources.ObjectStoragePersistentResources.test_create_persistent_container[persistent-create]"
	for _, id := range []string{first, second} {
		c.Event(&subunit.Event{TestID: id, Status: subunit.Exists})
	}
	c.Event(&subunit.Event{TestID: first, Status: subunit.InProgress, Time: epoch})
	c.Tick(epoch.Add(12 * time.Second))
	if got, want := screen(t, out.String()), "[0/2] compute test_create_persistent_server 12s"; len(got) != 1 || got[0] != want {
		t.Errorf("got %q, want %q", got, want)
	}
	c.Event(&subunit.Event{TestID: second, Status: subunit.InProgress, Time: epoch.Add(13 * time.Second)})
	got := screen(t, out.String())
	if want := "[0/2] compute test_create_persistent_server 13s, object_storage test_create_pe…"; got[0] != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := c.Result(result(first, subunit.Fail, 0, 20*time.Second)); err != nil {
		t.Fatal(err)
	}
	got = screen(t, out.String())
	if len(got) != 2 || !strings.HasSuffix(got[0], "... FAILED") || got[1] != "[1/2, 1 failed] object_storage test_create_persistent_container 7s" {
		t.Errorf("got %q", got)
	}
	if err := c.Result(result(second, subunit.Success, 13*time.Second, time.Second)); err != nil {
		t.Fatal(err)
	}
	if got = screen(t, out.String()); len(got) != 3 || got[2] != "" {
		t.Errorf("got %q, want an empty last line", got)
	}
}

func TestNotATerminal(t *testing.T) {
	if IsTerminal(&bytes.Buffer{}) {
		t.Error("a buffer is called a terminal")
	}
	var out bytes.Buffer
	c := NewConsole(ConsoleOptions{Out: &out})
	c.Event(&subunit.Event{TestID: "a", Status: subunit.InProgress})
	c.Tick(epoch)
	if out.Len() > 0 {
		t.Errorf("got %q", &out)
	}
}

func TestWaitingInTheLiveLine(t *testing.T) {
	var out bytes.Buffer
	c := NewConsole(ConsoleOptions{Out: &out, Live: &out})
	tell := c.NewWait()
	tell("waiting for SSH on server s (10.0.0.1)", epoch)
	tell("waiting for SSH on server s (10.0.0.2)", epoch.Add(12*time.Second))
	if got := screen(t, out.String()); len(got) != 1 || got[0] != "[0] waiting for SSH on server s (10.0.0.2) 12s" {
		t.Errorf("got %q", got)
	}
	tell("", epoch.Add(13*time.Second))
	if got := screen(t, out.String()); len(got) != 1 || got[0] != "" {
		t.Errorf("got %q after the wait", got)
	}
}

// Where nothing can be drawn over, a long wait gets a line after 10 s and then whenever its time has doubled.
func TestWaitingOffATerminal(t *testing.T) {
	var out bytes.Buffer
	c := NewConsole(ConsoleOptions{Out: &out})
	tell := c.NewWait()
	for s := range 45 {
		tell("waiting for server s (BUILD)", epoch.Add(time.Duration(s)*time.Second))
	}
	want := "… waiting for server s (BUILD), 10s so far\n… waiting for server s (BUILD), 20s so far\n… waiting for server s (BUILD), 40s so far\n"
	if out.String() != want {
		t.Errorf("got %q", &out)
	}
}

// Several waits at once end each for itself, and none makes another seem to begin anew.
func TestWaitsAtOnce(t *testing.T) {
	at := func(s int) time.Time { return epoch.Add(time.Duration(s) * time.Second) }
	var out bytes.Buffer
	c := NewConsole(ConsoleOptions{Out: &out, Live: &out})
	a, b := c.NewWait(), c.NewWait()
	a("waiting for server a (BUILD)", at(0))
	b("waiting for server b (BUILD)", at(2))
	a("waiting for server a (BUILD, task state spawning)", at(5))
	if got := screen(t, out.String()); got[0] != "[0] waiting for server a (BUILD, task state spawning) 5s, and 1 more" {
		t.Errorf("got %q", got)
	}
	a("", at(6))
	if got := screen(t, out.String()); got[0] != "[0] waiting for server b (BUILD) 4s" {
		t.Errorf("got %q after the first has ended", got)
	}

	out.Reset()
	c = NewConsole(ConsoleOptions{Out: &out})
	a, b = c.NewWait(), c.NewWait()
	// One that asks again and again, and one that, as for SSH, says no more until it is over.
	b("waiting for SSH on server b (10.0.0.1)", at(1))
	for s := range 13 {
		a("waiting for server a (BUILD)", at(s))
		c.Tick(at(s))
	}
	b("", at(13))
	c.Tick(at(60))
	want := "… waiting for server a (BUILD), 10s so far\n… waiting for SSH on server b (10.0.0.1), 10s so far\n… waiting for server a (BUILD), 1m0s so far\n"
	if out.String() != want {
		t.Errorf("got %q", &out)
	}
}
