package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"opendev.org/x/persistent-resources/reports"
	"opendev.org/x/persistent-resources/subunit"
)

// reportOptions say what is made of streams.
type reportOptions struct {
	junit, html, json, csv, resourceParse string
	subunit, v1, events                   string
	noExists                              bool
	mode                                  string
	labels                                []placedLabel
	attachments                           bool
	groupSetup                            bool
	diff                                  bool
	title                                 string
}

func newReportCommand(env environment) *cobra.Command {
	o := &reportOptions{}
	c := &cobra.Command{
		Use:   "report [flags] STREAM...",
		Short: "Turn stored results into reports",
		Long: `report reads subunit streams, of version 1 or 2, plain or gzipped, ours or
anybody's, and writes what people and machines look at. - is standard input, or
standard output for one of the reports. A stream's label is its file's name
without its extension, or given with --label; it names the suite in JUnit and
the column in HTML. Without a report to write, the results are printed.

  persistent-resources report --html report.html create.subunit verify.subunit
  stestr last --subunit | persistent-resources report --junit results.xml -
  persistent-resources report --diff before.subunit after.subunit`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args)+len(o.labels) == 0 {
				return errors.New("name at least one stream, or - for standard input")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			streams, err := o.streams(args)
			if err != nil {
				return err
			}
			if o.diff {
				return runDiff(c.Context(), o, streams, env)
			}
			return runReport(c.Context(), o, streams, env)
		},
	}
	f := c.Flags()
	f.StringVar(&o.junit, "junit", "", "write JUnit XML to this `FILE`")
	f.StringVar(&o.html, "html", "", "write one HTML page to this `FILE`")
	f.StringVar(&o.json, "json", "", "write results as JSON to this `FILE`")
	f.StringVar(&o.csv, "csv", "", "write the columns of subunit2csv to this `FILE`")
	f.StringVar(&o.resourceParse, "resource-parse", "", "write the JSON of the original's resource-parse to this `FILE`")
	f.StringVar(&o.subunit, "subunit", "", "write one stream of subunit version 2 to this `FILE`")
	f.BoolVar(&o.noExists, "no-exists", false, "leave out of --subunit what only says that a test exists")
	f.StringVar(&o.v1, "v1", "", "write subunit version 1, as in stestr's repositories, to this `FILE`")
	f.StringVar(&o.events, "events", "", "write each event as a line of JSON to this `FILE`")
	f.StringVar(&o.mode, "mode", "recover", "`recover` what damaged streams still hold, or be strict: the first defect is an error")
	f.Var(&labelFlag{f, &o.labels}, "label", "read the stream of `NAME=STREAM` under that label; may be given several times")
	f.BoolVar(&o.attachments, "attachments", false, "keep the attachments of passing tests in JUnit and JSON")
	f.BoolVar(&o.groupSetup, "junit-group-setup", false, "in JUnit, let set-up results stand beside the tests of their class")
	f.BoolVar(&o.diff, "diff", false, "compare two streams, BEFORE and AFTER: new failures, what vanished, fixed, slower")
	f.StringVar(&o.title, "title", "", "title of the HTML page")
	return c
}

// labelled is one stream to read.
type labelled struct{ label, path string }

// labelOf is the label of a stream that was given none.
func labelOf(path string) string {
	if path == "-" {
		return "stdin"
	}
	label := filepath.Base(path)
	for _, ext := range []string{".gz", ".subunit"} {
		label = strings.TrimSuffix(label, ext)
	}
	return label
}

// placedLabel is a stream named by --label, and how many others stood before it: the order of the streams is that of the
// command line.
type placedLabel struct {
	labelled
	at int
}

// labelFlag is --label.
type labelFlag struct {
	flags  *pflag.FlagSet
	labels *[]placedLabel
}

func (l *labelFlag) String() string { return "" }
func (l *labelFlag) Type() string   { return "NAME=STREAM" }

func (l *labelFlag) Set(s string) error {
	label, path, ok := strings.Cut(s, "=")
	if !ok || label == "" || path == "" {
		return errors.New("want NAME=STREAM")
	}
	*l.labels = append(*l.labels, placedLabel{labelled{label, path}, l.flags.NArg()})
	return nil
}

func (o *reportOptions) streams(args []string) ([]labelled, error) {
	if o.mode != "recover" && o.mode != "strict" {
		return nil, usagef("--mode is recover or strict, not %q", o.mode)
	}
	var out []labelled
	labels := o.labels
	for i := 0; i <= len(args); i++ {
		for ; len(labels) > 0 && labels[0].at == i; labels = labels[1:] {
			out = append(out, labels[0].labelled)
		}
		if i < len(args) {
			out = append(out, labelled{labelOf(args[i]), args[i]})
		}
	}
	if o.diff && len(out) != 2 {
		return nil, usagef("--diff compares two streams, BEFORE and AFTER; %d are named", len(out))
	}
	distinguish(out)
	return out, o.checkPaths(out)
}

