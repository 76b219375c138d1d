package stestr

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"opendev.org/x/persistent-resources/subunit"
)

// repositoryName is the directory in which stestr keeps a working directory's runs.
const repositoryName = ".stestr"

// formatText is what stestr writes of its repositories' form.
const formatText = "1\n"

// Repository is a directory of runs as stestr keeps it: the file format, the number of the next run in next-stream, a file
// for each run, and failing with the failures of the last one. Runs are streams of subunit version 1.
type Repository struct{ base string }

// NoRepositoryError says that there is no repository. Its text is stestr's.
type NoRepositoryError struct{ Dir string }

func (e *NoRepositoryError) Error() string {
	return fmt.Sprintf("No repository found in %s. Create one by running \"stestr init\".", e.Dir)
}

// ErrNoRuns says that a repository holds no run yet. Its text is stestr's.
var ErrNoRuns = errors.New("No tests in repository") //nolint:staticcheck // stestr's text

// OpenRepository opens the repository in a directory.
func OpenRepository(dir string) (*Repository, error) {
	base := filepath.Join(dir, repositoryName)
	format, err := os.ReadFile(filepath.Join(base, "format"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &NoRepositoryError{Dir: dir}
	}
	if err != nil {
		return nil, fmt.Errorf("open the repository of runs: %w", err)
	}
	if string(format) != formatText {
		return nil, fmt.Errorf("open the repository of runs: %s has a form that this program does not know: %q", base, format)
	}
	return &Repository{base}, nil
}

// InitRepository makes a repository in a directory, whole or not at all. The error wraps fs.ErrExist when there is one, or
// something else of its name.
func InitRepository(dir string) (*Repository, error) {
	fresh, err := os.MkdirTemp(dir, repositoryName+".new-*")
	if err != nil {
		return nil, fmt.Errorf("make a repository of runs: %w", err)
	}
	err = os.Chmod(fresh, 0o755)
	if err == nil {
		err = os.WriteFile(filepath.Join(fresh, "format"), []byte(formatText), 0o644)
	}
	if err == nil {
		err = (&Repository{fresh}).setNext(0)
	}
	r := &Repository{filepath.Join(dir, repositoryName)}
	if err == nil {
		err = os.Rename(fresh, r.base) // in place of an empty directory, too
	}
	if err == nil {
		return r, nil
	}
	_ = os.RemoveAll(fresh)
	if _, statErr := os.Lstat(r.base); statErr == nil {
		err = fmt.Errorf("%s: %w", r.base, fs.ErrExist)
	}
	return nil, fmt.Errorf("make a repository of runs: %w", err)
}

// OpenOrInitRepository opens the repository in a directory, and makes it first if there is none.
func OpenOrInitRepository(dir string) (*Repository, error) {
	r, err := OpenRepository(dir)
	var none *NoRepositoryError
	if !errors.As(err, &none) {
		return r, err
	}
	if r, err = InitRepository(dir); errors.Is(err, fs.ErrExist) {
		return OpenRepository(dir) // another process has just made it
	}
	return r, err
}

func (r *Repository) path(name string) string { return filepath.Join(r.base, name) }

// next is the number of the next run.
func (r *Repository) next() (int, error) {
	text, err := os.ReadFile(r.path("next-stream"))
	if err != nil {
		return 0, fmt.Errorf("read the number of the next run: %w", err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || n < 0 {
		return 0, fmt.Errorf("read the number of the next run: %s holds %q", r.path("next-stream"), text)
	}
	return n, nil
}

func (r *Repository) setNext(n int) error {
	return r.replace("next-stream", func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%d\n", n)
		return err
	})
}

// replace writes a file that is there whole or not at all.
func (r *Repository) replace(name string, write func(io.Writer) error) error {
	f, err := r.temporary(name + ".new-*")
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), r.path(name))
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", r.path(name), err)
	}
	return nil
}

// temporary makes a file that others may read: jobs collect what they find here as another user.
func (r *Repository) temporary(pattern string) (*os.File, error) {
	f, err := os.CreateTemp(r.base, pattern)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err != nil {
		return nil, fmt.Errorf("write into the repository of runs: %w", err)
	}
	return f, nil
}

// lock keeps other processes of this program from storing a run at the same time. It is the directory that is locked: a file in
// it would be one that stestr does not know.
func (r *Repository) lock() (unlock func(), err error) {
	f, err := os.Open(r.base)
	if err == nil {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the repository of runs: %w", err)
	}
	return func() { _ = f.Close() }, nil
}

// Latest is the number of the last run, or ErrNoRuns.
func (r *Repository) Latest() (int, error) {
	n, err := r.next()
	if err == nil && n == 0 {
		err = ErrNoRuns
	}
	return n - 1, err
}

// Run opens the stream of a run.
func (r *Repository) Run(number int) (io.ReadCloser, error) {
	f, err := os.Open(r.path(strconv.Itoa(number)))
	if err != nil {
		return nil, fmt.Errorf("read run %d: %w", number, err)
	}
	return f, nil
}

// Failing opens the stream of what failed in the last run; a repository without that file has an empty one.
func (r *Repository) Failing() (io.ReadCloser, error) {
	f, err := os.Open(r.path("failing"))
	if errors.Is(err, fs.ErrNotExist) {
		return io.NopCloser(strings.NewReader("")), nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what failed: %w", err)
	}
	return f, nil
}

// FailingIDs are the ids of what failed in the last run, class fixtures' among them.
func (r *Repository) FailingIDs() ([]string, error) {
	stream, err := r.Failing()
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	var ids []string
	c := subunit.NewCollector(func(r *subunit.Result) {
		if r.Status == subunit.Fail {
			ids = append(ids, r.TestID)
		}
	})
	for e, err := range subunit.Open(stream, subunit.Recover).All() {
		if err != nil {
			return nil, fmt.Errorf("read what failed: %w", err)
		}
		c.Add(e)
	}
	c.Flush()
	return ids, nil
}
