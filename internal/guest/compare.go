package guest

import (
	"fmt"
	"time"
)

// Comparison is what Compare found.
type Comparison struct {
	// Differences are sentences, one for each thing that changed; none means that
	// everything that was recorded is as it was.
	Differences []string
	// NotRecorded are the things that could not be compared because the recorded
	// baseline lacks them. They are not known to be unchanged.
	NotRecorded []string
}

// Compare holds a guest against its recorded baseline.
func Compare(recorded, now Baseline) Comparison {
	var c Comparison
	c.add("host key", recorded.HostKey.IsZero(), recorded.HostKey != now.HostKey, func() string {
		return fmt.Sprintf("host key changed: recorded %s, now %s", recorded.HostKey.describe(), now.HostKey.describe())
	})
	c.add("host name", recorded.HostName == "", recorded.HostName != now.HostName, func() string {
		return fmt.Sprintf("host name changed: recorded %q, now %q", recorded.HostName, now.HostName)
	})
	c.add("boot id", recorded.BootID == "", recorded.BootID != now.BootID, func() string {
		if now.BootID == "" {
			return fmt.Sprintf("boot id %s was recorded, but the guest tells none any more", recorded.BootID)
		}
		return fmt.Sprintf("boot id changed: the guest was rebooted (up since %s, recorded up since %s; boot id recorded %s, now %s)",
			moment(now.StartedAt), moment(recorded.StartedAt), recorded.BootID, now.BootID)
	})
	c.add("kernel", recorded.Kernel == "", recorded.Kernel != now.Kernel, func() string {
		return fmt.Sprintf("kernel changed: recorded %q, now %q", recorded.Kernel, now.Kernel)
	})
	if recorded.BootID == "" && !recorded.StartedAt.IsZero() {
		c.compareUptime(recorded, now)
	}
	return c
}

// unsteady is how far the times of two clocks and of two looks at an uptime lie apart without a reason in the guest.
const unsteady = time.Minute

// compareUptime looks for a reboot where there is no boot id to tell. Only an uptime that went back proves one; one that lacks
// some of the time since then is also what a suspend leaves.
func (c *Comparison) compareUptime(recorded, now Baseline) {
	switch {
	case now.StartedAt.IsZero():
		c.Differences = append(c.Differences, "an uptime was recorded, but the guest tells none any more")
	case now.Uptime() < recorded.Uptime():
		c.Differences = append(c.Differences, fmt.Sprintf("uptime went back: the guest was rebooted (up since %s, recorded up since %s)",
			moment(now.StartedAt), moment(recorded.StartedAt)))
	case now.StartedAt.Sub(recorded.StartedAt) > unsteady:
		c.NotRecorded = append(c.NotRecorded, fmt.Sprintf("whether it was suspended or rebooted (it seems up since %s, recorded up since %s)",
			moment(now.StartedAt), moment(recorded.StartedAt)))
	}
}

func (c *Comparison) add(what string, unknown, changed bool, sentence func() string) {
	switch {
	case unknown:
		c.NotRecorded = append(c.NotRecorded, what)
	case changed:
		c.Differences = append(c.Differences, sentence())
	}
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}
