package guest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"
)

// ICMP message types (RFC 792, RFC 4443).
const (
	echoReply4, echoRequest4 = 0, 8
	echoRequest6, echoReply6 = 128, 129
)

const icmpHeader = 8

func isIPv4(addr *net.IPAddr) bool { return addr.IP.To4() != nil }

// notHere turns the refusal of a kind of socket into errors.ErrUnsupported.
func notHere(err error) error {
	for _, refusal := range []error{
		syscall.EPERM, syscall.EACCES, syscall.EPROTONOSUPPORT, syscall.EAFNOSUPPORT, syscall.ENOPROTOOPT,
	} {
		if errors.Is(err, refusal) {
			return fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
		}
	}
	return err
}

// rawPinger uses a raw socket, which needs CAP_NET_RAW.
type rawPinger struct{}

func (rawPinger) means() string { return "raw socket" }

func (rawPinger) round(ctx context.Context, addr *net.IPAddr, opts PingOptions) (PingResult, error) {
	network := "ip6:ipv6-icmp"
	if isIPv4(addr) {
		network = "ip4:icmp"
	}
	conn, err := net.DialIP(network, nil, addr)
	if err != nil {
		return PingResult{}, notHere(err)
	}
	return echo(ctx, rawConn{conn}, isIPv4(addr), opts)
}

// rawConn reads without the IPv4 header, which only ReadFromIP removes.
type rawConn struct{ *net.IPConn }

func (c rawConn) Read(p []byte) (int, error) {
	n, _, err := c.ReadFromIP(p)
	return n, err
}

// echo sends one round over a socket connected to the guest, and closes it. The error
// is the last thing the network said instead of an answer.
func echo(ctx context.Context, conn net.Conn, v4 bool, opts PingOptions) (PingResult, error) {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()

	var result PingResult
	var said error
	random := make([]byte, 2+opts.Size)
	rand.Read(random) // never fails; tells our answers from others'
	id, payload := binary.BigEndian.Uint16(random), random[2:]
	for seq := 1; seq <= opts.Count && ctx.Err() == nil; seq++ {
		request := echoMessage(v4, id, uint16(seq), payload)
		start := time.Now()
		result.Sent++
		if _, err := conn.Write(request); err != nil {
			said = err
			continue
		}
		if err := conn.SetReadDeadline(start.Add(opts.Wait)); err != nil {
			return result, err
		}
		err := awaitReply(conn, v4, request)
		switch rtt := time.Since(start); {
		case err == nil:
			result.Received++
			if result.RTT == 0 || rtt < result.RTT {
				result.RTT = rtt
			}
		case !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, net.ErrClosed):
			said = err
		}
	}
	return result, said
}

// echoMessage is an echo request. The kernel writes the identifier of datagram sockets
// and the checksum of ICMPv6 itself.
func echoMessage(v4 bool, id, seq uint16, payload []byte) []byte {
	message := make([]byte, icmpHeader, icmpHeader+len(payload))
	message[0] = echoRequest6
	binary.BigEndian.PutUint16(message[4:], id)
	binary.BigEndian.PutUint16(message[6:], seq)
	message = append(message, payload...)
	if v4 {
		message[0] = echoRequest4
		binary.BigEndian.PutUint16(message[2:], checksum(message))
	}
	return message
}

// awaitReply reads until the answer to the request comes or the deadline passes. A raw
// socket also sees other people's answers and, on the loopback, our own requests.
func awaitReply(conn net.Conn, v4 bool, request []byte) error {
	want := byte(echoReply6)
	if v4 {
		want = echoReply4
	}
	const ipv4HeaderMax = 60
	buffer := make([]byte, len(request)+ipv4HeaderMax)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return err
		}
		// From the sequence number on an answer repeats the request.
		if n >= icmpHeader && buffer[0] == want && bytes.Equal(buffer[6:n], request[6:]) {
			return nil
		}
	}
}

// checksum is RFC 1071's.
func checksum(message []byte) uint16 {
	var sum uint32
	for i := 0; i+1 < len(message); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(message[i:]))
	}
	if len(message)%2 == 1 {
		sum += uint32(message[len(message)-1]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
