package phases

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
)

// Maker makes, finds and removes one kind of resource.
type Maker interface {
	// Make asks the service for the resource and returns its id and what else is worth recording.
	Make(ctx context.Context, r state.Record) (id string, details map[string]string, err error)
	// Find looks for a resource that was intended and whose answer never arrived: by its exact name and the run's mark.
	// It returns "" when there is none.
	Find(ctx context.Context, r state.Record) (id string, err error)
	// Check returns the name that a resource carries now. An answer 404 is an error that NotFound knows.
	Check(ctx context.Context, r state.Record) (name string, err error)
	// Delete asks the service to remove the resource.
	Delete(ctx context.Context, r state.Record) error
}

// Ensure brings a recorded resource about: what is recorded and alive is kept, an intent without an answer is looked up and
// adopted, what is missing is made. The intent is on disk before anything is asked for.
func (f *Fixture) Ensure(ctx context.Context, r state.Record, m Maker) (state.Record, error) {
	return f.ensure(ctx, r.Key, r, m)
}

func (f *Fixture) ensure(ctx context.Context, key string, r state.Record, m Maker) (state.Record, error) {
	r.Key = key
	have, ok := f.Journal.Record(key)
	if ok {
		kept, err := f.keep(ctx, have, m)
		if err != nil || kept {
			rec, _ := f.Journal.Record(key)
			return rec, err
		}
		// The same name and secrets again: what depends on them is recorded too.
		r = have
	}
	// Also over a record: an id of what is gone would hide from delete what a killed call makes now.
	if err := f.Journal.Intend(r); err != nil {
		return r, err
	}
	id, details, err := m.Make(ctx, r)
	if err != nil {
		return r, f.unmade(r, fmt.Errorf("create %s %s: %w", r.Kind, r.Name, err))
	}
	if err := f.Journal.Made(key, id, details); err != nil {
		return r, err
	}
	made, _ := f.Journal.Record(key)
	return made, nil
}

// keep reports whether a recorded resource exists, adopting one whose id was never recorded.
func (f *Fixture) keep(ctx context.Context, r state.Record, m Maker) (bool, error) {
	if r.Made {
		name, err := LookTwice(ctx, r, m)
		if NotFound(err) {
			return f.found(ctx, r, m)
		}
		if err != nil {
			return false, fmt.Errorf("look at %s %s: %w", r.Kind, r.Name, err)
		}
		if name != r.Name {
			return false, fmt.Errorf("the recorded %s %s (%s) is now %q; it is left alone", r.Kind, r.Name, r.ID, name)
		}
		return true, nil
	}
	return f.found(ctx, r, m)
}

// found adopts a resource that is there under its exact name and the run's mark, whatever its id: a second one beside it
// would be forgotten.
func (f *Fixture) found(ctx context.Context, r state.Record, m Maker) (bool, error) {
	id, err := f.FindLate(ctx, r, m)
	if err != nil {
		return false, err
	}
	if id == "" {
		if r.Made {
			f.Log.Warn(ctx, "The recorded %s %s is not there any more; it is made again.", r.Kind, r.Name)
		}
		return false, nil
	}
	f.Log.Info(ctx, "The %s %s of an earlier create was found and adopted.", r.Kind, r.Name)
	return true, f.Journal.Made(r.Key, id, nil)
}

// Remove removes a recorded resource and sees it gone. Only what still carries the recorded name is removed.
func (f *Fixture) Remove(ctx context.Context, r state.Record, m Maker) error {
	if !r.Made {
		id, err := f.FindLate(ctx, r, m)
		if err != nil {
			return err
		}
		if id == "" {
			return f.Journal.Gone(r.Key)
		}
		if err := f.Journal.Made(r.Key, id, nil); err != nil {
			return err
		}
		r.ID, r.Made = id, true
	}
	name, err := LookTwice(ctx, r, m)
	if NotFound(err) {
		return f.Journal.Gone(r.Key)
	}
	if err != nil {
		return fmt.Errorf("look at %s %s: %w", r.Kind, r.Name, err)
	}
	if name != r.Name {
		return fmt.Errorf("%s %s is now %q and is left alone: it may be somebody else's", r.Kind, r.ID, name)
	}
	if err := m.Delete(ctx, r); err != nil && !NotFound(err) {
		return fmt.Errorf("delete %s %s: %w", r.Kind, r.Name, err)
	}
	err = f.Wait(ctx, Waiting{
		For:     fmt.Sprintf("%s %s to be gone", r.Kind, r.Name),
		Timeout: time.Duration(f.Config.Compute.BuildTimeout) * time.Second,
		Poll: func(ctx context.Context) (string, bool, error) {
			_, err := m.Check(ctx, r)
			if NotFound(err) {
				return "gone", true, nil
			}
			return "still there", false, err
		},
	})
	if err != nil {
		return err
	}
	return f.Journal.Gone(r.Key)
}

// LookTwice is a maker's Check that does not take one 404 for the truth: while an upgrade goes on, a gateway may give it.
func LookTwice(ctx context.Context, r state.Record, m Maker) (string, error) {
	name, err := m.Check(ctx, r)
	if NotFound(err) {
		name, err = m.Check(ctx, r)
	}
	return name, err
}

// NotFound reports whether err is a service's own answer 404. One of a gateway before it carries neither a request id nor an
// error in JSON, and says nothing about the resource.
func NotFound(err error) bool {
	response, ok := Response(err)
	if !ok || response.Actual != http.StatusNotFound {
		return false
	}
	for _, name := range []string{"X-Openstack-Request-Id", "X-Trans-Id", "X-Compute-Request-Id", "X-Amz-Request-Id"} {
		if response.ResponseHeader.Get(name) != "" {
			return true
		}
	}
	return json.Valid(response.Body) && len(response.Body) > 0
}

// Waiting is something to wait for.
type Waiting struct {
	For      string        // "server X to become ACTIVE"
	Timeout  time.Duration // from the first poll
	Interval time.Duration // 0 means [compute] build_interval
	// Poll looks once. It returns what it saw, whether the wait is over, and an error that ends it.
	Poll func(ctx context.Context) (seen string, done bool, err error)
	// OnTimeout makes the error of a wait that took too long; nil gives a general one.
	OnTimeout func(seen string) error
}

// shortestInterval is what build_interval = 0 polls at, in place of asking without a pause.
const shortestInterval = 50 * time.Millisecond

// Wait polls until the wait is over. Tempest's rule: the last poll is at or after the limit.
func (f *Fixture) Wait(ctx context.Context, w Waiting) error {
	if w.Interval == 0 {
		w.Interval = time.Duration(f.Config.Compute.BuildInterval) * time.Second
	}
	w.Interval = max(w.Interval, shortestInterval)
	start := time.Now()
	tell := f.wait()
	defer tell("")
	for {
		seen, done, err := w.Poll(ctx)
		if done && err == nil {
			return nil
		}
		if err != nil {
			var verdict *Failure
			if errors.As(err, &verdict) {
				return err
			}
			return fmt.Errorf("wait for %s: %w", w.For, err)
		}
		if time.Since(start) >= w.Timeout {
			if w.OnTimeout != nil {
				return w.OnTimeout(seen)
			}
			return FailWith("tempest.lib.exceptions.TimeoutException", "Request timed out\nDetails: waited %s for %s; last seen: %s", w.Timeout, w.For, seen)
		}
		tell(fmt.Sprintf("waiting for %s (%s)", w.For, strings.TrimSpace(seen)))
		if err := cloud.Pause(ctx, w.Interval); err != nil {
			return fmt.Errorf("wait for %s, last seen %s: %w", w.For, seen, err)
		}
	}
}
