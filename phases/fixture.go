package phases

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/releases"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/tempestconf"
)

// Fixture is what one class works with, from its set-up to its tear-down.
type Fixture struct {
	ID      ClassID
	Config  *tempestconf.Config
	Log     *Log
	Journal *state.Journal
	// NoAPI says that no OpenStack API may be asked.
	NoAPI bool
	// Concurrency is how many resources of a service may be worked on at once.
	Concurrency int
	// Progress, when set, is called when a wait begins. What it returns is told what is being waited for, and "" when that is
	// over; several waits may go on at once.
	Progress func() (tell func(what string))

	program string
	state   state.Dir
	connect func(*tempestconf.Config) (*cloud.Connection, error)
	note    func(sentence string)
	late    time.Duration // see Options.LateAnswers

	lock    *state.Lock
	conn    *cloud.Connection
	user    *cloud.Session      // works on the resources, as an ordinary user
	admin   *cloud.Session      // works on what an ordinary user may not
	scoped  *cloud.Session      // the same, in the scope in which projects and users are administered
	account tempestconf.Account // pre-provisioned and in use; empty in other credential modes
	roleIDs map[string]string   // of the wanted roles, by name
	nothing bool                // delete found a tombstone: there is nothing to do

	readOnly bool // nothing may be changed, no lock file either

	told       told
	side       string            // when a verify runs
	expected   *releases.Release // nil when none is
	onReleases func([]ReleasePair)
}

// RunID is carried by every resource that can hold one.
func (f *Fixture) RunID() string { return f.Journal.Header().Run }

// Session is the identity that owns the resources.
func (f *Fixture) Session() *cloud.Session { return f.user }

// Prefix begins the name of everything that is made.
func (f *Fixture) Prefix() string {
	if p := f.Config.Default.ResourceNamePrefix; p != "" {
		return p
	}
	return "tempest"
}

// RandName returns <prefix>-<root>-<number>, as Tempest names its resources.
func (f *Fixture) RandName(root string) string {
	n, err := rand.Int(rand.Reader, big.NewInt(1<<31-2))
	if err != nil {
		// The kernel's random source does not fail; were it to, the time is different enough.
		n = big.NewInt(time.Now().UnixNano() % (1 << 31))
	}
	return fmt.Sprintf("%s-%s-%d", f.Prefix(), root, n.Int64()+1)
}

// Description is the text that marks a resource as the run's, for services that keep a description.
func (f *Fixture) Description(name string) string {
	return fmt.Sprintf("%s-desc (persistent-resources run %s)", name, f.RunID())
}

// openState takes the service's lock and reads its journal.
func (f *Fixture) openState(ctx context.Context) error {
	tell := f.wait()
	defer tell("")
	lock, err := f.state.Lock(ctx, f.ID.Service, state.LockOptions{
		Holder:   fmt.Sprintf("%s of %s, process %d", f.ID.Phase, f.ID.Service, os.Getpid()),
		Wait:     time.Duration(f.Config.PersistentResources.LockTimeout) * time.Second,
		Existing: f.ID.Phase != Create,
		OnWait:   func(holder string) { tell("waiting for " + holder) },
	})
	var missing *state.MissingError
	if errors.As(err, &missing) && f.ID.Phase == Delete && f.state.HasRecords() {
		f.Journal, err = f.state.Open(f.ID.Service)
		return err
	}
	if err != nil {
		return err
	}
	f.lock = lock
	if f.Journal, err = f.state.Open(f.ID.Service); err != nil {
		return err
	}
	f.Log.Secrets.Add(f.recordedSecrets()...)
	return nil
}

// close releases what the class held.
func (f *Fixture) close() {
	if f.Journal != nil {
		_ = f.Journal.Close()
	}
	if f.lock != nil {
		_ = f.lock.Unlock()
		f.lock = nil
	}
}

// wait begins a wait.
func (f *Fixture) wait() (tell func(what string)) {
	if f.Progress == nil {
		return func(string) {}
	}
	return f.Progress()
}

// Waiting tells a watching person what is being waited for, until the returned function is called.
func (f *Fixture) Waiting(what string) (over func()) {
	tell := f.wait()
	tell(what)
	return func() { tell("") }
}

// Note tells people what they should know of a run that went well, and the test's log too.
func (f *Fixture) Note(ctx context.Context, format string, args ...any) {
	sentence := fmt.Sprintf(format, args...)
	f.Log.Info(ctx, "%s", sentence)
	if f.note != nil {
		f.note(sentence)
	}
}

// sealJournal ends create. The record is complete when every test of the class has passed, in this process or in another
// that had a part of them; an interrupted create stays open.
func (f *Fixture) sealJournal(s Service) func(context.Context) error {
	return func(ctx context.Context) error {
		if ctx.Err() != nil {
			return nil
		}
		for _, t := range s.Create {
			if !f.Journal.Passed(t.Name) {
				return f.Journal.Seal(false)
			}
		}
		return f.Journal.Seal(true)
	}
}

// skipChecks looks at the service's own checks and then at every option the class depends on.
func (f *Fixture) skipChecks(s Service) func(context.Context) error {
	return func(context.Context) error {
		if f.ID.Phase == Delete && f.holdsRecords() {
			// What was made is removed, whatever the configuration says of the service by now.
			return f.Config.Check(s.Options...)
		}
		if named := f.Config.PersistentResources.Services; !slices.Contains(named, s.Name) {
			return &Skip{Reason: fmt.Sprintf("%s is not named in [persistent_resources] services (%s)", s.Name, strings.Join(named, ", "))}
		}
		if s.SkipChecks != nil {
			if err := s.SkipChecks(); err != nil {
				return err
			}
		}
		return f.Config.Check(s.Options...)
	}
}

// holdsRecords reports whether the state names resources of the service that are not gone.
func (f *Fixture) holdsRecords() bool {
	j, err := f.state.Open(f.ID.Service)
	return err == nil && !j.Deleted() && len(j.Records("")) > 0
}

// removeResources is delete's resource_cleanup.
func (f *Fixture) removeResources(s Service) func(context.Context) error {
	return func(ctx context.Context) error {
		if f.nothing {
			return nil
		}
		if err := s.Remove(cloud.WithRetries(ctx)); err != nil {
			return &LeftoverError{Service: s.Name, Err: err}
		}
		return nil
	}
}

// LeftoverError says that delete left something of ours in the cloud.
type LeftoverError struct {
	Service string
	Err     error
}

func (e *LeftoverError) Error() string {
	return fmt.Sprintf("%s resources of this run are left in the cloud: %v", e.Service, e.Err)
}

// Unwrap returns the reason.
func (e *LeftoverError) Unwrap() error { return e.Err }
