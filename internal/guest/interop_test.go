//go:build interop && unix

package guest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// sshd runs OpenSSH's server on the loopback until the test ends, as ourselves.
func sshd(t *testing.T, authorized string, options ...string) (Target, *os.Process) {
	t.Helper()
	program := tool(t, "sshd")
	dir := t.TempDir()
	if os.Getuid() == 0 { // where it wants to lock itself in
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	port := closedPort(t)
	config := append([]string{
		"ListenAddress 127.0.0.1", fmt.Sprintf("Port %d", port), "PidFile none", "UsePAM no", "StrictModes no",
		"PasswordAuthentication no", "PermitRootLogin yes", "AuthorizedKeysFile " + write(t, dir, "authorized_keys", authorized+"\n"),
	}, options...)
	if !strings.Contains(strings.Join(config, "\n"), "HostKey ") {
		config = append(config, "HostKey "+keygen(t, dir, "ed25519"))
	}
	var log bytes.Buffer
	cmd := exec.Command(program, "-D", "-e", "-f", write(t, dir, "sshd_config", strings.Join(config, "\n")+"\n"))
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGCONT)
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		if t.Failed() {
			t.Logf("sshd:\n%s", &log)
		}
	})
	for end := time.Now().Add(10 * time.Second); ; {
		if _, err := TCPConnect(t.Context(), "127.0.0.1", port, time.Second); err == nil {
			break
		} else if time.Now().After(end) {
			t.Fatalf("sshd does not listen: %v", err)
		}
		sleep(t.Context(), 20*time.Millisecond)
	}
	return Target{
		Address: "127.0.0.1", Port: port, User: me.Username, Prologue: DefaultPrologue,
		ConnectTimeout: 5 * time.Second, Timeout: 10 * time.Second,
	}, cmd.Process
}

