package guest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// ErrPingUnavailable says that this machine lets us send no ICMP at all: neither by a
// datagram socket (net.ipv4.ping_group_range) nor by a raw one (CAP_NET_RAW), and
// there is no ping program. It says nothing about the guest.
var ErrPingUnavailable = errors.New("no way to send ICMP echo requests on this machine")

// PingOptions are Tempest's [validation] options for ping.
type PingOptions struct {
	// Count is ping_count, the echo requests of one round; 0 means 1.
	Count int
	// Size is ping_size, the payload in bytes; 0 means 56.
	Size int
	// Timeout is ping_timeout, the whole time allowed; 0 means 120 s. Rounds are
	// repeated until one request of a round is answered.
	Timeout time.Duration
	// Wait is how long an answer is waited for; 0 means 1 s, as Tempest's ping -w1.
	Wait time.Duration
}

func (o PingOptions) withDefaults() PingOptions {
	if o.Count <= 0 {
		o.Count = 1
	}
	if o.Size <= 0 {
		o.Size = 56
	}
	if o.Timeout <= 0 {
		o.Timeout = 120 * time.Second
	}
	if o.Wait <= 0 {
		o.Wait = time.Second
	}
	return o
}

// PingResult is the last round of echo requests.
type PingResult struct {
	Sent, Received int
	// RTT is the shortest round trip; 0 if the way used cannot tell.
	RTT time.Duration
	// Means is how the requests were sent.
	Means string
}

// PingError says that no echo request was answered in time.
type PingError struct {
	Address string
	Sent    int
	Elapsed time.Duration
	// Err is what the network said instead, for instance host unreachable; nil if it
	// said nothing.
	Err error
}

func (e *PingError) Error() string {
	text := fmt.Sprintf("ping %s: no reply to %d echo requests within %s", e.Address, e.Sent, round(e.Elapsed))
	if e.Err != nil {
		text += ": " + oneLine(e.Err.Error())
	}
	return text
}

// Unwrap is what the network said.
func (e *PingError) Unwrap() error { return e.Err }

// pinger sends one round of echo requests, one after the other. Errors that mean that
// this way does not exist here are errors.ErrUnsupported.
type pinger interface {
	means() string
	round(ctx context.Context, addr *net.IPAddr, opts PingOptions) (PingResult, error)
}

// Ping sends ICMP echo requests to an IPv4 or IPv6 address (or name) until one is
// answered. It needs no privilege where net.ipv4.ping_group_range allows it, and falls
// back to a raw socket and then to the system's ping program. Errors are a *PingError,
// ErrPingUnavailable, a name that does not resolve, or the cause of a cancelled ctx.
func Ping(ctx context.Context, address string, opts PingOptions) (PingResult, error) {
	return ping(ctx, address, opts.withDefaults(), []pinger{datagramPinger{}, rawPinger{}, programPinger{name: "ping"}})
}

func ping(ctx context.Context, address string, opts PingOptions, ways []pinger) (PingResult, error) {
	limited, cancel := context.WithTimeout(ctx, opts.Timeout)
	defer cancel()
	addrs, err := net.DefaultResolver.LookupIPAddr(limited, address)
	if err != nil {
		return PingResult{}, fmt.Errorf("ping %s: %w", address, err)
	}
	addr := &addrs[0]

	start, sent := time.Now(), 0
	for {
		roundStart := time.Now()
		var result PingResult
		result, ways, err = firstWay(limited, addr, opts, ways)
		if errors.Is(err, ErrPingUnavailable) {
			return result, fmt.Errorf("ping %s: %w", address, err)
		}
		sent += result.Sent
		if result.Received > 0 {
			return result, nil
		}
		// A round that was refused at once must not become a flood.
		over := sleep(limited, opts.Wait-time.Since(roundStart))
		if errors.Is(ctx.Err(), context.Canceled) {
			return result, fmt.Errorf("ping %s: %w", address, context.Cause(ctx))
		}
		if over != nil || limited.Err() != nil {
			return result, &PingError{Address: address, Sent: sent, Elapsed: time.Since(start), Err: err}
		}
	}
}

// firstWay sends a round by the first way that exists here, and returns the ways from
// that one on.
func firstWay(ctx context.Context, addr *net.IPAddr, opts PingOptions, ways []pinger) (PingResult, []pinger, error) {
	for i, way := range ways {
		result, err := way.round(ctx, addr, opts)
		if errors.Is(err, errors.ErrUnsupported) {
			continue
		}
		result.Means = way.means()
		return result, ways[i:], err
	}
	return PingResult{}, nil, ErrPingUnavailable
}
