package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/reports"
	"opendev.org/x/persistent-resources/subunit"
)

// outputOptions say where a run's results go beside the console.
type outputOptions struct {
	subunit string
	junit   string
}

func (o *outputOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.subunit, "subunit", "", "write the results as a subunit stream to this `FILE`; - is standard output, and what people read then goes to standard error")
	f.StringVar(&o.junit, "junit", "", "write the results as JUnit XML to this `FILE`")
}

// outputs is everything that listens to a run's events.
type outputs struct {
	people    io.Writer // console lines and notes
	console   *reports.Console
	collector *subunit.Collector
	stream    *streamSink
	junit     *reports.JUnit
	files     []*os.File

	mu  sync.Mutex
	err error // first error of a report
}

func newOutputs(o outputOptions, label string, quiet bool, env environment) (*outputs, error) {
	out := &outputs{people: env.stdout}
	if o.subunit == "-" {
		out.people = env.stderr
		out.stream = newStreamSink(env.stdout)
	} else if o.subunit != "" {
		f, err := out.open("--subunit", o.subunit)
		if err != nil {
			return nil, err
		}
		out.stream = newStreamSink(f)
	}
	if o.junit != "" {
		f, err := out.open("--junit", o.junit)
		if err != nil {
			return nil, err
		}
		host, _ := os.Hostname()
		out.junit = reports.NewJUnit(f, reports.JUnitOptions{
			Suite: "persistent-resources." + label, Hostname: host, Properties: [][2]string{{"phase", label}, {"program", version()}},
		})
	}
	if !quiet {
		out.console = reports.NewConsole(consoleOptions(out.people, env))
	}
	out.collector = subunit.NewCollector(out.result)
	return out, nil
}

func consoleOptions(w io.Writer, env environment) reports.ConsoleOptions {
	o := reports.ConsoleOptions{Out: w, Verdict: true, Indent: true}
	if reports.IsTerminal(w) && env.getenv("NO_COLOR") == "" && env.getenv("TERM") != "dumb" {
		o.Color, o.Live = true, w
	}
	return o
}

func (o *outputs) open(option, path string) (*os.File, error) {
	f, err := createFor(option, path)
	if err == nil {
		o.files = append(o.files, f)
	}
	return f, err
}

// createFor makes the file that an option names.
func createFor(option, path string) (*os.File, error) {
	f, err := create(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", option, err)
	}
	return f, nil
}

// event is the sink of a run. The runner sends one event at a time.
func (o *outputs) event(e *subunit.Event) {
	if o.stream != nil {
		o.stream.event(e)
	}
	if o.console != nil {
		o.console.Event(e)
	}
	o.collector.Add(e)
}

func (o *outputs) result(r *subunit.Result) {
	if o.console != nil {
		o.note(o.console.Result(r))
	}
	if o.junit != nil {
		o.note(o.junit.Result(r))
	}
}

func (o *outputs) note(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil && err != nil {
		if errors.Is(err, syscall.EPIPE) {
			err = phases.ErrOutputGone
		}
		o.err = err
	}
}

// failure is why the run should stop: what nobody can read need not be produced.
func (o *outputs) failure() error {
	if o.stream != nil {
		if err := o.stream.failure(); err != nil {
			return err
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// progress is told by each wait of a run what it waits for.
func (o *outputs) progress() func(what string) {
	if o.console == nil {
		return func(string) {}
	}
	tell := o.console.NewWait()
	return func(what string) { tell(what, time.Now()) }
}

// watch keeps the times of the live line going until the returned function is called.
func (o *outputs) watch() (stop func()) {
	if o.console == nil {
		return func() {}
	}
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			select {
			case now := <-ticker.C:
				o.console.Tick(now)
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

// close finishes every report.
func (o *outputs) close() error {
	o.collector.Flush()
	summary := o.collector.Summary()
	if o.console != nil {
		o.note(o.console.Summary(&summary))
	}
	if o.junit != nil {
		o.note(o.junit.Close(summary))
	}
	if o.stream != nil {
		o.note(o.stream.close())
	}
	for _, f := range o.files {
		o.note(f.Close())
	}
	if o.err != nil {
		return fmt.Errorf("write the results: %w", o.err)
	}
	return nil
}

// concurrency is the number asked for, or that of the CPUs.
func concurrency(n int) int {
	if n > 0 {
		return n
	}
	return runtime.NumCPU()
}