func tool(t *testing.T, name string) string {
	t.Helper()
	for _, path := range []string{name, "/usr/sbin/" + name} {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	t.Skipf("%s is not installed", name)
	return ""
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// keygen makes a key with OpenSSH's own tool and returns its path.
func keygen(t *testing.T, dir, kind string, args ...string) string {
	t.Helper()
	path := filepath.Join(dir, "key-"+kind)
	run(t, tool(t, "ssh-keygen"), append([]string{"-q", "-N", "", "-C", "", "-t", kind, "-f", path}, args...)...)
	return path
}

func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", program, args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func dial(t *testing.T, target Target) *Client {
	t.Helper()
	client, err := Dial(t.Context(), target, Options{})
	if err != nil {
		t.Fatalf("%v (%v)\n%s", err, errors.Unwrap(err), Diagnose(t.Context(), target, DiagnoseOptions{}))
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func TestInteropOurKeys(t *testing.T) {
	for _, kind := range []KeyType{ECDSA, RSA} {
		t.Run(string(kind), func(t *testing.T) {
			pair := newKey(t, kind)
			private := write(t, t.TempDir(), "key", pair.PrivateKey)
			if public := run(t, tool(t, "ssh-keygen"), "-y", "-f", private); public != pair.PublicKey {
				t.Errorf("ssh-keygen reads %q, we wrote %q", public, pair.PublicKey)
			}
			if shown := run(t, tool(t, "ssh-keygen"), "-l", "-E", "md5", "-f", private); !strings.Contains(shown, "MD5:"+pair.Fingerprint) {
				t.Errorf("ssh-keygen shows %q, we %q", shown, pair.Fingerprint)
			}
			target, _ := sshd(t, pair.PublicKey)
			target.PrivateKey = pair.PrivateKey
			if out, err := dial(t, target).Run(t.Context(), "echo here | cat; echo there >&2"); err != nil || out != (Output{Stdout: "here\n", Stderr: "there\n"}) {
				t.Errorf("Run = %+v, %v", out, err)
			}
		})
	}
}

func TestInteropTheirKeys(t *testing.T) {
	tests := [][]string{
		{"ecdsa", "-b", "384", "-m", "PEM"}, {"ecdsa", "-b", "521", "-m", "PKCS8"}, {"ecdsa"},
		{"rsa", "-b", "2048", "-m", "PEM"}, {"rsa", "-m", "PKCS8"}, {"rsa"}, {"ed25519"},
	}
	for _, test := range tests {
		t.Run(strings.Join(test, " "), func(t *testing.T) {
			path := keygen(t, t.TempDir(), test[0], test[1:]...)
			target, _ := sshd(t, read(t, path+".pub"))
			target.PrivateKey = read(t, path)
			dial(t, target)
		})
	}
}

func TestInteropHostKeys(t *testing.T) {
	pair, dir := newKey(t, ECDSA), t.TempDir()
	keys, options := map[string]HostKey{}, []string{}
	for _, kind := range []string{"rsa", "ecdsa", "ed25519"} {
		path := keygen(t, dir, kind)
		options = append(options, "HostKey "+path)
		key, err := ParseHostKey(read(t, path+".pub"))
		if err != nil {
			t.Fatal(err)
		}
		if shown := run(t, tool(t, "ssh-keygen"), "-l", "-f", path); !strings.Contains(shown, key.Fingerprint()) {
			t.Errorf("ssh-keygen shows %q, we %q", shown, key.Fingerprint())
		}
		keys[kind] = key
	}
	target, _ := sshd(t, pair.PublicKey, options...)
	target.PrivateKey = pair.PrivateKey
	for kind, key := range keys {
		target.HostKey = key
		if got := dial(t, target).HostKey(); got != key {
			t.Errorf("recorded %s: %v", kind, got)
		}
	}

	t.Run("rebuilt", func(t *testing.T) {
		other, _ := sshd(t, pair.PublicKey, "HostKey "+keygen(t, t.TempDir(), "ecdsa"))
		other.PrivateKey = pair.PrivateKey
		for _, kind := range []string{"ecdsa", "rsa"} { // the same type, and one it lacks
			other.HostKey = keys[kind]
			var changed *HostKeyChanged
			if _, err := Dial(t.Context(), other, Options{}); !errors.As(err, &changed) || changed.Offered.Type != ssh.KeyAlgoECDSA256 {
				t.Errorf("recorded %s: %v", kind, err)
			}
		}
	})
	t.Run("of long ago", func(t *testing.T) {
		old, _ := sshd(t, pair.PublicKey, options[0], "HostKeyAlgorithms ssh-rsa",
			"KexAlgorithms diffie-hellman-group1-sha1", "Ciphers aes128-cbc", "MACs hmac-sha1")
		old.PrivateKey, old.HostKey = pair.PrivateKey, keys["rsa"]
		dial(t, old)
	})
}

func TestInteropShells(t *testing.T) {
	pair := newKey(t, ECDSA)
	tests := []struct {
		name, shell, prologue string
		refused               bool
	}{
		{"bash", "bash", DefaultPrologue, false},
		{"busybox ash", "busybox", DefaultPrologue, false},
		{"dash knows no pipefail", "dash", DefaultPrologue, true},
		{"dash with what it knows", "dash", "set -eu; PATH=$PATH:/sbin;", false},
		{"no prologue", "dash", "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			shell := tool(t, test.shell)
			if test.shell == "busybox" {
				shell += " ash"
			}
			target, _ := sshd(t, pair.PublicKey, fmt.Sprintf(`ForceCommand exec %s -c "$SSH_ORIGINAL_COMMAND"`, shell))
			target.PrivateKey, target.Prologue = pair.PrivateKey, test.prologue
			client := dial(t, target)
			b, err := client.Baseline(t.Context())
			var refused *PrologueRefused
			if errors.As(err, &refused) != test.refused || (err != nil) != test.refused {
				t.Fatalf("Baseline: %v", err)
			}
			if test.refused {
				if !strings.Contains(err.Error(), "validation.ssh_shell_prologue") || !strings.Contains(refused.Err.Stderr, "pipefail") {
					t.Errorf("text %s", err)
				}
				return
			}
			hostName, err := os.Hostname()
			if err != nil {
				t.Fatal(err)
			}
			var up float64
			fmt.Sscan(read(t, "/proc/uptime"), &up)
			started := time.Now().Add(-time.Duration(up * float64(time.Second)))
			if b.HostName != hostName || b.BootID != read(t, "/proc/sys/kernel/random/boot_id") ||
				b.StartedAt.Sub(started).Abs() > 2*time.Second || !strings.HasPrefix(b.Kernel, "Linux ") || b.HostKey != client.HostKey() {
				t.Errorf("Baseline = %+v", b)
			}
			if name, err := client.Hostname(t.Context()); name != hostName || err != nil {
				t.Errorf("Hostname = %q, %v", name, err)
			}
			if again, err := client.Baseline(t.Context()); err != nil || len(Compare(b, again).Differences) != 0 {
				t.Errorf("again: %v, %v", Compare(b, again), err)
			}
			_, err = client.Run(t.Context(), "echo out; ls /nonexistent")
			var failed *SSHExecCommandFailed
			if !errors.As(err, &failed) || failed.Stdout != "out\n" || !strings.Contains(failed.Stderr, "nonexistent") || failed.ExitStatus == 0 {
				t.Errorf("failing command: %v", err)
			}
		})
	}
}

func TestInteropCommandsThatDoNotEndWell(t *testing.T) {
	pair := newKey(t, ECDSA)
	target, _ := sshd(t, pair.PublicKey)
	target.PrivateKey, target.Prologue = pair.PrivateKey, ""

	var failed *SSHExecCommandFailed
	if _, err := dial(t, target).Run(t.Context(), "kill -9 $$"); !errors.As(err, &failed) || failed.Signal != "KILL" || failed.ExitStatus != -1 {
		t.Errorf("killed: %v", err)
	}
	if _, err := dial(t, target).Run(t.Context(), "kill -9 $PPID; sleep 9"); err == nil || !strings.Contains(err.Error(), "connection lost") {
		t.Errorf("server gone: %v", err)
	}
	if out, err := dial(t, target).Run(t.Context(), "head -c 9000000 /dev/zero"); err != nil || len(out.Stdout) != maxOutput || !out.Truncated {
		t.Errorf("much: %d bytes, %v", len(out.Stdout), err)
	}
	target.Timeout = time.Second
	var timeout *CommandTimeout
	if _, err := dial(t, target).Run(t.Context(), "echo started; sleep 30"); !errors.As(err, &timeout) || timeout.Output.Stdout != "started\n" {
		t.Errorf("hanging: %v", err)
	}
}

func TestInteropFrozenServer(t *testing.T) {
	pair := newKey(t, ECDSA)
	target, server := sshd(t, pair.PublicKey)
	target.PrivateKey = pair.PrivateKey
	target.ConnectTimeout, target.Timeout = 300*time.Millisecond, time.Second
	if err := server.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, err := Dial(t.Context(), target, fast(&bytes.Buffer{}))
	var login *LoginError
	if took := time.Since(start); took > 2*time.Second || !errors.As(err, &login) || login.Layer != LayerBanner {
		t.Errorf("after %s: %v (%v)", took, err, errors.Unwrap(err))
	}
	if text := Diagnose(t.Context(), target, DiagnoseOptions{StepTimeout: time.Second}); !strings.Contains(text, "\nSSH banner: none (300ms were allowed): ") {
		t.Errorf("diagnosis:\n%s", text)
	}
	if err := server.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	target.ConnectTimeout, target.Timeout = 5*time.Second, 10*time.Second
	dial(t, target)
}

func TestInteropRefusedKey(t *testing.T) {
	target, _ := sshd(t, newKey(t, ECDSA).PublicKey)
	target.PrivateKey = newKey(t, RSA).PrivateKey
	target.Timeout = time.Second
	_, err := Dial(t.Context(), target, fast(&bytes.Buffer{}))
	var timeout *SSHTimeout
	var login *LoginError
	if !errors.As(err, &timeout) || !errors.As(err, &login) || login.Layer != LayerAuthentication || timeout.Attempts < 2 {
		t.Errorf("error %v (%v)", err, errors.Unwrap(err))
	}
}