// output is an option that names a file to write.
type output struct{ option, path string }

func (o *reportOptions) outputs() []output {
	return []output{{"--junit", o.junit}, {"--html", o.html}, {"--json", o.json}, {"--csv", o.csv},
		{"--resource-parse", o.resourceParse}, {"--subunit", o.subunit}, {"--v1", o.v1}, {"--events", o.events}}
}

// checkPaths refuses what would mix two reports, read standard input twice, or overwrite a stream before it is read.
func (o *reportOptions) checkPaths(streams []labelled) error {
	inputs := 0
	for _, s := range streams {
		if s.path == "-" {
			inputs++
		}
	}
	if inputs > 1 {
		return usagef("standard input is named %d times and can be read once", inputs)
	}
	taken := map[string]string{}
	for _, out := range o.outputs() {
		if out.path == "" {
			continue
		}
		if other := taken[out.path]; other != "" {
			return usagef("%s and %s cannot both be written to %s", other, out.option, out.path)
		}
		taken[out.path] = out.option
		for _, s := range streams {
			if s.path != "-" && sameFile(out.path, s.path) {
				return usagef("%s would overwrite the stream %s", out.option, s.path)
			}
		}
	}
	return nil
}

// sameFile reports whether two names are of one file with contents; anything can be written to a device.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil || !x.Mode().IsRegular() {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// distinguish numbers equal labels: JUnit's readers drop the second of two equal tests in suites of the same name.
func distinguish(streams []labelled) {
	used := map[string]bool{}
	for i := range streams {
		label := streams[i].label
		for n := 2; used[label]; n++ {
			label = fmt.Sprintf("%s-%d", streams[i].label, n)
		}
		used[label], streams[i].label = true, label
	}
}

func (o *reportOptions) reader(r io.Reader) subunit.EventReader {
	if o.mode == "strict" {
		return subunit.Open(r, subunit.Strict)
	}
	return subunit.Open(r, subunit.Recover)
}

// convertError is a stream that cannot be read or a report that cannot be written: exit code 2, unlike failed tests.
func convertError(err error) error { return usageError{err} }

func runReport(ctx context.Context, o *reportOptions, streams []labelled, env environment) error {
	w, err := newReportWriters(o, env)
	if err != nil {
		return err
	}
	var all subunit.Summary
	for _, s := range streams {
		if err := w.read(ctx, o, s, env); err != nil {
			return convertError(errors.Join(err, w.abandon()))
		}
		all.Merge(w.summary)
	}
	if err := w.close(&all); err != nil {
		return convertError(err)
	}
	if !all.Successful() {
		return exitError(exitFailed)
	}
	return nil
}

// runDiff compares two streams.
func runDiff(ctx context.Context, o *reportOptions, streams []labelled, env environment) error {
	runs := make([]*reports.Run, len(streams))
	for i, s := range streams {
		runs[i] = reports.NewRun(s.label)
		var failed error
		collector := subunit.NewCollector(func(r *subunit.Result) { failed = errors.Join(failed, runs[i].Result(r)) })
		collector.KeepInMemory(keepInMemory)
		err := eachEvent(ctx, o, s, env, func(e *subunit.Event) error { collector.Add(e); return failed })
		if err != nil {
			return convertError(err)
		}
		collector.Flush()
	}
	diff := reports.Compare(runs[0], runs[1], reports.DiffOptions{})
	text := o.html != "-" && o.json != "-"
	for _, out := range []struct {
		option, path string
		write        func(io.Writer) error
	}{{"--html", o.html, diff.WriteHTML}, {"--json", o.json, diff.WriteJSON}} {
		if err := writeReport(out.option, out.path, env, out.write); err != nil {
			return convertError(err)
		}
	}
	if text {
		if err := diff.WriteText(env.stdout); err != nil {
			return convertError(fmt.Errorf("write the comparison: %w", err))
		}
	}
	if diff.Worse() {
		return exitError(exitFailed)
	}
	return nil
}

// writeReport writes one report to a file or to standard output; "" writes nothing.
func writeReport(option, path string, env environment, write func(io.Writer) error) error {
	if path == "" {
		return nil
	}
	if path == "-" {
		return write(env.stdout)
	}
	f, err := createFor(option, path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
