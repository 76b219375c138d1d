package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"opendev.org/x/persistent-resources/reports"
	"opendev.org/x/persistent-resources/subunit"
)

// reportWriters are the reports that one call of report makes.
type reportWriters struct {
	o       *reportOptions
	env     environment
	files   []*os.File
	console *reports.Console
	html    *reports.HTML
	json    *reports.JSON
	csv     *reports.CSV
	stream  *subunit.Writer
	v1      *subunit.V1Writer
	v1Buf   *bufio.Writer
	events  *subunit.JSONWriter
	suites  []*reports.JUnit
	junit   io.Writer
	parsed  io.Writer
	runs    []*reports.Run

	summary subunit.Summary // of the stream read last
}

// keepInMemory is how much of an attachment is in memory at a time, in bytes. It is what an HTML page shows of one.
const keepInMemory = 256 << 10

func newReportWriters(o *reportOptions, env environment) (*reportWriters, error) {
	w := &reportWriters{o: o, env: env}
	var err error
	open := func(option, path string) io.Writer {
		var out io.Writer
		if err == nil && path != "" {
			out, err = w.open(option, path)
		}
		return out
	}
	w.junit, w.parsed = open("--junit", o.junit), open("--resource-parse", o.resourceParse)
	if out := open("--html", o.html); out != nil && err == nil {
		w.html, err = reports.NewHTML(out, reports.HTMLOptions{Title: o.title})
	}
	if out := open("--json", o.json); out != nil {
		w.json = reports.NewJSON(out, reports.JSONOptions{Attachments: o.attachments})
	}
	if out := open("--csv", o.csv); out != nil {
		w.csv = reports.NewCSV(out)
	}
	if out := open("--subunit", o.subunit); out != nil {
		w.stream = subunit.NewWriter(out)
	}
	if out := open("--v1", o.v1); out != nil {
		w.v1Buf = bufio.NewWriter(out)
		w.v1 = subunit.NewV1Writer(w.v1Buf)
	}
	if out := open("--events", o.events); out != nil {
		w.events = subunit.NewJSONWriter(out)
	}
	if err != nil {
		return nil, errors.Join(err, w.abandon())
	}
	if len(w.files) == 0 && !w.toStdout() {
		options := consoleOptions(env.stdout, env)
		options.Live = nil
		w.console = reports.NewConsole(options)
	}
	return w, nil
}

func (w *reportWriters) toStdout() bool {
	for _, out := range w.o.outputs() {
		if out.path == "-" {
			return true
		}
	}
	return false
}

// onlyEvents reports whether nothing is made of results, so that a stream without any is as good as another.
func (w *reportWriters) onlyEvents() bool {
	o := w.o
	return w.events != nil && o.junit+o.html+o.json+o.csv+o.resourceParse+o.subunit+o.v1 == ""
}

func (w *reportWriters) open(option, path string) (io.Writer, error) {
	if path == "-" {
		return w.env.stdout, nil
	}
	f, err := createFor(option, path)
	if err == nil {
		w.files = append(w.files, f)
	}
	return f, err
}

// read feeds one stream to every report.
func (w *reportWriters) read(ctx context.Context, o *reportOptions, s labelled, env environment) error {
	results := w.resultWriters(s.label)
	var failed error
	collector := subunit.NewCollector(func(r *subunit.Result) {
		for _, write := range results {
			if err := write(r); err != nil && failed == nil {
				failed = err
			}
		}
	})
	if w.console == nil { // which repeats failures at the end
		collector.KeepInMemory(keepInMemory)
	}
	packets := 0
	err := eachEvent(ctx, o, s, env, func(e *subunit.Event) error {
		if !e.Text {
			packets++
		}
		collector.Add(e)
		if err := w.event(e); err != nil {
			return err
		}
		return failed
	})
	if err != nil {
		return err
	}
	collector.Flush()
	w.summary = collector.Summary()
	if failed == nil && packets == 0 && !w.onlyEvents() {
		return fmt.Errorf("read %s: it holds no results: no subunit packet was found", s.path)
	}
	return failed
}

// event writes the reports that are made of events rather than of results.
func (w *reportWriters) event(e *subunit.Event) error {
	if w.events != nil {
		if err := w.events.Write(e); err != nil {
			return fmt.Errorf("write the events: %w", err)
		}
	}
	if w.stream == nil || e.Text || e.Status == subunit.Exists && w.o.noExists {
		return nil
	}
	if err := w.stream.Write(e); err != nil {
		return fmt.Errorf("write the stream: %w", err)
	}
	return nil
}

