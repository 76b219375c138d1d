package guest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// programPinger runs the system's ping, which usually is privileged by itself.
type programPinger struct{ name string }

// What iputils, busybox and inetutils print at the end, and when they may not send.
var (
	pingReceived = regexp.MustCompile(`(\d+) (?:packets )?received`)
	pingFastest  = regexp.MustCompile(`(?:rtt|round-trip).*= *([0-9.]+)/`)
	pingRefused  = regexp.MustCompile(`(?i)not permitted|permission denied|are you root`)
)

func (p programPinger) means() string { return p.name + " program" }

func (p programPinger) round(ctx context.Context, addr *net.IPAddr, opts PingOptions) (PingResult, error) {
	path, err := exec.LookPath(p.name)
	if err != nil {
		return PingResult{}, fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	args := []string{
		"-n", "-c", strconv.Itoa(opts.Count), "-s", strconv.Itoa(opts.Size),
		"-W", strconv.Itoa(int(math.Ceil(opts.Wait.Seconds()))),
	}
	if !isIPv4(addr) {
		args = append(args, "-6")
	}
	// It sends once a second; one that does not end by itself is ended.
	ctx, cancel := context.WithTimeout(ctx, time.Duration(opts.Count)*time.Second+opts.Wait+time.Second)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, path, append(args, addr.String())...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	if err != nil && pingRefused.Match(stderr.Bytes()) {
		return PingResult{}, fmt.Errorf("%w: %s", errors.ErrUnsupported, oneLine(stderr.String()))
	}

	result := PingResult{Sent: opts.Count}
	if found := pingReceived.FindSubmatch(stdout.Bytes()); found != nil {
		result.Received, _ = strconv.Atoi(string(found[1])) // digits by the expression
	}
	if found := pingFastest.FindSubmatch(stdout.Bytes()); found != nil {
		result.RTT, _ = time.ParseDuration(string(found[1]) + "ms")
	}
	if result.Received == 0 && stderr.Len() > 0 {
		return result, errors.New(oneLine(stderr.String()))
	}
	return result, nil
}
