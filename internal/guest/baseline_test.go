package guest

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
)

var taken = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestBaseline(t *testing.T) {
	tests := []struct {
		name   string
		answer string
		want   Baseline
		fails  string
	}{
		{
			name: "linux",
			answer: "baseline host_name tempest-server-1\nbaseline boot_id 4a0c7c4e-26d2-4a3b-9d3e-6a7b4d1c9f00\n" +
				"baseline uptime 3600.50 7100.11\nbaseline kernel Linux 5.15.0-92-generic x86_64\n",
			want: Baseline{
				HostName: "tempest-server-1", BootID: "4a0c7c4e-26d2-4a3b-9d3e-6a7b4d1c9f00",
				StartedAt: taken.Add(-3600500 * time.Millisecond), Kernel: "Linux 5.15.0-92-generic x86_64",
			},
		},
		{
			name: "noise of a login script, carriage returns",
			answer: "Welcome!\nbaseline of nothing\r\nbaseline host_name a\r\nbaseline boot_id b\r\n" +
				"baseline uptime 0.01 0.00\r\nbaseline kernel Linux 3.2.0 i686\r\n",
			want: Baseline{HostName: "a", BootID: "b", StartedAt: taken.Add(-10 * time.Millisecond), Kernel: "Linux 3.2.0 i686"},
		},
		{
			name:   "no /proc",
			answer: "baseline host_name bsd\nbaseline boot_id \nbaseline uptime \nbaseline kernel FreeBSD 14.0 amd64\n",
			want:   Baseline{HostName: "bsd", Kernel: "FreeBSD 14.0 amd64"},
		},
		{name: "restricted shell", answer: "This account is \xffnot available.\n", fails: "answered \"This account is \uFFFDnot available.\\n\" instead"},
		{name: "nothing", fails: `answered "" instead`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			asked := 0
			client := connect(t, "set -eu;", time.Minute, func(channel ssh.Channel, line string) uint32 {
				asked++
				io.WriteString(channel, test.answer)
				return 0
			})
			client.now = func() time.Time { return taken }
			got, err := client.Baseline(t.Context())
			if test.fails != "" {
				if err == nil || !strings.Contains(err.Error(), test.fails) {
					t.Errorf("error %v, want %s", err, test.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			test.want.TakenAt, test.want.HostKey = taken, client.HostKey()
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if asked != 1 {
				t.Errorf("%d sessions", asked)
			}
			stored, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			var back Baseline
			if err := json.Unmarshal(stored, &back); err != nil || back != got {
				t.Errorf("from state: %+v, %v", back, err)
			}
		})
	}
}

func TestCompare(t *testing.T) {
	key, other := hostKeyOf(newHostKey(t, ssh.KeyAlgoED25519).PublicKey()), hostKeyOf(newHostKey(t, ssh.KeyAlgoECDSA256).PublicKey())
	recorded := Baseline{
		TakenAt: taken, HostKey: key, HostName: "server-1", BootID: "aaa",
		StartedAt: taken.Add(-time.Hour), Kernel: "Linux 5.15 x86_64",
	}
	later := func(change func(*Baseline)) Baseline {
		now := recorded
		now.TakenAt = taken.Add(24 * time.Hour)
		change(&now)
		return now
	}
	tests := []struct {
		name          string
		recorded, now Baseline
		want          Comparison
	}{
		{"the same", recorded, later(func(*Baseline) {}), Comparison{}},
		{"suspended for a while", recorded, later(func(b *Baseline) { b.StartedAt = taken }), Comparison{}},
		{"another host key", recorded, later(func(b *Baseline) { b.HostKey = other }), Comparison{Differences: []string{
			"host key changed: recorded ssh-ed25519 " + key.Fingerprint() + ", now ecdsa-sha2-nistp256 " + other.Fingerprint(),
		}}},
		{"rebooted", recorded, later(func(b *Baseline) { b.BootID, b.StartedAt = "bbb", taken.Add(23*time.Hour) }), Comparison{Differences: []string{
			"boot id changed: the guest was rebooted (up since 2026-03-02 11:00:00 UTC, recorded up since 2026-03-01 11:00:00 UTC; boot id recorded aaa, now bbb)",
		}}},
		{"rebuilt", recorded, later(func(b *Baseline) {
			b.HostName, b.BootID, b.StartedAt, b.Kernel = "server-2", "ccc", time.Time{}, "Linux 6.1 x86_64"
		}), Comparison{Differences: []string{
			`host name changed: recorded "server-1", now "server-2"`,
			"boot id changed: the guest was rebooted (up since an unknown time, recorded up since 2026-03-01 11:00:00 UTC; boot id recorded aaa, now ccc)",
			`kernel changed: recorded "Linux 5.15 x86_64", now "Linux 6.1 x86_64"`,
		}}},
		{"tells no boot id any more", recorded, later(func(b *Baseline) { b.BootID = "" }), Comparison{Differences: []string{
			"boot id aaa was recorded, but the guest tells none any more",
		}}},
		{"nothing recorded", Baseline{}, recorded, Comparison{NotRecorded: []string{"host key", "host name", "boot id", "kernel"}}},
		{
			"no boot id, uptime went on", Baseline{TakenAt: taken, StartedAt: taken.Add(-time.Hour)}, later(func(*Baseline) {}),
			Comparison{NotRecorded: []string{"host key", "host name", "boot id", "kernel"}},
		},
		{
			"no boot id, a part of the time is missing", Baseline{TakenAt: taken, StartedAt: taken.Add(-time.Hour)},
			later(func(b *Baseline) { b.StartedAt = b.TakenAt.Add(-3 * time.Hour) }),
			Comparison{NotRecorded: []string{
				"host key", "host name", "boot id", "kernel",
				"whether it was suspended or rebooted (it seems up since 2026-03-02 09:00:00 UTC, recorded up since 2026-03-01 11:00:00 UTC)",
			}},
		},
		{
			"no boot id, and no uptime any more", Baseline{TakenAt: taken, StartedAt: taken.Add(-time.Hour)},
			later(func(b *Baseline) { b.StartedAt = time.Time{} }),
			Comparison{
				Differences: []string{"an uptime was recorded, but the guest tells none any more"},
				NotRecorded: []string{"host key", "host name", "boot id", "kernel"},
			},
		},
		{
			"no boot id, uptime went back", Baseline{TakenAt: taken, StartedAt: taken.Add(-time.Hour)},
			later(func(b *Baseline) { b.StartedAt = b.TakenAt.Add(-time.Minute) }),
			Comparison{
				Differences: []string{"uptime went back: the guest was rebooted (up since 2026-03-02 11:59:00 UTC, recorded up since 2026-03-01 11:00:00 UTC)"},
				NotRecorded: []string{"host key", "host name", "boot id", "kernel"},
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Compare(test.recorded, test.now)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
