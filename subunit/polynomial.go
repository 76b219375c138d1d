package subunit

import "hash/crc32"

// checksumTables does arithmetic modulo the polynomial of CRC-32. In a sum the highest bit stands for x^0.
type checksumTables struct {
	bytes   [8][256]uint32 // sum of a byte that i more bytes follow
	reduced [16]uint32     // what the four bits that leave a sum multiplied by x^4 add to it
	low     [2048]uint32   // x^(8·i)
	high    [2048]uint32   // x^(8·2048·i)

	shifted int         // factor is x^(8·shifted)
	factor  nibbleTable // products with the factor
	wide    [8]nibbleTable
	again   int // how often the factor was used since it was set
}

// nibbleTable holds the products of a factor with every polynomial of degree three or less.
type nibbleTable [16]uint32

// widenAfter is how often a factor is used before the tables that make it faster are worth their making.
const widenAfter = 16

func newChecksumTables() *checksumTables {
	t := &checksumTables{shifted: -1}
	t.bytes[0] = *crc32.IEEETable
	for i := 1; i < len(t.bytes); i++ {
		for j, sum := range t.bytes[i-1] {
			t.bytes[i][j] = t.timesX8(sum)
		}
	}
	for i := range t.reduced {
		t.reduced[i] = timesX(uint32(i), 4)
	}
	t.low[0], t.high[0] = 1<<31, 1<<31
	for i := 1; i < len(t.low); i++ {
		t.low[i] = t.timesX8(t.low[i-1])
	}
	t.setFactor(t.timesX8(t.low[len(t.low)-1]))
	for i := 1; i < len(t.high); i++ {
		t.high[i] = t.multiply(t.high[i-1])
	}
	return t
}

// update adds bytes to a checksum. For few bytes it is faster than the standard library.
func (t *checksumTables) update(sum uint32, b []byte) uint32 {
	if len(b) > 64 {
		return crc32.Update(sum, crc32.IEEETable, b)
	}
	sum = ^sum
	for ; len(b) >= 8; b = b[8:] {
		sum ^= uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
		sum = t.bytes[0][b[7]] ^ t.bytes[1][b[6]] ^ t.bytes[2][b[5]] ^ t.bytes[3][b[4]] ^
			t.bytes[4][sum>>24] ^ t.bytes[5][sum>>16&0xFF] ^ t.bytes[6][sum>>8&0xFF] ^ t.bytes[7][sum&0xFF]
	}
	for _, c := range b {
		sum = t.bytes[0][byte(sum)^c] ^ sum>>8
	}
	return ^sum
}

// shift multiplies a sum by x^(8·n).
func (t *checksumTables) shift(sum uint32, n int) uint32 {
	if n != t.shifted {
		t.shifted, t.again = n, 0
		t.setFactor(t.low[n%len(t.low)])
		if high := n / len(t.low); high > 0 {
			t.setFactor(t.multiply(t.high[high]))
		}
	}
	t.again++
	if t.again < widenAfter {
		return t.multiply(sum)
	}
	if t.again == widenAfter {
		t.widen()
	}
	w := &t.wide
	return w[0][sum>>28] ^ w[1][sum>>24&15] ^ w[2][sum>>20&15] ^ w[3][sum>>16&15] ^
		w[4][sum>>12&15] ^ w[5][sum>>8&15] ^ w[6][sum>>4&15] ^ w[7][sum&15]
}

func (t *checksumTables) setFactor(factor uint32) {
	f := &t.factor
	f[0] = 0
	for bit := 8; bit > 0; bit >>= 1 {
		f[bit] = factor
		factor = timesX(factor, 1)
	}
	for i := 3; i < len(f); i++ {
		if low := i & -i; low != i {
			f[i] = f[low] ^ f[i^low]
		}
	}
}

// widen makes tables of the factor times x^(4·i).
func (t *checksumTables) widen() {
	t.wide[0] = t.factor
	for i := 1; i < len(t.wide); i++ {
		for j, sum := range t.wide[i-1] {
			t.wide[i][j] = sum>>4 ^ t.reduced[sum&15]
		}
	}
}

// multiply multiplies a sum by the factor.
func (t *checksumTables) multiply(sum uint32) uint32 {
	var p uint32
	for range 8 {
		p = p>>4 ^ t.reduced[p&15] ^ t.factor[sum&15]
		sum >>= 4
	}
	return p
}

func (t *checksumTables) timesX8(sum uint32) uint32 {
	return sum>>8 ^ crc32.IEEETable[sum&0xFF]
}

func timesX(sum uint32, n int) uint32 {
	for range n {
		sum = sum>>1 ^ crc32.IEEE&-(sum&1)
	}
	return sum
}
