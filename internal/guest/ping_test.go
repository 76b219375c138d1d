package guest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// fakePinger answers after some rounds, or says what it was told to.
type fakePinger struct {
	name    string
	answers int // the round that is answered; 0: never
	err     error
	rounds  *int
}

func (p fakePinger) means() string { return p.name }

func (p fakePinger) round(_ context.Context, _ *net.IPAddr, opts PingOptions) (PingResult, error) {
	*p.rounds++
	result := PingResult{Sent: opts.Count}
	if *p.rounds == p.answers {
		result.Received = 1
	}
	return result, p.err
}

func TestPingRounds(t *testing.T) {
	missing := fmt.Errorf("%w: not permitted", errors.ErrUnsupported)
	tests := []struct {
		name   string
		ways   func(rounds *int) []pinger
		means  string
		rounds int
		fails  string
	}{
		{"answered at once", func(n *int) []pinger { return []pinger{fakePinger{"a", 1, nil, n}} }, "a", 1, ""},
		{"answered later", func(n *int) []pinger { return []pinger{fakePinger{"a", 3, nil, n}} }, "a", 3, ""},
		{"the second way is asked and kept", func(n *int) []pinger {
			return []pinger{fakePinger{"a", 0, missing, new(int)}, fakePinger{"b", 2, nil, n}}
		}, "b", 2, ""},
		{"no way", func(n *int) []pinger { return []pinger{fakePinger{"a", 0, missing, n}} }, "", 1, "no way to send ICMP"},
		{"unreachable", func(n *int) []pinger { return []pinger{fakePinger{"a", 0, errors.New("no route to host"), n}} }, "a", 0, "no reply to"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rounds := 0
			timeout := 60 * time.Millisecond
			if test.fails == "" { // a busy machine may take its time
				timeout = 10 * time.Second
			}
			opts := PingOptions{Count: 2, Timeout: timeout, Wait: 10 * time.Millisecond}.withDefaults()
			result, err := ping(t.Context(), "127.0.0.1", opts, test.ways(&rounds))
			if result.Means != test.means || test.rounds != 0 && rounds != test.rounds {
				t.Errorf("%d rounds by %q", rounds, result.Means)
			}
			if test.fails == "" {
				if err != nil || result.Sent != 2 || result.Received != 1 {
					t.Errorf("ping = %+v, %v", result, err)
				}
				return
			}
			if err == nil || !strings.HasPrefix(err.Error(), "ping 127.0.0.1: "+test.fails) {
				t.Errorf("error %v", err)
			}
			var none *PingError
			if errors.As(err, &none) && (none.Sent != 2*rounds || !strings.HasSuffix(err.Error(), ": no route to host") || rounds > 6) {
				t.Errorf("%d rounds: %v", rounds, err)
			}
			if errors.Is(err, ErrPingUnavailable) == errors.As(err, &none) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestPingCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(20*time.Millisecond, func() { cancel(errors.New("interrupted")) })
	_, err := ping(ctx, "127.0.0.1", PingOptions{}.withDefaults(), []pinger{fakePinger{"a", 0, nil, new(int)}})
	if err == nil || err.Error() != "ping 127.0.0.1: interrupted" {
		t.Errorf("error %v", err)
	}
}

// The loopback answers, by every way that this machine has.
func TestPingLoopback(t *testing.T) {
	for _, way := range []pinger{datagramPinger{}, rawPinger{}, programPinger{"ping"}} {
		for _, address := range []string{"127.0.0.1", "127.1.2.3", "::1"} {
			t.Run(way.means()+" "+address, func(t *testing.T) {
				opts := PingOptions{Count: 1, Size: 57, Timeout: 3 * time.Second}
				result, err := ping(t.Context(), address, opts.withDefaults(), []pinger{way})
				if errors.Is(err, ErrPingUnavailable) {
					t.Skip("not possible on this machine")
				}
				if err != nil && strings.Contains(address, ":") && outcomeOf(err) == NoRoute {
					t.Skip("no IPv6 on this machine")
				}
				if err != nil || result.Received != 1 || result.RTT <= 0 || result.RTT > time.Second {
					t.Errorf("ping = %+v, %v", result, err)
				}
			})
		}
	}
}

func TestPingProgram(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in is a shell script")
	}
	tests := []struct {
		name, script string
		want         PingResult
		err          string
	}{
		{
			"iputils", `echo "3 packets transmitted, 2 received, 33.3333% packet loss, time 2003ms"; echo "rtt min/avg/max/mdev = 0.412/0.502/0.611/0.080 ms"`,
			PingResult{Sent: 3, Received: 2, RTT: 412 * time.Microsecond}, "",
		},
		{
			"busybox", `echo "3 packets transmitted, 3 packets received, 0% packet loss"; echo "round-trip min/avg/max = 0.070/0.083/0.090 ms"`,
			PingResult{Sent: 3, Received: 3, RTT: 70 * time.Microsecond}, "",
		},
		{"no answer", `echo "3 packets transmitted, 0 received, 100% packet loss, time 2041ms"; exit 1`, PingResult{Sent: 3}, ""},
		{"unreachable", `echo "ping: connect: Network is unreachable" >&2; exit 2`, PingResult{Sent: 3}, "ping: connect: Network is unreachable"},
		{"iputils without permission", `echo "ping: socket: Operation not permitted" >&2; exit 2`, PingResult{}, "unsupported operation"},
		{"busybox without permission", `echo "ping: permission denied (are you root?)" >&2; exit 1`, PingResult{}, "unsupported operation"},
		{"arguments", `test "$*" = "-n -c 3 -s 56 -W 2 -6 fe80::1%lo" && test $LC_ALL = C && echo "3 received"`, PingResult{Sent: 3, Received: 3}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), "ping")
			if err := os.WriteFile(program, []byte("#!/bin/sh\n"+test.script+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			opts := PingOptions{Count: 3, Wait: 1500 * time.Millisecond}.withDefaults()
			got, err := programPinger{program}.round(t.Context(), &net.IPAddr{IP: net.ParseIP("fe80::1"), Zone: "lo"}, opts)
			if got != test.want {
				t.Errorf("round = %+v, want %+v", got, test.want)
			}
			if (err == nil) != (test.err == "") || err != nil && !strings.HasPrefix(err.Error(), test.err) {
				t.Errorf("error %v, want %s", err, test.err)
			}
		})
	}
	if _, err := (programPinger{"no-such-ping"}).round(t.Context(), &net.IPAddr{}, PingOptions{}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("without the program: %v", err)
	}
}

