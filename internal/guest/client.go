package guest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// maxOutput is how much of each output stream of a command is kept.
const maxOutput = 1 << 20

// Client is an authenticated connection. Commands may follow each other on it; it is
// not for use by several goroutines at once.
type Client struct {
	ssh     *ssh.Client
	target  Target
	hostKey HostKey
	now     func() time.Time
}

// HostKey is the key the server showed, to be recorded.
func (c *Client) HostKey() HostKey { return c.hostKey }

// Close ends the connection. Closing a broken or closed one is no error.
func (c *Client) Close() error {
	err := c.ssh.Close()
	if errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// Output is what a command wrote, byte for byte, each stream up to 1 MiB.
type Output struct {
	Stdout string
	Stderr string
	// Truncated says that more came than was kept.
	Truncated bool
}

// Run executes a command line after the prologue, at most for Target.Timeout. Errors
// are *SSHExecCommandFailed (another status than 0), *PrologueRefused (the prologue
// alone fails as well), *CommandTimeout, the cause of an ended ctx, or a lost
// connection. After a timeout or an ended ctx the connection is closed.
func (c *Client) Run(ctx context.Context, command string) (Output, error) {
	out, err := c.exec(ctx, c.target.commandLine(command))
	var failed *SSHExecCommandFailed
	if c.target.Prologue == "" || !errors.As(err, &failed) {
		return out, err
	}
	var alone *SSHExecCommandFailed
	if _, again := c.exec(ctx, c.target.commandLine(":")); errors.As(again, &alone) {
		return out, &PrologueRefused{Prologue: c.target.Prologue, Err: failed}
	}
	return out, err
}

// Hostname is the guest's own name, as Tempest's RemoteClient.get_hostname reads it:
// without a trailing newline and otherwise untouched.
func (c *Client) Hostname(ctx context.Context) (string, error) {
	out, err := c.Run(ctx, "hostname")
	return strings.TrimRight(out.Stdout, " \t\r\n"), err
}

func (c *Client) exec(ctx context.Context, line string) (Output, error) {
	limited, cancel := context.WithTimeout(ctx, c.target.Timeout)
	defer cancel()
	// A server that went away answers no channel request: closing the connection is
	// the one thing that surely ends the calls below.
	stop := context.AfterFunc(limited, func() { c.ssh.Close() })
	defer stop()

	var stdout, stderr limitedBuffer
	err := c.session(line, &stdout, &stderr)
	out := Output{
		Stdout:    stdout.kept.String(),
		Stderr:    stderr.kept.String(),
		Truncated: stdout.truncated || stderr.truncated,
	}
	if err == nil {
		return out, nil
	}
	if ctx.Err() != nil {
		return out, fmt.Errorf("run '%s' on %s: %w", line, c.target.Address, context.Cause(ctx))
	}
	if limited.Err() != nil {
		return out, &CommandTimeout{Address: c.target.Address, Command: line, Limit: c.target.Timeout, Output: out}
	}
	var exit *ssh.ExitError
	if errors.As(err, &exit) {
		failed := &SSHExecCommandFailed{
			Command: line, ExitStatus: exit.ExitStatus(), Signal: exit.Signal(),
			Stdout: out.Stdout, Stderr: out.Stderr,
		}
		if failed.Signal != "" {
			failed.ExitStatus = -1
		}
		return out, failed
	}
	return out, fmt.Errorf("run '%s' on %s: connection lost: %w", line, c.target.Address, err)
}

func (c *Client) session(line string, stdout, stderr io.Writer) error {
	session, err := c.ssh.NewSession()
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	defer session.Close()
	session.Stdout, session.Stderr = stdout, stderr
	return session.Run(line)
}

// limitedBuffer keeps the first maxOutput bytes and lets the writer go on.
//
// The buffer is no embedded field: io.Copy would find its ReadFrom and pass Write by.
type limitedBuffer struct {
	kept      bytes.Buffer
	truncated bool
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	room := maxOutput - b.kept.Len()
	if len(p) > room {
		b.truncated = true
	}
	b.kept.Write(p[:min(len(p), room)])
	return len(p), nil
}
