package compute

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// suspendAndResume is the test test_suspend_resume_persistent_server.
func (r *resources) suspendAndResume(ctx context.Context) error {
	records, err := r.recorded()
	if err != nil {
		return err
	}
	client, err := r.nova(ctx)
	if err != nil {
		return err
	}
	return r.Each(records, func(rec state.Record) error {
		if !rec.Made {
			return phases.Fail("server %s was intended and never made", rec.Name)
		}
		return r.suspendServer(ctx, client, rec)
	})
}

const suspended = "SUSPENDED"

// suspendServer suspends and resumes one server. Whatever goes wrong on the way, it does not stay suspended.
func (r *resources) suspendServer(ctx context.Context, client *gophercloud.ServiceClient, rec state.Record) (err error) {
	var b baseline
	if r.Config.Validation.RunValidation {
		// A server whose guest cannot be looked at afterwards is left as it is.
		if b, err = r.reachable(ctx, rec); err != nil {
			return err
		}
	}
	// Should this process be killed on the way, the next verify knows who suspended the server.
	if err := r.markSuspended(rec, "yes"); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			err = phases.Join(err, r.putBack(ctx, client, rec))
		}
	}()
	if err := servers.Suspend(ctx, client, rec.ID).ExtractErr(); err != nil {
		err = fmt.Errorf("suspend server %s: %w", rec.Name, err)
		if refused(err) {
			done = true
			return phases.Join(err, r.markSuspended(rec, ""))
		}
		return err
	}
	if _, err := r.waitFor(ctx, client, rec, suspended, suspendTest, ""); err != nil {
		return err
	}
	if err := servers.Resume(ctx, client, rec.ID).ExtractErr(); err != nil {
		return fmt.Errorf("resume server %s: %w", rec.Name, err)
	}
	if _, err := r.waitFor(ctx, client, rec, active, suspendTest, ""); err != nil {
		return err
	}
	done = true
	if err := r.markSuspended(rec, ""); err != nil {
		return err
	}
	if !r.Config.Validation.RunValidation {
		return nil
	}
	return r.stillTheSame(ctx, rec, b)
}

// bySuspendTest is the detail of a server that verify has suspended and not yet resumed.
const bySuspendTest = "suspended_by_verify"

func (r *resources) markSuspended(rec state.Record, value string) error {
	return r.Journal.Made(rec.Key, rec.ID, map[string]string{bySuspendTest: value})
}

// resumeLeftOver puts back what a verify that was killed left suspended.
func (r *resources) resumeLeftOver(ctx context.Context) error {
	for _, rec := range r.Journal.Records(serverKind) {
		if rec.Detail(bySuspendTest) == "" || r.NoAPI {
			continue
		}
		client, err := r.nova(ctx)
		if err != nil {
			return err
		}
		r.Log.Warn(ctx, "An earlier verify ended while it had server %s suspended; it is put back first.", rec.Name)
		// Whether it can be put back is for the tests to say.
		if err := r.putBack(ctx, client, rec); err != nil {
			r.Log.Warn(ctx, "%s", phases.Describe(err))
		}
	}
	return nil
}

// refused reports whether Nova said no, so that nothing happened.
func refused(err error) bool {
	response, ok := phases.Response(err)
	return ok && response.Actual >= 400 && response.Actual < 500
}

// stillTheSame logs in to a server that was resumed: the guest must have gone on, not begun again.
func (r *resources) stillTheSame(ctx context.Context, rec state.Record, b baseline) error {
	now, err := r.logIn(ctx, rec, b)
	if err != nil {
		return r.explained(ctx, rec, b, fmt.Errorf("server %s does not let us in after suspend and resume: %w", rec.Name, err))
	}
	return phases.Changed("server "+rec.Name+" after suspend and resume", r.guestChanges(ctx, rec, b, now))
}

// putBack makes a server ACTIVE again, within a time of its own and also when the run is being ended: a user's server must
// not stay suspended because a test failed.
func (r *resources) putBack(ctx context.Context, client *gophercloud.ServiceClient, rec state.Record) error {
	timeout := time.Duration(r.Config.Compute.BuildTimeout) * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout+time.Minute)
	defer cancel()
	var refusal error
	err := r.Wait(ctx, phases.Waiting{
		For:     fmt.Sprintf("server %s to be put back to ACTIVE", rec.Name),
		Timeout: timeout,
		Poll: func(ctx context.Context) (string, bool, error) {
			s, err := getServer(ctx, client, rec.ID)
			switch {
			case phases.NotFound(err):
				return "gone", true, err
			case err != nil:
				refusal = err
				return "no answer", false, nil
			case s.TaskState != "":
			case s.Status == active:
				return s.Status, true, nil
			case s.Status == suspended:
				refusal = servers.Resume(ctx, client, rec.ID).ExtractErr()
			default:
				return s.Status, true, errors.New("it is " + s.Status)
			}
			return s.Status, false, nil
		},
	})
	if err != nil {
		return fmt.Errorf("server %s could not be put back to ACTIVE: %w", rec.Name, phases.Join(err, refusal))
	}
	r.Log.Info(ctx, "Server %s was put back to ACTIVE.", rec.Name)
	return r.markSuspended(rec, "")
}