// answers is a connection on which an echo request brings the given messages.
type answers struct {
	net.Conn
	queue func(request []byte) [][]byte
	left  [][]byte
}

func (a *answers) Write(p []byte) (int, error) { a.left = a.queue(p); return len(p), nil }

func (a *answers) Read(p []byte) (int, error) {
	if len(a.left) == 0 {
		return 0, os.ErrDeadlineExceeded
	}
	n := copy(p, a.left[0])
	a.left = a.left[1:]
	return n, nil
}

func (a *answers) SetReadDeadline(time.Time) error { return nil }
func (a *answers) Close() error                    { return nil }

func TestEchoTakesOnlyItsOwnAnswer(t *testing.T) {
	reply := func(request []byte, change func([]byte)) []byte {
		r := append([]byte(nil), request...)
		r[0], r[4] = echoReply4, r[4]^0xff // the kernel may have written another identifier
		change(r)
		return r
	}
	tests := []struct {
		name   string
		change func([]byte)
		want   int
	}{
		{"ours", func([]byte) {}, 1},
		{"our request on the loopback", func(r []byte) { r[0] = echoRequest4 }, 0},
		{"another's payload", func(r []byte) { r[len(r)-1] ^= 1 }, 0},
		{"an earlier request", func(r []byte) { r[7]-- }, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			conn := &answers{queue: func(request []byte) [][]byte {
				if sum := checksum(request); sum != 0 {
					t.Errorf("checksum over the request is %#x", sum)
				}
				return [][]byte{{3}, reply(request, test.change)}
			}}
			got, err := echo(t.Context(), conn, true, PingOptions{Count: 1, Size: 33})
			if err != nil || got.Received != test.want || got.Sent != 1 {
				t.Errorf("echo = %+v, %v", got, err)
			}
		})
	}
}
