package guest

import (
	"context"
	"net"
	"os"
	"strconv"
	"syscall"
)

// datagramPinger uses Linux's ICMP datagram sockets, which need no privilege where the
// sysctl net.ipv4.ping_group_range lists our group.
type datagramPinger struct{}

func (datagramPinger) means() string { return "datagram socket" }

func (datagramPinger) round(ctx context.Context, addr *net.IPAddr, opts PingOptions) (PingResult, error) {
	family, protocol := syscall.AF_INET6, syscall.IPPROTO_ICMPV6
	var peer syscall.Sockaddr
	if ip := addr.IP.To4(); ip != nil {
		family, protocol = syscall.AF_INET, syscall.IPPROTO_ICMP
		peer = &syscall.SockaddrInet4{Addr: [4]byte(ip)}
	} else {
		peer = &syscall.SockaddrInet6{Addr: [16]byte(addr.IP.To16()), ZoneId: zoneID(addr.Zone)}
	}
	fd, err := syscall.Socket(family, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, protocol)
	if err != nil {
		return PingResult{}, notHere(os.NewSyscallError("socket", err))
	}
	file := os.NewFile(uintptr(fd), "icmp")
	defer file.Close()
	// Connected, so that an unreachable host is told to us as an error of Read.
	if err := syscall.Connect(fd, peer); err != nil {
		return PingResult{Sent: 1}, os.NewSyscallError("connect", err)
	}
	conn, err := net.FileConn(file) // of a duplicate, hence the Close above
	if err != nil {
		return PingResult{}, err
	}
	return echo(ctx, conn, family == syscall.AF_INET, opts)
}

// zoneID is the interface of a link-local address, by name or number.
func zoneID(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if link, err := net.InterfaceByName(zone); err == nil {
		return uint32(link.Index)
	}
	n, err := strconv.ParseUint(zone, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}
