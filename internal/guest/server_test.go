package guest

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// sshServer is a server in this process, with whatever fault a test wants.
type sshServer struct {
	address string
	port    int
	// logins counts connections.
	logins atomic.Int32

	mu    sync.Mutex
	tried []string // authentication methods, as the client tried them
}

// serverOptions are a server's keys, users and faults.
type serverOptions struct {
	hostKeys []ssh.Signer
	key      string // authorized_keys line
	password string
	asks     bool // wants the password by keyboard-interactive
	// refuse is how many logins are refused before one is accepted.
	refuse int32
	// conn handles a connection before SSH does; true means that it is done with it.
	conn func(net.Conn) bool
	// exec answers a command.
	exec func(channel ssh.Channel, command string) (status uint32)
}

func serve(t *testing.T, opts serverOptions) *sshServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(listener.Addr().String())
	s := &sshServer{address: host}
	s.port, _ = strconv.Atoi(port)
	if opts.hostKeys == nil {
		opts.hostKeys = []ssh.Signer{newHostKey(t, ssh.KeyAlgoED25519)}
	}
	config := s.config(opts)

	var open sync.WaitGroup
	stop := make(chan struct{})
	t.Cleanup(func() {
		listener.Close()
		close(stop)
		open.Wait()
	})
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.logins.Add(1)
			done := make(chan struct{})
			open.Go(func() {
				select {
				case <-stop:
				case <-done:
				}
				conn.Close()
			})
			open.Go(func() {
				defer close(done)
				s.handle(conn, config, opts)
			})
		}
	})
	return s
}

func (s *sshServer) config(opts serverOptions) *ssh.ServerConfig {
	refused := func() bool { return s.logins.Load() <= opts.refuse }
	config := &ssh.ServerConfig{
		AuthLogCallback: func(_ ssh.ConnMetadata, method string, _ error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.tried = append(s.tried, method)
		},
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if !refused() && strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))) == opts.key {
				return nil, nil
			}
			return nil, errors.New("not this key")
		},
	}
	check := func(password string) (*ssh.Permissions, error) {
		if !refused() && opts.password != "" && password == opts.password {
			return nil, nil
		}
		return nil, errors.New("not this password")
	}
	if opts.asks {
		config.KeyboardInteractiveCallback = func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			answers, err := ask("", "", []string{"Password: "}, []bool{false})
			if err != nil {
				return nil, err
			}
			return check(answers[0])
		}
	} else {
		config.PasswordCallback = func(_ ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			return check(string(password))
		}
	}
	for _, key := range opts.hostKeys {
		config.AddHostKey(key)
	}
	return config
}

func (s *sshServer) handle(conn net.Conn, config *ssh.ServerConfig, opts serverOptions) {
	if opts.conn != nil && opts.conn(conn) {
		return
	}
	server, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	defer server.Close()
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		go session(channel, requests, opts.exec)
	}
}

func session(channel ssh.Channel, requests <-chan *ssh.Request, exec func(ssh.Channel, string) uint32) {
	defer channel.Close()
	for request := range requests {
		if request.Type != "exec" {
			request.Reply(false, nil)
			continue
		}
		request.Reply(true, nil)
		var command struct{ Line string }
		ssh.Unmarshal(request.Payload, &command)
		status := uint32(0)
		if exec != nil {
			status = exec(channel, command.Line)
		}
		if status == noStatus {
			return
		}
		channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{status}))
		return
	}
}

// noStatus ends a command without telling its status.
const noStatus = ^uint32(0)

// target is the server with the fast limits that tests want.
func (s *sshServer) target() Target {
	return Target{
		Address: s.address, Port: s.port, User: "cirros",
		ConnectTimeout: 10 * time.Second, Timeout: 20 * time.Second,
	}
}

func (s *sshServer) methods() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.tried...)
}

// fast has pauses a hundred times shorter than Tempest's.
func fast(log io.Writer) Options {
	return Options{
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{
			ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			},
		})),
		FirstPause: 25 * time.Millisecond,
		PauseStep:  10 * time.Millisecond,
	}
}

func newHostKey(t *testing.T, kind string) ssh.Signer {
	t.Helper()
	var private any
	var err error
	switch kind {
	case ssh.KeyAlgoED25519:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	case ssh.KeyAlgoECDSA256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case ssh.KeyAlgoRSA:
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		t.Fatalf("no host key of type %s", kind)
	}
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func newKey(t *testing.T, kind KeyType) KeyPair {
	t.Helper()
	pair, err := GenerateKey(kind)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}
