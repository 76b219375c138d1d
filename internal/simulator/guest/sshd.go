package guest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"opendev.org/x/persistent-resources/internal/simulator/shell"
)

// handshakeTime bounds how long a client may take to log in.
const handshakeTime = 2 * time.Minute

func (g *Guest) serve(conn net.Conn) {
	_ = conn.SetDeadline(time.Now().Add(handshakeTime))
	server, channels, requests, err := ssh.NewServerConn(conn, g.sshConfig())
	if err != nil {
		return // not logged in
	}
	_ = conn.SetDeadline(time.Time{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		_ = server.Wait() // why it ended is the client's affair
		cancel()
	}()
	go ssh.DiscardRequests(requests)
	var sessions sync.WaitGroup
	for offered := range channels {
		if offered.ChannelType() != "session" {
			_ = offered.Reject(ssh.UnknownChannelType, "only sessions are served")
			continue
		}
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		sessions.Go(func() { g.session(ctx, server.User(), channel, requests) })
	}
	sessions.Wait()
}

func (g *Guest) sshConfig() *ssh.ServerConfig {
	g.mu.Lock()
	defer g.mu.Unlock()
	config := &ssh.ServerConfig{
		ServerVersion: "SSH-2.0-dropbear_2020.81",
		PublicKeyCallback: func(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if meta.User() == g.options.User && g.knows(key) {
				return nil, nil
			}
			return nil, errors.New("unknown key")
		},
		PasswordCallback: func(meta ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			if meta.User() == User && g.options.User == User && string(password) == Password {
				return nil, nil
			}
			return nil, errors.New("wrong password")
		},
	}
	for _, key := range g.hostKeys {
		config.AddHostKey(key)
	}
	return config
}

func (g *Guest) knows(key ssh.PublicKey) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, line := range g.options.Keys {
		known, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
		if err == nil && bytes.Equal(known.Marshal(), key.Marshal()) {
			return true
		}
	}
	return false
}

// session serves one session channel: one command, or a shell that reads its
// script from the client.
func (g *Guest) session(ctx context.Context, user string, channel ssh.Channel, requests <-chan *ssh.Request) {
	defer channel.Close()
	started := false
	var done sync.WaitGroup
	defer done.Wait()
	for request := range requests {
		var work func()
		ok := false
		switch request.Type {
		case "env", "pty-req", "window-change":
			ok = true
		case "exec":
			var command struct{ Command string }
			ok = !started && ssh.Unmarshal(request.Payload, &command) == nil
			work = func() { g.run(ctx, user, channel, command.Command) }
		case "shell":
			ok = !started
			work = func() {
				script, _ := io.ReadAll(channel) // what came before the end is run
				g.run(ctx, user, channel, string(script))
			}
		}
		// The answer goes first: a command that ends at once closes the channel before it.
		if request.WantReply {
			_ = request.Reply(ok, nil)
		}
		if ok && work != nil {
			started = true
			done.Go(work)
		}
	}
}

func (g *Guest) run(ctx context.Context, user string, channel ssh.Channel, script string) {
	stdin := sync.OnceValue(func() []byte {
		data, _ := io.ReadAll(channel) // what came before the end is the input
		return data
	})
	result := shell.Run(ctx, g.files, user, script, stdin)
	_, _ = channel.Write(result.Stdout) // a client that has gone is no fault of ours
	_, _ = channel.Stderr().Write(result.Stderr)
	status := struct{ Status uint32 }{uint32(result.Status)}
	_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(status))
	_ = channel.Close()
}
