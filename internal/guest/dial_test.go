package guest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

func TestDialCredentials(t *testing.T) {
	ec, rsa, other := newKey(t, ECDSA), newKey(t, RSA), newKey(t, ECDSA)
	tests := []struct {
		name     string
		server   serverOptions
		key      string
		password string
		refused  bool
		tried    []string
	}{
		{"ecdsa key", serverOptions{key: ec.PublicKey}, ec.PrivateKey, "", false, []string{"none", "publickey"}},
		{"rsa key", serverOptions{key: rsa.PublicKey}, rsa.PrivateKey, "", false, []string{"none", "publickey"}},
		{"password", serverOptions{password: "cubswin:)"}, "", "cubswin:)", false, []string{"none", "password"}},
		{"password asked for", serverOptions{password: "cubswin:)", asks: true}, "", "cubswin:)", false, []string{"none", "keyboard-interactive"}},
		{"wrong password", serverOptions{password: "cubswin:)"}, "", "wrong", true, []string{"none", "password"}},
		{"a lost key does not pass by the password", serverOptions{key: other.PublicKey, password: "cubswin:)"}, ec.PrivateKey, "cubswin:)", true, []string{"none", "publickey"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := serve(t, test.server)
			target := server.target()
			target.PrivateKey, target.Password = test.key, test.password
			opts := fast(&bytes.Buffer{})
			if test.refused {
				target.Timeout = time.Second
				opts.FirstPause = time.Minute // cut to leave a quarter of the time for a second attempt
			}

			client, err := Dial(t.Context(), target, opts)
			if client != nil {
				defer client.Close()
			}
			var timeout *SSHTimeout
			if refused := errors.As(err, &timeout); refused != test.refused || (err != nil) != test.refused {
				t.Fatalf("Dial: %v, want refused %t", err, test.refused)
			}
			var login *LoginError
			if test.refused && (!errors.As(err, &login) || login.Layer != LayerAuthentication) {
				t.Errorf("error %v, want one of layer %s", errors.Unwrap(err), LayerAuthentication)
			}
			tried := slices.Compact(server.methods())
			if !slices.Equal(tried[:min(2, len(tried))], test.tried) || slices.Contains(tried, "password") && test.key != "" {
				t.Errorf("tried %v, want %v", tried, test.tried)
			}
		})
	}
}

func TestDialRetriesUntilTheKeyIsAccepted(t *testing.T) {
	pair := newKey(t, ECDSA)
	server := serve(t, serverOptions{key: pair.PublicKey, refuse: 3})
	target := server.target()
	target.PrivateKey = pair.PrivateKey
	var log bytes.Buffer
	start := time.Now()
	client, err := Dial(t.Context(), target, fast(&log))
	if err != nil {
		t.Fatal(err)
	}
	client.Close()
	if took, pauses := time.Since(start), (25+35+45)*time.Millisecond; took < pauses {
		t.Errorf("took %s, less than the pauses %s", took, pauses)
	}
	const reason = "SSH authentication: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain"
	want := fmt.Sprintf("level=INFO msg=\"Creating ssh connection to '127.0.0.1:%d' as 'cirros' with public key authentication\"\n", server.port)
	for attempt := 1; attempt <= 3; attempt++ {
		want += fmt.Sprintf("level=WARN msg=\"Failed to establish authenticated ssh connection to cirros@127.0.0.1 (%s). Number attempts: %d. Retry after 0 seconds.\"\n", reason, attempt)
	}
	want += "level=INFO msg=\"ssh connection to cirros@127.0.0.1 successfully created\"\n"
	if log.String() != want {
		t.Errorf("log:\n%swant:\n%s", &log, want)
	}
}

