package guest

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"golang.org/x/crypto/ssh"
)

// DefaultPrologue is the default of [validation] ssh_shell_prologue in Tempest 14;
// since 33 at the latest /usr/sbin is in the path as well.
const DefaultPrologue = "set -eu -o pipefail; PATH=$PATH:/sbin;"

// Tempest's defaults of [validation].
const (
	defaultPort           = 22
	defaultConnectTimeout = 60 * time.Second  // connect_timeout
	defaultTimeout        = 300 * time.Second // ssh_timeout
)

// Target says which server to reach and as whom. Printing one shows no secret.
type Target struct {
	// Address is an IP address or a name.
	Address string
	// Port is the SSH port; 0 means 22.
	Port int
	// User is image_ssh_user.
	User string
	// Password is image_ssh_password. It is offered only where PrivateKey is empty:
	// otherwise a lost key would pass unseen.
	Password string
	// PrivateKey is PEM text in any form that LoadKey reads.
	PrivateKey string
	// Prologue is ssh_shell_prologue, put before every command. Empty means none, for
	// shells that know no pipefail; see DefaultPrologue.
	Prologue string
	// ConnectTimeout is connect_timeout: the limit of one TCP connect and, again, of
	// the SSH handshake after it. 0 means 60 s.
	ConnectTimeout time.Duration
	// Timeout is ssh_timeout: the limit of Dial with all its attempts and, again, of
	// each command. 0 means 300 s.
	Timeout time.Duration
	// HostKey is the key recorded earlier; zero means to accept and learn any.
	HostKey HostKey
}

// String is user@address:port.
func (t Target) String() string { return t.User + "@" + t.hostPort() }

// GoString is String: %#v must not print the secrets either.
func (t Target) GoString() string { return t.String() }

// LogValue keeps the secrets out of structured logs.
func (t Target) LogValue() slog.Value { return slog.StringValue(t.String()) }

func (t Target) hostPort() string { return net.JoinHostPort(t.Address, strconv.Itoa(t.Port)) }

func (t Target) withDefaults() Target {
	if t.Port == 0 {
		t.Port = defaultPort
	}
	if t.ConnectTimeout <= 0 {
		t.ConnectTimeout = defaultConnectTimeout
	}
	if t.Timeout <= 0 {
		t.Timeout = defaultTimeout
	}
	return t
}

// commandLine is what Tempest's RemoteClient.exec_command sends.
func (t Target) commandLine(command string) string {
	if t.Prologue == "" {
		return command
	}
	return t.Prologue + " " + command
}

// authMethods is the key alone, or else the password in both ways that servers ask
// for it.
func (t Target) authMethods() ([]ssh.AuthMethod, error) {
	if t.PrivateKey != "" {
		signer, err := parseKey(t.PrivateKey)
		if err != nil {
			return nil, err
		}
		return []ssh.AuthMethod{ssh.PublicKeys(signer)}, nil
	}
	if t.Password == "" {
		return nil, errors.New("neither a private key nor a password to log in with")
	}
	answer := func(_, _ string, questions []string, _ []bool) ([]string, error) {
		if len(questions) > 1 {
			return nil, fmt.Errorf("the server asks %d questions, not just for a password", len(questions))
		}
		return append([]string{}, []string{t.Password}[:len(questions)]...), nil
	}
	return []ssh.AuthMethod{ssh.Password(t.Password), ssh.KeyboardInteractive(answer)}, nil
}
