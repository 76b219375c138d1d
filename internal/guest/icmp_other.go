//go:build !linux

package guest

import (
	"context"
	"errors"
	"net"
)

// datagramPinger exists on Linux only.
type datagramPinger struct{}

func (datagramPinger) means() string { return "datagram socket" }

func (datagramPinger) round(context.Context, *net.IPAddr, PingOptions) (PingResult, error) {
	return PingResult{}, errors.ErrUnsupported
}