func (w *reportWriters) resultWriters(label string) []func(*subunit.Result) error {
	var out []func(*subunit.Result) error
	if w.console != nil {
		out = append(out, w.console.Result)
	}
	if w.junit != nil {
		j := reports.NewJUnit(nil, reports.JUnitOptions{
			Suite: "persistent-resources." + label, GroupSetup: w.o.groupSetup, PassingAttachments: w.o.attachments,
		})
		w.suites = append(w.suites, j)
		out = append(out, j.Result)
	}
	if w.html != nil {
		out = append(out, w.html.Stream(label).Result)
	}
	if w.json != nil {
		out = append(out, w.json.Stream(label).Result)
	}
	if w.csv != nil {
		out = append(out, w.csv.Result)
	}
	if w.parsed != nil {
		run := reports.NewRun(label)
		w.runs = append(w.runs, run)
		out = append(out, run.Result)
	}
	if w.v1 != nil {
		out = append(out, w.v1.Write)
	}
	return out
}

// close finishes every report.
func (w *reportWriters) close(all *subunit.Summary) error {
	var errs []error
	if w.console != nil {
		errs = append(errs, w.console.Summary(all))
	}
	if w.junit != nil {
		errs = append(errs, reports.CloseJUnit(w.junit, w.suites))
	}
	if w.html != nil {
		errs = append(errs, w.html.Close())
	}
	if w.json != nil {
		errs = append(errs, w.json.Close())
	}
	if w.csv != nil {
		errs = append(errs, w.csv.Close())
	}
	if w.parsed != nil {
		errs = append(errs, reports.WriteResourceParse(w.parsed, w.runs))
	}
	if w.stream != nil {
		errs = append(errs, w.stream.Flush())
	}
	if w.v1Buf != nil {
		errs = append(errs, w.v1Buf.Flush())
	}
	return errors.Join(append(errs, w.abandon())...)
}

// abandon closes the files. What was read up to here stands in the reports that are made of events.
func (w *reportWriters) abandon() error {
	var errs []error
	if w.events != nil {
		errs = append(errs, w.events.Flush())
	}
	for _, f := range w.files {
		errs = append(errs, f.Close())
	}
	w.files = nil
	return errors.Join(errs...)
}

// eachEvent reads a stream to its end.
func eachEvent(ctx context.Context, o *reportOptions, s labelled, env environment, event func(*subunit.Event) error) error {
	f := env.stdin
	if s.path != "-" {
		var err error
		if f, err = os.Open(s.path); err != nil {
			return fmt.Errorf("read the results: %w", err)
		}
		defer f.Close()
	}
	plain, err := gunzipped(watched(f, s.path, env))
	if err != nil {
		return fmt.Errorf("read %s: %w", s.path, err)
	}
	for e, err := range o.reader(plain).All() {
		if err != nil {
			return fmt.Errorf("read %s: %w", s.path, err)
		}
		if err := event(e); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// gunzipped unpacks what begins as a gzip file does.
func gunzipped(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 16<<10) // the stream's reader asks for more at once, which then goes there directly
	// A stream shorter than two bytes is no gzip file, and no error either.
	if head, _ := b.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		return gzip.NewReader(b)
	}
	return b, nil
}

// watched shows on a terminal how far a long input was read.
func watched(f *os.File, name string, env environment) io.Reader {
	if !reports.IsTerminal(env.stderr) || reports.IsTerminal(f) {
		return f
	}
	w := &watcher{Reader: f, name: name, out: env.stderr, next: time.Now().Add(time.Second)}
	if info, err := f.Stat(); err == nil {
		w.size = info.Size()
	}
	return w
}

type watcher struct {
	io.Reader
	name  string
	out   io.Writer
	read  int64
	size  int64
	next  time.Time
	shown bool
}

func (w *watcher) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	w.read += int64(n)
	if err != nil && w.shown {
		w.shown = false
		fmt.Fprint(w.out, "\r\x1b[K")
	} else if now := time.Now(); now.After(w.next) {
		w.next, w.shown = now.Add(200*time.Millisecond), true
		fmt.Fprintf(w.out, "\r\x1b[Kreading %s: %d MiB", w.name, w.read>>20)
		if w.size > 0 {
			fmt.Fprintf(w.out, " of %d", w.size>>20)
		}
	}
	return n, err
}