func TestDialPausesAreTempests(t *testing.T) {
	opts := Options{}.withDefaults()
	if opts.FirstPause != 2500*time.Millisecond || opts.PauseStep != time.Second {
		t.Errorf("pauses %s + %s, want 2.5s + 1s", opts.FirstPause, opts.PauseStep)
	}
	server := serve(t, serverOptions{conn: func(net.Conn) bool { return true }})
	target := server.target()
	target.Password = "secret"
	target.Timeout = time.Minute
	var log bytes.Buffer
	ctx, cancel := context.WithCancelCause(t.Context())
	opts = fast(writerFunc(func(p []byte) (int, error) {
		if bytes.Contains(p, []byte("Retry after")) {
			cancel(errors.New("seen enough"))
		}
		return log.Write(p)
	}))
	opts.FirstPause, opts.PauseStep = 0, 0 // Tempest's
	if _, err := Dial(ctx, target, opts); err == nil || !strings.Contains(err.Error(), "seen enough") {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(log.String(), "Number attempts: 1. Retry after 2 seconds.") {
		t.Errorf("log: %s", &log) // %d of 2.5 is 2
	}
}

// Each fault must end within ssh_timeout, at the right layer, without the password.
func TestDialFaults(t *testing.T) {
	const inTime = "i/o timeout|ssh_timeout of 2s has passed"
	tests := []struct {
		name  string
		conn  func(net.Conn) bool
		layer Layer
		says  string
	}{
		{"silent after accept", func(conn net.Conn) bool { readAll(conn); return true }, LayerBanner, inTime},
		{"banner without end", func(conn net.Conn) bool {
			conn.Write([]byte("SSH-2.0-dropbear"))
			readAll(conn)
			return true
		}, LayerBanner, inTime},
		{"another protocol", func(conn net.Conn) bool {
			conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			readAll(conn)
			return true
		}, LayerBanner, inTime},
		{"closes at once", func(net.Conn) bool { return true }, LayerBanner, "the server closed the connection"},
		{"closes after the banner", func(conn net.Conn) bool {
			conn.Write([]byte("SSH-2.0-x\r\n"))
			return true
		}, LayerKeyExchange, ""},
		{"silent after the banner", func(conn net.Conn) bool {
			conn.Write([]byte("SSH-2.0-x\r\n"))
			readAll(conn)
			return true
		}, LayerKeyExchange, inTime},
		{"drips its banner", func(conn net.Conn) bool {
			for {
				if _, err := conn.Write([]byte("please wait\r\n")); err != nil {
					return true
				}
				if sleep(t.Context(), 20*time.Millisecond) != nil {
					return true
				}
			}
		}, LayerBanner, inTime},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, serverOptions{conn: test.conn})
			target := server.target()
			target.Password = "do-not-show"
			target.ConnectTimeout = 500 * time.Millisecond
			target.Timeout = 2 * time.Second
			var log bytes.Buffer
			start := time.Now()
			_, err := Dial(t.Context(), target, fast(&log))
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
			var timeout *SSHTimeout
			if !errors.As(err, &timeout) {
				t.Fatalf("error %v, want an SSHTimeout", err)
			}
			if want := "Connection to the 127.0.0.1 via SSH timed out.\nUser: cirros, Password: ***"; err.Error() != want {
				t.Errorf("text %q, want %q", err, want)
			}
			var login *LoginError
			// The last attempt may have had no time left to reach the server at all.
			missed := int32(0)
			if errors.As(err, &login) && login.Layer == LayerConnect {
				missed = 1
			}
			if timeout.Attempts < 2 || int32(timeout.Attempts) != server.logins.Load()+missed {
				t.Errorf("%d attempts, the server saw %d", timeout.Attempts, server.logins.Load())
			}
			if missed == 0 && (!errors.As(err, &login) || login.Layer != test.layer || !regexp.MustCompile(test.says).MatchString(login.Error())) {
				t.Errorf("cause %v, want layer %s saying %q", timeout.Err, test.layer, test.says)
			}
			if all := fmt.Sprintf("%v %+v %#v %s", err, timeout.Err, target, &log); strings.Contains(all, "do-not-show") {
				t.Errorf("the password is shown: %s", all)
			}
		})
	}
}

func TestDialRefused(t *testing.T) {
	server := serve(t, serverOptions{})
	target := server.target()
	target.Password, target.Timeout = "secret", 100*time.Millisecond
	target.Port = closedPort(t)
	_, err := Dial(t.Context(), target, fast(&bytes.Buffer{}))
	var login *LoginError
	if !errors.As(err, &login) || login.Layer != LayerConnect || outcomeOf(err) != Refused {
		t.Errorf("error %v, cause %v", err, errors.Unwrap(err))
	}
}

