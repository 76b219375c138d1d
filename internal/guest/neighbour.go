package guest

import (
	"bufio"
	"io"
	"os"
	"strings"
)

// neighbour tells whether the guest, or the router that stands for its floating IP on
// our own network, answers ARP. Linux only; silent for what is behind a router and for
// IPv6, which /proc/net/arp does not hold.
func (d *diagnosis) neighbour() {
	file, err := os.Open("/proc/net/arp")
	if err != nil {
		return
	}
	defer file.Close()
	if text := arpEntry(file, d.target.Address); text != "" {
		d.line("neighbour", "%s", text)
	}
}

// arpEntry reads the kernel's table: IP address, HW type, flags, HW address, mask,
// device. Flag 2 says that the address is known (ATF_COM); without it nobody answered.
func arpEntry(table io.Reader, address string) string {
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) != 6 || fields[0] != address {
			continue
		}
		if fields[2] == "0x0" {
			return "nobody answers ARP for it on " + fields[5]
		}
		return fields[3] + " on " + fields[5]
	}
	return ""
}
