package subunit

import (
	"encoding/binary"
	"hash/crc32"
)

// byteTables adds few bytes to a checksum. The standard library is much faster for many, and slower for fewer than 64 and for
// what is left over of blocks of 16.
type byteTables [8][256]uint32 // sum of a byte that i more bytes follow

// fill makes the tables.
func (t *byteTables) fill() {
	t[0] = *crc32.IEEETable
	for i := 1; i < len(t); i++ {
		for j, sum := range t[i-1] {
			t[i][j] = timesX8(sum)
		}
	}
}

// checksum is that of b.
func (t *byteTables) checksum(b []byte) uint32 {
	const least, block = 64, 16
	if len(b) < least {
		return t.update(0, b, 0, len(b))
	}
	n := len(b) &^ (block - 1)
	return t.update(crc32.ChecksumIEEE(b[:n]), b, n, len(b))
}

// update adds b[i:j] to a checksum.
func (t *byteTables) update(sum uint32, b []byte, i, j int) uint32 {
	if j < 8 {
		return crc32.Update(sum, crc32.IEEETable, b[i:j])
	}
	sum = ^sum
	for ; j-i > 8; i += 8 {
		sum = t.eight(binary.LittleEndian.Uint64(b[i:]) ^ uint64(sum))
	}
	// The rest are the last bytes of eight; the ones before are masked.
	rest := uint(j-i) * 8
	mask := 64 - rest
	last := binary.LittleEndian.Uint64(b[j-8:])>>mask<<mask ^ uint64(sum)<<mask
	return ^(t.eight(last) ^ uint32(uint64(sum)>>rest))
}

// eight is the sum of eight bytes, the first of which is the lowest.
func (t *byteTables) eight(b uint64) uint32 {
	return t[7][byte(b)] ^ t[6][byte(b>>8)] ^ t[5][byte(b>>16)] ^ t[4][byte(b>>24)] ^
		t[3][byte(b>>32)] ^ t[2][byte(b>>40)] ^ t[1][byte(b>>48)] ^ t[0][b>>56]
}
