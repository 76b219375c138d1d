package simulator

import (
	"context"
	"fmt"
	"net"
)

// addressPlan is the part of 127.0.0.0/8 that a cloud's guests live in. No
// interface has to be made and no privilege is needed to listen there.
type addressPlan struct {
	external, private, projects string // CIDRs
	port                        int    // TCP port of SSH on every guest's address

	claim net.Listener // keeps other clouds on this machine out
}

// Guests' addresses begin at 127.77, a second cloud on the same port takes
// 127.78, and so on.
const (
	firstBlock = 77
	lastBlock  = 254
)

// planAddresses takes a block of which no other cloud uses the port. Port 0
// means any: then all clouds can share one block, each with a port of its own.
func planAddresses(ctx context.Context, port int) (addressPlan, error) {
	var failure error
	for block := firstBlock; block <= lastBlock; block++ {
		address := fmt.Sprintf("127.%d.63.254:%d", block, port)
		claim, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err != nil {
			failure = err
			continue
		}
		return addressPlan{
			external: fmt.Sprintf("127.%d.0.0/18", block),
			private:  fmt.Sprintf("127.%d.64.0/18", block),
			projects: fmt.Sprintf("127.%d.128.0/17", block),
			port:     claim.Addr().(*net.TCPAddr).Port,
			claim:    claim,
		}, nil
	}
	return addressPlan{}, fmt.Errorf("find addresses for guests: %w", failure)
}
