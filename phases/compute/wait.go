package compute

import (
	"context"
	"fmt"
	"time"

	"github.com/gophercloud/gophercloud/v2"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// waitFor polls a server until it has a status and no task is running, as Tempest does, with Tempest's texts when it takes
// too long or ends in ERROR. request is the id of the request whose effect is waited for; it may be empty.
func (r *resources) waitFor(ctx context.Context, client *gophercloud.ServiceClient, rec state.Record, status, test, request string) (*server, error) {
	var last *server
	timeout := r.Config.Compute.BuildTimeout
	err := r.Wait(ctx, phases.Waiting{
		For:     fmt.Sprintf("server %s to become %s", rec.Name, status),
		Timeout: time.Duration(timeout) * time.Second,
		Poll: func(ctx context.Context) (string, bool, error) {
			s, err := getServer(ctx, client, rec.ID)
			if err != nil {
				return "", false, fmt.Errorf("look at server %s: %w", rec.Name, err)
			}
			last = s
			switch {
			case s.Status == status && s.TaskState == "":
				return s.Status, true, nil
			case s.Status == "ERROR":
				return s.Status, true, inError(rec, s, request)
			}
			return s.Status + ", task state " + taskState(s), false, nil
		},
		OnTimeout: func(string) error {
			return phases.FailWith("tempest.lib.exceptions.TimeoutException",
				"Request timed out\nDetails: (%s:%s) Server %s failed to reach %s status and task state \"None\" within the required time (%d s). Current status: %s. Current task state: %s.",
				r.ID.Name(), test, rec.ID, status, timeout, last.Status, taskState(last))
		},
	})
	if err != nil {
		return last, err
	}
	if wait := r.Config.Compute.ReadyWait; wait > 0 {
		err = cloud.Pause(ctx, time.Duration(wait)*time.Second)
	}
	return last, err
}

func taskState(s *server) string {
	if s.TaskState == "" {
		return "None"
	}
	return s.TaskState
}

// inError is Tempest's exception for a server in ERROR.
func inError(rec state.Record, s *server, request string) error {
	details := ""
	if len(s.Fault) > 0 {
		details = "Fault: " + phases.PythonRepr(s.Fault) + "."
	}
	if request != "" {
		details += " Request ID of server operation performed before checking the server status " + request + "."
	}
	err := phases.FailWith("tempest.exceptions.BuildErrorException", "Server %s failed to build and is in ERROR status\nDetails: %s", s.ID, details)
	return fmt.Errorf("server %s is in ERROR (%s): %w", rec.Name, s.fault(), err)
}
