package guest

import (
	"bytes"
	"flag"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"
)

var update = flag.Bool("update", false, "write the golden files")

func TestDiagnose(t *testing.T) {
	pair, other := newKey(t, ECDSA), newKey(t, ECDSA)
	hostKey, otherHost := newHostKey(t, ssh.KeyAlgoED25519), newHostKey(t, ssh.KeyAlgoED25519)
	guest := func(channel ssh.Channel, _ string) uint32 {
		io.WriteString(channel, "baseline host_name server-1\nbaseline kernel Linux 5.15 x86_64\n")
		return 0
	}
	silent := func(conn net.Conn) bool { readAll(conn); return true }
	tests := []struct {
		name   string
		server serverOptions
		change func(*Target)
	}{
		{"well", serverOptions{key: pair.PublicKey, exec: guest}, func(*Target) {}},
		{"recorded-host-key", serverOptions{key: pair.PublicKey, exec: guest}, func(target *Target) {
			target.HostKey = hostKeyOf(hostKey.PublicKey())
		}},
		{"no-pipefail", serverOptions{key: pair.PublicKey, exec: func(channel ssh.Channel, _ string) uint32 {
			io.WriteString(channel.Stderr(), "sh: illegal option -o pipefail\xff\n")
			return 2
		}}, func(*Target) {}},
		{"key-refused", serverOptions{key: other.PublicKey, password: "do-not-show"}, func(*Target) {}},
		{"password-refused", serverOptions{password: "another"}, func(target *Target) { target.PrivateKey = "" }},
		{"key-unreadable", serverOptions{key: pair.PublicKey}, func(target *Target) { target.PrivateKey = "do-not-show" }},
		{"host-key-changed", serverOptions{key: pair.PublicKey}, func(target *Target) {
			target.HostKey = hostKeyOf(otherHost.PublicKey())
		}},
		{"silent", serverOptions{conn: silent}, func(*Target) {}},
		{"closes", serverOptions{conn: func(net.Conn) bool { return true }}, func(*Target) {}},
		{"another-protocol", serverOptions{conn: func(conn net.Conn) bool {
			conn.Write([]byte("+OK \xe9 POP3\r\n"))
			return true
		}}, func(*Target) {}},
		{"no-key-exchange", serverOptions{conn: func(conn net.Conn) bool {
			conn.Write([]byte("SSH-2.0-dropbear_2012.55\r\n"))
			return silent(conn)
		}}, func(*Target) {}},
		{"refused", serverOptions{}, func(target *Target) { target.Port = closedPort(t) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.server.hostKeys == nil {
				test.server.hostKeys = []ssh.Signer{hostKey}
			}
			target := serve(t, test.server).target()
			target.Password, target.PrivateKey, target.Prologue = "do-not-show", pair.PrivateKey, DefaultPrologue
			test.change(&target)
			opts := DiagnoseOptions{}
			if test.server.conn != nil { // what never answers need not take long
				opts.StepTimeout = 250 * time.Millisecond
			}
			got := Diagnose(t.Context(), target, opts)
			if !utf8.ValidString(got) || strings.Contains(got, "do-not-show") || strings.Contains(got, "PRIVATE") {
				t.Errorf("not fit for an attachment: %q", got)
			}
			golden(t, filepath.Join("testdata", "diagnose", test.name+".golden"), stable(got))
		})
	}
}

// stable replaces what differs from run to run and from machine to machine.
func stable(text string) string {
	for _, r := range []struct{ from, to string }{
		{`127\.0\.0\.1:\d+(->127\.0\.0\.1:\d+)?`, "127.0.0.1:PORT"},
		{`(?m)^ping: .*$`, "ping: PING"},
		{`through \S+`, "through LOOPBACK"},
		{`connected in \S+`, "connected in TIME"},
		{`SHA256:\S{43}`, "SHA256:FINGERPRINT"},
		{`MD5:[0-9a-f:]{47}`, "MD5:FINGERPRINT"},
	} {
		text = regexp.MustCompile(r.from).ReplaceAllString(text, r.to)
	}
	return text
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))) {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

// An address that swallows everything must not hold a diagnosis up.
func TestDiagnoseIsBounded(t *testing.T) {
	server := serve(t, serverOptions{conn: func(conn net.Conn) bool { readAll(conn); return true }})
	target := server.target()
	target.Password = "x"
	start := time.Now()
	got := Diagnose(t.Context(), target, DiagnoseOptions{Timeout: 150 * time.Millisecond, StepTimeout: time.Minute})
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
	if !strings.Contains(got, "the time for the diagnosis is over") {
		t.Errorf("got:\n%s", got)
	}
}

func TestARPEntry(t *testing.T) {
	const table = `IP address       HW type     Flags       HW address            Mask     Device
10.0.0.1         0x1         0x2         fa:16:3e:00:00:01     *        br-ex
10.0.0.3         0x1         0x0         00:00:00:00:00:00     *        br-ex
`
	for address, want := range map[string]string{
		"10.0.0.1": "fa:16:3e:00:00:01 on br-ex",
		"10.0.0.3": "nobody answers ARP for it on br-ex",
		"10.0.0":   "",
		"IP":       "",
	} {
		if got := arpEntry(strings.NewReader(table), address); got != want {
			t.Errorf("entry of %s is %q, want %q", address, got, want)
		}
	}
}
