package guest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// DiagnoseOptions bound a diagnosis.
type DiagnoseOptions struct {
	// Timeout is for the whole diagnosis; 0 means 20 s.
	Timeout time.Duration
	// StepTimeout is for each layer; 0 means 5 s.
	StepTimeout time.Duration
}

func (o DiagnoseOptions) withDefaults() DiagnoseOptions {
	if o.Timeout <= 0 {
		o.Timeout = 20 * time.Second
	}
	if o.StepTimeout <= 0 {
		o.StepTimeout = 5 * time.Second
	}
	return o
}

// Diagnose tells, layer by layer, what answers at the target now: route, neighbour,
// ping, TCP, SSH banner, host key, authentication, one command. It asks the network
// alone, no API, takes no longer than the options allow and shows no secret. The text
// is valid UTF-8, one line a layer, fit for an attachment. Where ctx may be what ended
// the attempt before, pass context.WithoutCancel of it.
func Diagnose(ctx context.Context, target Target, opts DiagnoseOptions) string {
	opts = opts.withDefaults()
	target = target.withDefaults()
	target.ConnectTimeout = min(target.ConnectTimeout, opts.StepTimeout)
	target.Timeout = opts.StepTimeout
	ctx, cancel := context.WithTimeoutCause(ctx, opts.Timeout, errors.New("the time for the diagnosis is over"))
	defer cancel()

	d := &diagnosis{target: target}
	d.line("target", "%s", target)
	d.route(ctx)
	// At the same time, so that a guest that answers no ping leaves time for the rest.
	pinged := make(chan string, 1)
	go func() { pinged <- pingForDiagnosis(ctx, target.Address, opts.StepTimeout) }()
	above := &diagnosis{target: target}
	above.ssh(ctx)
	d.line("ping", "%s", <-pinged)
	d.neighbour() // now that the kernel had reason to ask for it
	return readable(d.text.String() + above.text.String())
}

// diagnosis collects the lines.
type diagnosis struct {
	target Target
	text   strings.Builder
}

func (d *diagnosis) line(what, format string, args ...any) {
	fmt.Fprintf(&d.text, "%s: %s\n", what, oneLine(fmt.Sprintf(format, args...)))
}

// route asks the kernel which way it would take; connecting UDP sends nothing.
func (d *diagnosis) route(ctx context.Context) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "udp", d.target.hostPort())
	if err != nil {
		d.line("route", "none: %v", err)
		return
	}
	defer conn.Close()
	local, _ := conn.LocalAddr().(*net.UDPAddr)
	if local == nil {
		return
	}
	d.line("route", "from %s%s", local.IP, throughLink(local.IP))
}

// throughLink names the interface that has the address.
func throughLink(ip net.IP) string {
	links, err := net.Interfaces()
	if err != nil {
		return ""
	}
	for _, link := range links {
		addrs, err := link.Addrs()
		if err != nil {
			continue
		}
		for _, addr := range addrs {
			if n, ok := addr.(*net.IPNet); ok && n.IP.Equal(ip) {
				return " through " + link.Name
			}
		}
	}
	return ""
}

func pingForDiagnosis(ctx context.Context, address string, timeout time.Duration) string {
	const requests = 3
	result, err := Ping(ctx, address, PingOptions{Count: requests, Timeout: min(timeout, requests*time.Second)})
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d of %d answered, fastest %s (%s)", result.Received, result.Sent, round(result.RTT), result.Means)
}

// ssh makes one attempt to log in and tells of each layer that it passed.
func (d *diagnosis) ssh(ctx context.Context) {
	auth, err := d.target.authMethods()
	if err != nil {
		d.line("credential", "%v", err)
	}
	client, seen, err := login(ctx, d.target, auth)
	if client != nil {
		defer client.Close()
	}
	reason := ""
	var failed *LoginError
	if errors.As(err, &failed) {
		reason = failed.reason()
	}
	if seen.local == nil {
		d.line("TCP", "%s: %s", outcomeOf(err), reason)
		return
	}
	d.line("TCP", "connected in %s", round(seen.connected))
	switch {
	case seen.banner != "":
	case seen.first != "":
		d.line("SSH banner", "none, but %q: %s", seen.first, reason)
		return
	default:
		d.line("SSH banner", "none (%s were allowed): %s", d.target.ConnectTimeout, reason)
		return
	}
	d.line("SSH banner", "%s", seen.banner)

	var changed *HostKeyChanged
	switch {
	case errors.As(err, &changed):
		d.line("host key", "changed: recorded %s, now %s", changed.Recorded.describe(), changed.Offered.describe())
		return
	case seen.offered.IsZero():
		d.line("host key", "none: %s", reason)
		return
	case d.target.HostKey.IsZero():
		d.line("host key", "%s (none was recorded)", seen.offered.describe())
	default:
		d.line("host key", "%s, as recorded", seen.offered.describe())
	}

	if err != nil {
		d.line("authentication", "as %s with %s: %s", d.target.User, d.credential(), reason)
		return
	}
	d.line("authentication", "as %s with %s: accepted", d.target.User, d.credential())
	d.command(ctx, &Client{ssh: client, target: d.target, hostKey: seen.offered, now: time.Now})
}

// command tries the shell, where a login that works still may fail.
func (d *diagnosis) command(ctx context.Context, client *Client) {
	b, err := client.Baseline(ctx)
	if err != nil {
		d.line("command", "%v", err)
		return
	}
	d.line("command", "host name %s, up since %s, kernel %s", b.HostName, moment(b.StartedAt), b.Kernel)
}

// credential names what is offered without showing it.
func (d *diagnosis) credential() string {
	if d.target.PrivateKey == "" {
		return "a password"
	}
	key, err := LoadKey(d.target.PrivateKey)
	if err != nil {
		return "an unreadable key"
	}
	kind, _, _ := strings.Cut(key.PublicKey, " ")
	return "key " + kind + " MD5:" + key.Fingerprint
}
