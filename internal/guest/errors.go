package guest

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"
)

// SSHTimeout says that no authenticated connection was made within ssh_timeout. Its
// text is that of Tempest's exception of this name, with the password masked.
type SSHTimeout struct {
	Address  string
	User     string
	Attempts int
	Elapsed  time.Duration
	// Err is why the last attempt failed, usually a *LoginError.
	Err error
}

func (e *SSHTimeout) Error() string {
	return fmt.Sprintf("Connection to the %s via SSH timed out.\nUser: %s, Password: ***", e.Address, e.User)
}

// Unwrap is why the last attempt failed.
func (e *SSHTimeout) Unwrap() error { return e.Err }

// Layer names a layer between us and the guest's shell.
type Layer string

// The layers that one attempt to log in passes, in this order.
const (
	LayerConnect        Layer = "TCP connect"
	LayerBanner         Layer = "SSH banner"
	LayerKeyExchange    Layer = "SSH key exchange"
	LayerAuthentication Layer = "SSH authentication"
)

// LoginError is one failed attempt: the layers below Layer answered.
type LoginError struct {
	Layer Layer
	Err   error
}

func (e *LoginError) Error() string { return fmt.Sprintf("%s: %s", e.Layer, e.reason()) }

// reason is the library's text without what Layer says better.
func (e *LoginError) reason() string {
	for _, gone := range []error{io.EOF, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(e.Err, gone) { // which of them is a matter of chance
			return "the server closed the connection"
		}
	}
	return oneLine(strings.TrimPrefix(e.Err.Error(), "ssh: handshake failed: "))
}

// Unwrap is the library's error.
func (e *LoginError) Unwrap() error { return e.Err }

// HostKeyChanged says that another host, or the same one newly made, answers at the
// address. No credential was sent to it.
type HostKeyChanged struct {
	Address           string
	Recorded, Offered HostKey
}

func (e *HostKeyChanged) Error() string {
	return fmt.Sprintf("host key of %s changed: recorded %s, now %s",
		e.Address, e.Recorded.describe(), e.Offered.describe())
}

// SSHExecCommandFailed says that a command ended with another status than 0. Its text
// is that of Tempest's exception of this name.
type SSHExecCommandFailed struct {
	// Command is the whole line that was sent, with the prologue.
	Command string
	// ExitStatus is -1 if the server told none, as with paramiko.
	ExitStatus int
	// Signal is the name of the signal that ended the command, without SIG.
	Signal string
	Stderr string
	Stdout string
}

func (e *SSHExecCommandFailed) Error() string {
	return fmt.Sprintf("Command '%s', exit status: %d, stderr:\n%s\nstdout:\n%s",
		e.Command, e.ExitStatus, readable(e.Stderr), readable(e.Stdout))
}

// PrologueRefused says that the guest's shell fails on [validation] ssh_shell_prologue
// itself, so that no command can work there: old busybox and dash know no pipefail.
type PrologueRefused struct {
	Prologue string
	// Err is the command that failed first.
	Err *SSHExecCommandFailed
}

func (e *PrologueRefused) Error() string {
	return fmt.Sprintf("%s\nThe guest's shell does not run validation.ssh_shell_prologue (%s); "+
		"set that option to something it knows, for example: set -eu; PATH=$$PATH:/sbin;", e.Err, e.Prologue)
}

// Unwrap is the command that failed.
func (e *PrologueRefused) Unwrap() error { return e.Err }

// CommandTimeout says that a command did not end in time; its connection is closed.
// Its text is that of the TimeoutException that Tempest's SSH client raises.
type CommandTimeout struct {
	Address string
	Command string
	Limit   time.Duration
	// Output is what came until then.
	Output Output
}

func (e *CommandTimeout) Error() string {
	return fmt.Sprintf("Request timed out\nDetails: Command: '%s' executed on host '%s'.", e.Command, e.Address)
}