func TestDialCancelled(t *testing.T) {
	tests := []struct {
		name string
		conn func(net.Conn) bool
	}{
		{"in the handshake", func(conn net.Conn) bool { readAll(conn); return true }},
		{"in a pause", func(net.Conn) bool { return true }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			server := serve(t, serverOptions{conn: func(conn net.Conn) bool {
				time.AfterFunc(20*time.Millisecond, func() { cancel(errors.New("interrupted")) })
				return test.conn(conn)
			}})
			target := server.target()
			target.Password, target.ConnectTimeout, target.Timeout = "x", time.Minute, time.Minute
			start := time.Now()
			_, err := Dial(ctx, target, Options{})
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %s", took)
			}
			var timeout *SSHTimeout
			if err == nil || errors.As(err, &timeout) || !strings.Contains(err.Error(), "interrupted (last attempt: SSH banner: ") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestDialUnusableCredential(t *testing.T) {
	for name, target := range map[string]Target{
		"none":         {Address: "127.0.0.1"},
		"no key":       {Address: "127.0.0.1", PrivateKey: "very-secret"},
		"bad host key": {Address: "127.0.0.1", Password: "very-secret", HostKey: HostKey{Type: "ssh-rsa", Key: "AAAA"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Dial(t.Context(), target, Options{}) // would take 300 s if it were repeated
			var timeout *SSHTimeout
			if err == nil || errors.As(err, &timeout) || strings.Contains(err.Error(), "very-secret") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestDialHostKey(t *testing.T) {
	pair := newKey(t, ECDSA)
	ed, ed2 := newHostKey(t, ssh.KeyAlgoED25519), newHostKey(t, ssh.KeyAlgoED25519)
	ec, rsa := newHostKey(t, ssh.KeyAlgoECDSA256), newHostKey(t, ssh.KeyAlgoRSA)
	oldRSA := onlyAlgorithm(t, rsa, ssh.KeyAlgoRSA)
	tests := []struct {
		name     string
		offers   []ssh.Signer
		recorded ssh.Signer // nil: none
		want     ssh.Signer
		changed  bool
	}{
		{"learned", []ssh.Signer{rsa, ec, ed}, nil, ed, false},
		{"old guest, learned", []ssh.Signer{oldRSA}, nil, rsa, false},
		{"the recorded type among others", []ssh.Signer{ed, ec, rsa}, rsa, rsa, false},
		{"the recorded type among others", []ssh.Signer{ed, rsa, ec}, ec, ec, false},
		{"recorded rsa, server signs with SHA-1 only", []ssh.Signer{ed, oldRSA}, rsa, rsa, false},
		{"another key of the same type", []ssh.Signer{ed2}, ed, ed2, true},
		{"no key of the recorded type any more", []ssh.Signer{ec}, ed, ec, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := serve(t, serverOptions{hostKeys: test.offers, key: pair.PublicKey})
			target := server.target()
			target.PrivateKey = pair.PrivateKey
			if test.recorded != nil {
				target.HostKey = hostKeyOf(test.recorded.PublicKey())
			}
			client, err := Dial(t.Context(), target, fast(&bytes.Buffer{}))
			want := hostKeyOf(test.want.PublicKey())
			if !test.changed {
				if err != nil {
					t.Fatal(err)
				}
				defer client.Close()
				if client.HostKey() != want {
					t.Errorf("host key %v, want %v", client.HostKey(), want)
				}
				return
			}
			var changed *HostKeyChanged
			if !errors.As(err, &changed) || changed.Recorded != target.HostKey || changed.Offered != want {
				t.Fatalf("error %v", err)
			}
			text := regexp.MustCompile(`^host key of 127\.0\.0\.1 changed: recorded ssh-ed25519 (SHA256:\S{43}), now \S+ (SHA256:\S{43})$`)
			if !text.MatchString(err.Error()) {
				t.Errorf("text %q", err)
			}
			if tried := server.methods(); len(tried) != 0 {
				t.Errorf("credentials were offered to a changed host: %v", tried)
			}
			if n := server.logins.Load(); n > 2 { // the second is the look at other types
				t.Errorf("%d attempts", n)
			}
		})
	}
}

// onlyAlgorithm makes a host key sign like a server of long ago.
func onlyAlgorithm(t *testing.T, key ssh.Signer, algorithm string) ssh.Signer {
	t.Helper()
	signer, err := ssh.NewSignerWithAlgorithms(key.(ssh.AlgorithmSigner), []string{algorithm})
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// readAll reads until the other side, or the end of the test, closes.
func readAll(conn net.Conn) {
	buffer := make([]byte, 512)
	for {
		if _, err := conn.Read(buffer); err != nil {
			return
		}
	}
}

func closedPort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
