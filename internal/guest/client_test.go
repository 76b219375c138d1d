package guest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// connect logs in to a server that answers commands with exec.
func connect(t *testing.T, prologue string, timeout time.Duration, exec func(ssh.Channel, string) uint32) *Client {
	t.Helper()
	server := serve(t, serverOptions{password: "x", exec: exec})
	target := server.target()
	target.Password, target.Prologue = "x", prologue
	client, err := Dial(t.Context(), target, fast(&bytes.Buffer{}))
	if err != nil {
		t.Fatal(err)
	}
	client.target.Timeout = timeout // of the commands; the login is not what is tested
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return client
}

func TestRun(t *testing.T) {
	client := connect(t, DefaultPrologue, time.Minute, func(channel ssh.Channel, command string) uint32 {
		if command != DefaultPrologue+" ls" {
			return 99
		}
		io.WriteString(channel, "a\nb\n")
		io.WriteString(channel.Stderr(), "careful\n")
		return 0
	})
	for range 2 { // one connection, several commands
		out, err := client.Run(t.Context(), "ls")
		if want := (Output{Stdout: "a\nb\n", Stderr: "careful\n"}); err != nil || out != want {
			t.Errorf("Run = %+v, %v", out, err)
		}
	}
}

func TestRunFails(t *testing.T) {
	const limit = 100 * time.Millisecond
	release := make(chan struct{})
	defer close(release)
	tests := []struct {
		name     string
		prologue string
		exec     func(ssh.Channel, string) uint32
		check    func(*testing.T, error)
	}{
		{"status", "", func(channel ssh.Channel, _ string) uint32 {
			io.WriteString(channel, "out\n")
			io.WriteString(channel.Stderr(), "sh: nope: not found\n")
			return 127
		}, func(t *testing.T, err error) {
			text(t, err, "Command 'ls', exit status: 127, stderr:\nsh: nope: not found\n\nstdout:\nout\n")
		}},
		{"status, the prologue works", "set -eu;", func(_ ssh.Channel, line string) uint32 {
			if line == "set -eu; :" {
				return 0
			}
			return 1
		}, func(t *testing.T, err error) {
			text(t, err, "Command 'set -eu; ls', exit status: 1, stderr:\n\nstdout:\n")
		}},
		{"a shell without pipefail", DefaultPrologue, func(channel ssh.Channel, _ string) uint32 {
			io.WriteString(channel.Stderr(), "-sh: set: illegal option -o pipefail\n")
			return 2
		}, func(t *testing.T, err error) {
			var refused *PrologueRefused
			var failed *SSHExecCommandFailed
			if !errors.As(err, &refused) || !errors.As(err, &failed) {
				t.Fatalf("error %T", err)
			}
			text(t, err, "Command 'set -eu -o pipefail; PATH=$PATH:/sbin; ls', exit status: 2, stderr:\n"+
				"-sh: set: illegal option -o pipefail\n\nstdout:\n\n"+
				"The guest's shell does not run validation.ssh_shell_prologue (set -eu -o pipefail; PATH=$PATH:/sbin;); "+
				"set that option to something it knows, for example: set -eu; PATH=$$PATH:/sbin;")
		}},
		{"bytes that are no text", "", func(channel ssh.Channel, _ string) uint32 {
			channel.Stderr().Write([]byte("caf\xe9\x00\x1b[31m\r\n"))
			return 1
		}, func(t *testing.T, err error) {
			text(t, err, "Command 'ls', exit status: 1, stderr:\ncaf\uFFFD\uFFFD\uFFFD[31m\n\nstdout:\n")
		}},
		{"signal", "", func(channel ssh.Channel, _ string) uint32 {
			channel.SendRequest("exit-signal", false, ssh.Marshal(struct {
				Signal     string
				CoreDumped bool
				Error      string
				Lang       string
			}{Signal: "KILL"}))
			return noStatus
		}, func(t *testing.T, err error) {
			var failed *SSHExecCommandFailed
			if !errors.As(err, &failed) || failed.Signal != "KILL" || failed.ExitStatus != -1 {
				t.Errorf("error %#v", err)
			}
		}},
		{"no status", "", func(ssh.Channel, string) uint32 { return noStatus }, func(t *testing.T, err error) {
			if err == nil || !strings.HasPrefix(err.Error(), "run 'ls' on 127.0.0.1: connection lost: ") {
				t.Errorf("error %v", err)
			}
		}},
		{"hangs", "", func(channel ssh.Channel, _ string) uint32 {
			io.WriteString(channel, "so far\n")
			<-release
			return 0
		}, func(t *testing.T, err error) {
			var timeout *CommandTimeout
			if !errors.As(err, &timeout) || timeout.Limit != limit || timeout.Output.Stdout != "so far\n" {
				t.Fatalf("error %#v", err)
			}
			text(t, err, "Request timed out\nDetails: Command: 'ls' executed on host '127.0.0.1'.")
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			timeout := time.Minute
			if test.name == "hangs" {
				timeout = limit
			}
			client := connect(t, test.prologue, timeout, test.exec)
			start := time.Now()
			_, err := client.Run(t.Context(), "ls")
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %s", took)
			}
			test.check(t, err)
		})
	}
}

func text(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("text %q\nwant %q", err, want)
	}
}

func TestRunCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	release := make(chan struct{})
	defer close(release)
	client := connect(t, "", time.Minute, func(ssh.Channel, string) uint32 {
		cancel(errors.New("interrupted"))
		<-release
		return 0
	})
	_, err := client.Run(ctx, "sleep 100")
	var timeout *CommandTimeout
	if err == nil || errors.As(err, &timeout) || !strings.HasSuffix(err.Error(), ": interrupted") {
		t.Errorf("error %v", err)
	}
	if _, err := client.Run(t.Context(), "ls"); err == nil || !strings.Contains(err.Error(), "connection lost") {
		t.Errorf("after it: %v", err)
	}
}

func TestRunConnectionCloses(t *testing.T) {
	server := serve(t, serverOptions{password: "x", exec: func(channel ssh.Channel, _ string) uint32 {
		io.WriteString(channel, "half")
		return 0
	}})
	target := server.target()
	target.Password = "x"
	client, err := Dial(t.Context(), target, fast(&bytes.Buffer{}))
	if err != nil {
		t.Fatal(err)
	}
	client.ssh.Close() // as a guest that is powered off
	if _, err := client.Run(t.Context(), "ls"); err == nil || !strings.Contains(err.Error(), "connection lost") {
		t.Errorf("error %v", err)
	}
	if err := client.Close(); err != nil {
		t.Errorf("close of a lost connection: %v", err)
	}
}

func TestRunKeepsTheFirstMegabyte(t *testing.T) {
	chunk := bytes.Repeat([]byte("0123456789abcdef"), 4096)
	client := connect(t, "", time.Minute, func(channel ssh.Channel, _ string) uint32 {
		for range 40 {
			channel.Write(chunk)
		}
		return 0
	})
	out, err := client.Run(t.Context(), "cat /dev/zero")
	if err != nil || len(out.Stdout) != maxOutput || !out.Truncated {
		t.Errorf("%d bytes, truncated %t, %v", len(out.Stdout), out.Truncated, err)
	}
}

func TestHostname(t *testing.T) {
	client := connect(t, "", time.Minute, func(channel ssh.Channel, line string) uint32 {
		io.WriteString(channel, " "+line+" is me \r\n\n")
		return 0
	})
	if name, err := client.Hostname(t.Context()); name != " hostname is me" || err != nil {
		t.Errorf("Hostname = %q, %v", name, err)
	}
}
