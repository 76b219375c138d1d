package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/pflag"

	"opendev.org/x/persistent-resources/internal/stestr"
	"opendev.org/x/persistent-resources/subunit"
)

// guardOptions are those of the process that outlives a worker, or a run, which is killed.
type guardOptions struct {
	on      bool
	file    string // of the run in the repository that is not stored yet; "" for stestr's worker
	combine int
}

func (o *guardOptions) addFlags(f *pflag.FlagSet) {
	f.BoolVar(&o.on, "guard", false, "be told of results on standard input, and answer for those that are missing")
	f.StringVar(&o.file, "guard-file", "", "complete the run that is in this `FILE`")
	f.IntVar(&o.combine, "guard-combine", -1, "add it to the run of this `NUMBER`")
	for _, name := range []string{"guard", "guard-file", "guard-combine"} {
		_ = f.MarkHidden(name)
	}
}

// startGuard starts the guard of what must have results for ids. There may be none.
func startGuard(o guardOptions, ids []string, env environment) *stestr.Guarded {
	args := []string{programName, "runner", "--guard"}
	if o.file != "" {
		args = append(args, "--guard-file="+o.file, "--guard-combine="+strconv.Itoa(o.combine))
	}
	g, err := stestr.StartGuard(args, env.environ, env.stdout, env.stderr)
	if err != nil {
		fmt.Fprintf(env.stderr, "persistent-resources: %v; should this process be killed, tests may be without a result\n", err)
		return nil
	}
	g.Want(ids)
	return g
}

// run is the guard. Interrupts are for those that it guards.
func (o guardOptions) run(env environment) error {
	missing, left, err := stestr.Guard(env.stdin)
	if err != nil || left {
		return err
	}
	if o.file != "" {
		return o.complete(missing, env)
	}
	out := newStreamSink(env.stdout)
	err = stestr.FailMissing(missing, "no result from the worker, which was killed", func(e *subunit.Event) error { out.event(e); return out.failure() })
	return errors.Join(err, out.close())
}

// complete stores a run that was killed: jobs find it where they find others, with a result for every test.
func (o guardOptions) complete(missing []stestr.Missing, env environment) error {
	// The run was stored before the guard was told: what it was killed in between of is in the file only.
	stored, err := stestr.Stored(o.file)
	if err != nil {
		return err
	}
	missing = slices.DeleteFunc(missing, func(m stestr.Missing) bool { return stored[m.ID] })
	inserter, err := stestr.Resume(o.file, o.combine)
	if err != nil {
		return err
	}
	err = stestr.FailMissing(missing, "no result from the run, which was killed", func(e *subunit.Event) error {
		e.Tags = []string{"worker-0"}
		return inserter.Add(e)
	})
	number, closeErr := inserter.Close()
	if err := errors.Join(err, closeErr); err != nil {
		return err
	}
	fmt.Fprintf(env.stderr, "persistent-resources: the run was killed; what there is of it is run %d of %s\n", number, filepath.Dir(o.file))
	return nil
}
