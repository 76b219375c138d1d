package guest

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Baseline is what makes a guest recognisable: taken at create, compared at verify.
// What the guest could not tell (a guest that is no Linux has no boot id) is empty.
type Baseline struct {
	// TakenAt is our clock, not the guest's.
	TakenAt time.Time `json:"taken_at"`
	HostKey HostKey   `json:"host_key"`
	// HostName is the guest's own name, as `hostname` prints it.
	HostName string `json:"host_name"`
	// BootID is /proc/sys/kernel/random/boot_id: another one after every boot, the
	// same after suspend and resume or a live migration.
	BootID string `json:"boot_id"`
	// StartedAt is TakenAt less the guest's uptime. A suspended guest's uptime stands
	// still, so it can come later without a reboot.
	StartedAt time.Time `json:"started_at"`
	// Kernel is the kernel's name, release and machine.
	Kernel string `json:"kernel"`
}

// Uptime is how long the guest had been running when the baseline was taken; 0 if it
// could not tell.
func (b Baseline) Uptime() time.Duration {
	if b.StartedAt.IsZero() {
		return 0
	}
	return b.TakenAt.Sub(b.StartedAt)
}

// baselineCommand asks for everything in one session. The words mark our lines among
// what a login script may print; a missing program leaves its line empty. It stays
// within what the oldest busybox ash runs.
const baselineCommand = `echo "baseline host_name $(hostname 2>/dev/null || uname -n)"; ` +
	`echo "baseline boot_id $(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"; ` +
	`echo "baseline uptime $(cat /proc/uptime 2>/dev/null)"; ` +
	`echo "baseline kernel $(uname -srm)"`

// Baseline reads the guest's baseline in one SSH session. Errors are those of Run, and
// an answer that is none of ours (a restricted shell, for instance).
func (c *Client) Baseline(ctx context.Context) (Baseline, error) {
	out, err := c.Run(ctx, baselineCommand)
	if err != nil {
		return Baseline{}, err
	}
	b := Baseline{HostKey: c.hostKey, TakenAt: c.now().UTC().Truncate(time.Millisecond)}
	known := false
	for line := range strings.Lines(out.Stdout) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if word != "baseline" {
			continue
		}
		name, value, _ := strings.Cut(rest, " ")
		value = readable(value)
		switch name {
		case "host_name":
			b.HostName = value
		case "boot_id":
			b.BootID = value
		case "uptime":
			b.StartedAt = startOf(b.TakenAt, value)
		case "kernel":
			b.Kernel = value
		default:
			continue
		}
		known = true
	}
	if !known {
		return Baseline{}, fmt.Errorf("read the baseline of %s: the guest's shell answered %q instead",
			c.target.Address, readable(shorten(out.Stdout+out.Stderr)))
	}
	return b, nil
}

// startOf subtracts the first number of /proc/uptime, seconds with two decimals.
func startOf(now time.Time, uptime string) time.Time {
	first, _, _ := strings.Cut(uptime, " ")
	seconds, err := strconv.ParseFloat(first, 64)
	if err != nil || seconds < 0 {
		return time.Time{}
	}
	return now.Add(-time.Duration(seconds * float64(time.Second))).Truncate(time.Millisecond)
}
