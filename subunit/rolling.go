package subunit

import (
	"encoding/binary"
	"math/bits"
)

// rollAfter is how many claims in a row have the same size before the tables that rolling needs are worth their making.
const rollAfter = 1024

// rolling judges claims of one size that follow each other closely, as the densest hostile streams have them: from one to the
// next, the bytes in between leave the sum at its start and as many come in at its end.
type rolling struct {
	size int        // of the packets, or 0
	out  byteTables // what a byte that i more bytes follow has added to the sum that it leaves
	zero uint32     // checksum of zeros
}

func (g *rolling) prepare(t *checksumTables, size int) {
	if g.size == size {
		return
	}
	n := size - checksumSize
	for i := range g.out {
		for j, sum := range t.bytes[i] {
			g.out[i][j] = t.shift(sum, n)
		}
	}
	g.size, g.zero = size, ^t.shift(^uint32(0), n)
}

// repeats reports whether k was judged last, and many of its size before it.
func (c *checksums) repeats(w *window, k claim) bool {
	return c.tables != nil && c.tables.again >= rollAfter && c.tables.shifted == k.size-checksumSize &&
		c.first+int64(c.start.at) == w.offset()+int64(k.at)
}

// roll goes on from a claim that was just judged and is bad. It judges those that follow it as long as each is of the same
// size and begins at most eight bytes behind the one before. It returns the last one and whether that one is good.
func (c *checksums) roll(w *window, k claim) (at int, good bool) {
	if c.rolling == nil {
		c.rolling = &rolling{}
	}
	c.rolling.prepare(c.tables, k.size)
	at, good = c.rolling.run(w.data(), k, c.end.prefix^c.tables.shift(c.start.prefix, k.size-checksumSize), c.tables)
	c.extend(w, w.offset()+int64(at+k.size-checksumSize))
	return at, good
}

func (g *rolling) run(data []byte, k claim, sum uint32, t *checksumTables) (at int, good bool) {
	const (
		all   = 0x0101010101010101
		fixed = 0xFF | flagVersionMask | flagReserved<<16 // the header's bits that cannot differ, as they stand in memory
	)
	at = k.at
	if at < 8 || len(data)-at < k.size || k.size < 8+checksumSize {
		return at, false
	}
	head := binary.LittleEndian.Uint64(data[at:])
	octets := head>>30&3 + 1
	mask := (uint64(1)<<(8*(flagBytes+octets))-1)&^(1<<(8*flagBytes)-1) | fixed
	head &= mask
	n := k.size - checksumSize
	sum ^= g.zero
	for {
		x := binary.LittleEndian.Uint64(data[at+1:]) ^ signature*all
		hit := (x - all) &^ x & (0x80 * all)
		step := uint(bits.TrailingZeros64(hit))/8 + 1
		next := at + int(step)
		if hit == 0 || next+k.size > len(data) || binary.LittleEndian.Uint64(data[next:])&mask != head {
			return at, false
		}
		keep := 64 - 8*step // the bytes that matter are the last ones of eight
		in := binary.LittleEndian.Uint64(data[next+n-8:])>>keep<<keep ^ uint64(sum)<<keep
		out := binary.LittleEndian.Uint64(data[next-8:]) >> keep << keep
		sum = t.bytes.eight(in) ^ uint32(uint64(sum)>>(8*step)) ^ g.out.eight(out)
		at = next
		if sum^g.zero == binary.BigEndian.Uint32(data[next+n:]) {
			return at, true
		}
	}
}
