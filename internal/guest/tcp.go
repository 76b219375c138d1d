package guest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
	"time"
)

// Outcome says how a TCP connect ended.
type Outcome string

// The ways a TCP connect fails. They tell different stories: a refusal comes from the
// guest (nothing listens yet), a timeout from a packet that got lost on its way
// (security group, floating IP, a guest without network), no route from our side or a
// router, a reset from something that stands in between.
const (
	Refused  Outcome = "refused"
	TimedOut Outcome = "timed out"
	NoRoute  Outcome = "no route"
	Reset    Outcome = "reset"
	Failed   Outcome = "failed" // anything else, for instance an unknown name
)

// TCPError is a failed TCP connect.
type TCPError struct {
	Address string // host:port
	Outcome Outcome
	Elapsed time.Duration
	Err     error
}

func (e *TCPError) Error() string {
	return fmt.Sprintf("connect to %s: %s after %s: %s", e.Address, e.Outcome, round(e.Elapsed), oneLine(e.Err.Error()))
}

// Unwrap is the operating system's error.
func (e *TCPError) Unwrap() error { return e.Err }

// TCPConnect opens and closes one TCP connection and tells how long the opening took.
// A timeout of 0 means Tempest's connect_timeout of 60 s. The error is a *TCPError, or
// wraps the cause of a ctx that was cancelled.
func TCPConnect(ctx context.Context, address string, port int, timeout time.Duration) (time.Duration, error) {
	if timeout <= 0 {
		timeout = defaultConnectTimeout
	}
	hostPort := net.JoinHostPort(address, strconv.Itoa(port))
	dialer := net.Dialer{Timeout: timeout}
	start := time.Now()
	conn, err := dialer.DialContext(ctx, "tcp", hostPort)
	elapsed := time.Since(start)
	if err == nil {
		conn.Close()
		return elapsed, nil
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return elapsed, fmt.Errorf("connect to %s: %w", hostPort, context.Cause(ctx))
	}
	return elapsed, &TCPError{Address: hostPort, Outcome: outcomeOf(err), Elapsed: elapsed, Err: err}
}

func outcomeOf(err error) Outcome {
	var network net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.ECONNABORTED), errors.Is(err, syscall.EPIPE):
		return Reset
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return NoRoute
	case errors.Is(err, syscall.ETIMEDOUT), errors.Is(err, os.ErrDeadlineExceeded),
		errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return TimedOut
	default:
		return Failed
	}
}

// round makes a duration fit for a sentence.
func round(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Second:
		return d.Round(time.Second)
	case d > 10*time.Millisecond:
		return d.Round(time.Millisecond)
	default:
		return d.Round(10 * time.Microsecond)
	}
}
