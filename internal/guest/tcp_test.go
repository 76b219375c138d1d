package guest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestTCPConnect(t *testing.T) {
	server := serve(t, serverOptions{})
	if took, err := TCPConnect(t.Context(), server.address, server.port, 0); err != nil || took <= 0 {
		t.Errorf("TCPConnect = %s, %v", took, err)
	}

	_, err := TCPConnect(t.Context(), "127.0.0.1", closedPort(t), time.Second)
	var failed *TCPError
	text := regexp.MustCompile(`^connect to 127\.0\.0\.1:\d+: refused after \S+s: dial tcp \S+: connect: connection refused$`)
	if !errors.As(err, &failed) || failed.Outcome != Refused || !text.MatchString(err.Error()) {
		t.Errorf("closed port: %v", err)
	}

	late, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	if _, err = TCPConnect(late, "127.0.0.1", server.port, time.Second); !errors.As(err, &failed) || failed.Outcome != TimedOut {
		t.Errorf("too late: %v", err)
	}

	cancelled, stop := context.WithCancelCause(t.Context())
	stop(errors.New("interrupted"))
	if _, err = TCPConnect(cancelled, "127.0.0.1", server.port, time.Second); err == nil || !strings.HasSuffix(err.Error(), ": interrupted") {
		t.Errorf("cancelled: %v", err)
	}
}

func TestOutcomeOf(t *testing.T) {
	tests := []struct {
		err  error
		want Outcome
	}{
		{syscall.ECONNREFUSED, Refused},
		{syscall.ECONNRESET, Reset},
		{syscall.EHOSTUNREACH, NoRoute},
		{syscall.ENETUNREACH, NoRoute},
		{syscall.ETIMEDOUT, TimedOut},
		{os.ErrDeadlineExceeded, TimedOut},
		{context.DeadlineExceeded, TimedOut},
		{&net.DNSError{IsTimeout: true}, TimedOut},
		{&net.DNSError{IsNotFound: true}, Failed},
		{syscall.EMFILE, Failed},
	}
	for _, test := range tests {
		wrapped := fmt.Errorf("dial: %w", &net.OpError{Op: "dial", Err: test.err})
		if got := outcomeOf(wrapped); got != test.want {
			t.Errorf("outcome of %v is %q, want %q", test.err, got, test.want)
		}
	}
}
