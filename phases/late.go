package phases

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"opendev.org/x/persistent-resources/internal/state"
)

// Lateness is how long after a call was sent or given up its effect may still show: a service goes on with a request
// whose sender was killed. No shorter than any answer is waited for.
func (f *Fixture) Lateness() time.Duration {
	if f.late > 0 {
		return f.late
	}
	return max(time.Minute, time.Duration(f.Config.ServiceClients.HTTPTimeout)*time.Second)
}

// FindLate looks for a resource whose id was never recorded, twice at least, because one answer may be a gateway's; where its
// create call had no answer, again and again until it is there or the call is too old to take effect. It returns "" when there
// is none.
func (f *Fixture) FindLate(ctx context.Context, r state.Record, m Maker) (string, error) {
	id, err := m.Find(ctx, r)
	if err == nil && id == "" {
		err = f.Wait(ctx, Waiting{
			For:     fmt.Sprintf("%s %s, which a create that had no answer may still make", r.Kind, r.Name),
			Timeout: min(f.Lateness()-time.Since(r.Asked), f.Lateness()),
			Poll: func(ctx context.Context) (string, bool, error) {
				var err error
				id, err = m.Find(ctx, r)
				return "not there", id != "", err
			},
			OnTimeout: func(string) error { return nil },
		})
	}
	if err != nil {
		return "", fmt.Errorf("look for %s %s: %w", r.Kind, r.Name, err)
	}
	return id, nil
}

// unmade writes down how a create call failed: with an answer that nothing was made, or so that it may still take effect.
func (f *Fixture) unmade(r state.Record, err error) error {
	if NothingDone(err) {
		return Join(err, f.Journal.Refused(r.Key))
	}
	return Join(err, f.Journal.Intend(r))
}

// NothingDone reports whether a call that failed certainly had no effect: it was refused, or never came to the service. 503 is what
// a proxy answers that reaches no service; one that was cut off from it half way answers 502 or 504.
func NothingDone(err error) bool {
	if response, ok := Response(err); ok {
		switch response.Actual {
		case http.StatusRequestTimeout:
			return false
		case http.StatusNotImplemented, http.StatusServiceUnavailable:
			return true
		}
		return response.Actual >= 400 && response.Actual < 500
	}
	var network *net.OpError
	return errors.As(err, &network) && network.Op == "dial"
}
