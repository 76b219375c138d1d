package compute

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"opendev.org/x/persistent-resources/internal/guest"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// suspendAndResume is the test test_suspend_resume_persistent_server. A server that a test before it found lost is left as it
// is, for whoever looks for the reason: that it cannot be suspended as well would say nothing new.
func (r *resources) suspendAndResume(ctx context.Context) error {
	records, err := r.recorded()
	if err != nil {
		return err
	}
	client, err := r.nova(ctx)
	if err != nil {
		return err
	}
	var lost []string
	for _, rec := range records {
		if why, ok := r.lost.Load(rec.Key); ok {
			lost = append(lost, why.(string)) //nolint:forcetypeassert // lose stores nothing else
		}
	}
	err = r.Each(records, func(rec state.Record) error {
		if _, ok := r.lost.Load(rec.Key); ok {
			return nil
		}
		if !rec.Made {
			return phases.Fail("server %s was intended and never made", rec.Name)
		}
		return r.suspendServer(ctx, client, rec)
	})
	if err != nil || len(lost) == 0 {
		return err
	}
	return &phases.Skip{Reason: fmt.Sprintf("%d of %d servers were not suspended, because an earlier test found them lost: %s.", len(lost), len(records), strings.Join(lost, "; "))}
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
	if err := r.markSuspended(rec, time.Now().UTC().Format(time.RFC3339)); err != nil {
		return err
	}
	done := false
	var late time.Time // until when Nova may still act upon a suspend that it did not answer
	defer func() {
		if !done {
			err = phases.Join(err, r.putBack(ctx, client, rec, late))
		}
	}()
	if err := servers.Suspend(ctx, client, rec.ID).ExtractErr(); err != nil {
		err = fmt.Errorf("suspend server %s: %w", rec.Name, err)
		if phases.NothingDone(err) {
			done = true
			return phases.Join(err, r.markSuspended(rec, ""))
		}
		late = time.Now().Add(r.Lateness())
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

// bySuspendTest is the detail of a server that verify has suspended and not yet resumed: when it asked for it.
const bySuspendTest = "suspended_by_verify"

// suspendEnds is until when Nova may still act upon the suspend of a verify that was killed.
func (r *resources) suspendEnds(rec state.Record) time.Time {
	asked, err := time.Parse(time.RFC3339, rec.Detail(bySuspendTest))
	if err != nil {
		return time.Time{}
	}
	return asked.Add(r.Lateness())
}

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
		if err := r.putBack(ctx, client, rec, r.suspendEnds(rec)); err != nil {
			r.Log.Warn(ctx, "%s", phases.Describe(err))
		}
	}
	return nil
}

// stillTheSame logs in to a server that was resumed: the guest must have gone on, not begun again. It is compared with what it
// was before it was suspended, where a test of this class met it then: what it had become by then is that test's to say.
func (r *resources) stillTheSame(ctx context.Context, rec state.Record, b baseline) error {
	if met, ok := r.met.Load(rec.Key); ok {
		before := met.(guest.Baseline) //nolint:forcetypeassert // verifyGuest stores nothing else
		b.Guest = &before
	}
	now, err := r.logIn(ctx, rec, b)
	if err != nil {
		return r.explained(ctx, rec, b, fmt.Errorf("server %s does not let us in after suspend and resume: %w", rec.Name, err))
	}
	return phases.Changed("server "+rec.Name+" after suspend and resume", r.guestChanges(ctx, rec, b, now))
}

// putBack makes a server ACTIVE again, within a time of its own and also when the run is being ended: a user's server must
// not stay suspended because a test failed. Until late a suspend may still begin: an ACTIVE server is not put back before it
// has been seen otherwise.
func (r *resources) putBack(ctx context.Context, client *gophercloud.ServiceClient, rec state.Record, late time.Time) error {
	timeout := time.Duration(r.Config.Compute.BuildTimeout) * time.Second
	if left := min(time.Until(late), r.Lateness()); left > 0 {
		timeout += left
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout+time.Minute)
	defer cancel()
	var refusal error
	begun := false
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
				begun = true
			case s.Status == active:
				return "ACTIVE, and about to be suspended perhaps", begun || !time.Now().Before(late), nil
			case s.Status == suspended:
				begun = true
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
