package stestr

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"opendev.org/x/persistent-resources/subunit"
)

// Inserter adds a run to a repository. Finished tests go at once to a file tmp…, which jobs collect as it is when a run is
// killed; Close gives it the run's number.
type Inserter struct {
	repository *Repository
	combine    int // number of the run that is continued, or -1
	file       *os.File
	writer     *subunit.V1Writer
	collector  *subunit.Collector
	times      []TestTime
	err        error
}

// Insert begins a run of its own.
func (r *Repository) Insert() (*Inserter, error) { return r.insert(-1) }

// Combine continues the last run: what is inserted is added to it. In a repository without runs it begins one.
func (r *Repository) Combine() (*Inserter, error) {
	number, err := r.Latest()
	if err != nil && !errors.Is(err, ErrNoRuns) {
		return nil, err
	}
	return r.insert(number)
}

func (r *Repository) insert(combine int) (*Inserter, error) {
	f, err := r.temporary("tmp*")
	if err != nil {
		return nil, err
	}
	return r.inserter(f, combine), nil
}

func (r *Repository) inserter(f *os.File, combine int) *Inserter {
	i := &Inserter{repository: r, combine: combine, file: f, writer: subunit.NewV1Writer(f)}
	i.collector = subunit.NewCollector(func(r *subunit.Result) {
		if err := i.writer.Write(r); i.err == nil && err != nil {
			i.err = fmt.Errorf("store the results: %w", err)
		}
		if !r.Start.IsZero() && !r.End.IsZero() && r.Status.Terminal() {
			i.times = append(i.times, TestTime{r.TestID, r.Duration()})
		}
	})
	return i
}

// Unfinished says where an inserter is, so that another process can go on with it.
func (i *Inserter) Unfinished() (file string, combine int) { return i.file.Name(), i.combine }

// Resume goes on with the run that a killed process began to insert: what was finished is in the file.
func Resume(file string, combine int) (*Inserter, error) {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return nil, fmt.Errorf("complete a run: %w", err)
	}
	r := &Repository{filepath.Dir(file)}
	return r.inserter(f, combine), nil
}

// Stored are the tests that have a result in the file of a run that was killed.
func Stored(file string) (map[string]bool, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read a run that was killed: %w", err)
	}
	defer f.Close()
	stored := map[string]bool{}
	c := subunit.NewCollector(func(r *subunit.Result) { stored[r.TestID] = stored[r.TestID] || r.Status.Terminal() })
	for e, err := range subunit.NewV1Reader(f, subunit.Recover).All() {
		if err != nil {
			return nil, fmt.Errorf("read a run that was killed: %w", err)
		}
		c.Add(e)
	}
	return stored, nil
}

// Add takes in one event. The error is the first of writing.
func (i *Inserter) Add(e *subunit.Event) error {
	i.collector.Add(e)
	return i.err
}

// Times are how long the finished tests took, in the order in which they ended.
func (i *Inserter) Times() []TestTime { return i.times }

// Close ends the run and returns its number. What never ended is stored as failed.
func (i *Inserter) Close() (number int, err error) {
	i.collector.Flush()
	if err := errors.Join(i.err, i.file.Close()); err != nil {
		return 0, err
	}
	unlock, err := i.repository.lock()
	if err != nil {
		return 0, err
	}
	defer unlock()
	if i.combine >= 0 {
		number, err = i.combine, i.appendToRun()
	} else {
		number, err = i.allot()
	}
	if err != nil {
		return 0, fmt.Errorf("store the results: %w", err)
	}
	return number, errors.Join(i.repository.updateFailing(number), i.repository.updateTimes(i.times))
}

// allot gives the run the next number that no other run has: stestr itself may have stored one in between.
func (i *Inserter) allot() (int, error) {
	number, err := i.repository.next()
	if err != nil {
		return 0, err
	}
	for {
		if _, err := os.Lstat(i.repository.path(strconv.Itoa(number))); errors.Is(err, fs.ErrNotExist) {
			break
		} else if err != nil {
			return 0, err
		}
		number++
	}
	if err := i.repository.setNext(number + 1); err != nil {
		return 0, err
	}
	return number, os.Rename(i.file.Name(), i.repository.path(strconv.Itoa(number)))
}

// appendToRun adds what was inserted to the run that is continued, in one write: text of version 1 can simply be joined.
func (i *Inserter) appendToRun() error {
	text, err := os.ReadFile(i.file.Name())
	if err != nil {
		return err
	}
	f, err := os.OpenFile(i.repository.path(strconv.Itoa(i.combine)), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Remove(i.file.Name())
}

// updateFailing writes the failures of a run, the last result of each id, for "stestr failing" and "stestr run --failing".
// Zuul's fetch-subunit-output looks for this file, also when it is empty.
func (r *Repository) updateFailing(number int) error {
	run, err := r.Run(number)
	if err != nil {
		return err
	}
	defer run.Close()
	failing := map[string]*subunit.Result{}
	var order []string
	c := subunit.NewCollector(func(res *subunit.Result) {
		if res.Status != subunit.Fail {
			delete(failing, res.TestID)
			return
		}
		if failing[res.TestID] == nil {
			order = append(order, res.TestID)
		}
		failing[res.TestID] = res
	})
	for e, err := range subunit.Open(run, subunit.Recover).All() {
		if err != nil {
			return fmt.Errorf("read run %d: %w", number, err)
		}
		c.Add(e)
	}
	c.Flush()
	return r.replace("failing", func(w io.Writer) error {
		v1 := subunit.NewV1Writer(w)
		for _, id := range order {
			if res := failing[id]; res != nil {
				delete(failing, id)
				if err := v1.Write(res); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// stestrConf is the configuration that real stestr wants beside a repository. The group keeps a class on one worker.
const stestrConf = "[DEFAULT]\ntest_path=./\ntop_dir=./\ngroup_regex=([^\\.]*\\.)*\n"

// EnsureConf writes a .stestr.conf into a directory that has none, as "tempest run" does.
func EnsureConf(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, ".stestr.conf"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err == nil {
		_, err = f.WriteString(stestrConf)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fmt.Errorf("write stestr's configuration: %w", err)
	}
	return nil
}
