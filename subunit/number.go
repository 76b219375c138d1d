package subunit

import (
	"encoding/binary"
	"fmt"
)

// Limits of the format.
const (
	// MaxPacketSize is the length in bytes of the largest packet, its signature and checksum included.
	MaxPacketSize = 1<<22 - 1

	maxNumber     = 1<<30 - 1
	minPacketSize = 8
	signature     = 0xB3
	checksumSize  = 4
)

// A number is big endian; the top two bits of its first octet say how many octets follow.

// numberSize returns how many octets the shortest form of n takes.
func numberSize(n int) int {
	switch {
	case n < 1<<6:
		return 1
	case n < 1<<14:
		return 2
	case n < 1<<22:
		return 3
	}
	return 4
}

// putNumber writes the shortest form of n, which must be at most maxNumber, to the start of b and returns its size.
func putNumber(b []byte, n int) int {
	if n < 1<<6 {
		b[0] = byte(n)
		return 1
	}
	return putLongNumber(b, n)
}

func putLongNumber(b []byte, n int) int {
	switch numberSize(n) {
	case 2:
		binary.BigEndian.PutUint16(b, 0x4000|uint16(n))
		return 2
	case 3:
		b[0], b[1], b[2] = 0x80|byte(n>>16), byte(n>>8), byte(n)
		return 3
	}
	binary.BigEndian.PutUint32(b, 0xC0000000|uint32(n))
	return 4
}

// readNumber reads a number from the start of b and returns its value and its size in octets; the size is 0 when b ends too
// early. Forms longer than needed are accepted, as every reader does.
func readNumber(b []byte) (n, size int) {
	if len(b) == 0 {
		return 0, 0
	}
	first := b[0]
	size = int(first>>6) + 1
	if len(b) < size {
		return 0, 0
	}
	n = int(first & 0x3F)
	for _, c := range b[1:size] {
		n = n<<8 | int(c)
	}
	return n, size
}

// packetSize adds to rest, the size of everything but the length field, the octets of the length field, which counts itself.
func packetSize(rest int) (int, error) {
	for octets := 1; octets <= 3; octets++ {
		if numberSize(rest+octets) <= octets {
			return rest + octets, nil
		}
	}
	return 0, fmt.Errorf("packet of %d bytes is larger than the format's limit of %d", rest+3, MaxPacketSize)
}
