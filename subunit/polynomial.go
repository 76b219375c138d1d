package subunit

import "hash/crc32"

// checksumTables does arithmetic modulo the polynomial of CRC-32. In a sum the highest bit stands for x^0.
type checksumTables struct {
	bytes byteTables
	low   [2048]uint32 // x^(8·i)
	high  [2048]uint32 // x^(8·2048·i)

	shifted int    // factor is x^(8·shifted)
	factor  uint32 // multiplied with last
	again   int    // how often it was used since it was set
	wide    [8][16]uint32
}

// widenAfter is how often a factor is used before the tables that make it faster are worth their making.
const widenAfter = 32

func newChecksumTables() *checksumTables {
	t := &checksumTables{shifted: -1}
	t.bytes.fill()
	t.low[0], t.high[0] = 1<<31, 1<<31
	for i := 1; i < len(t.low); i++ {
		t.low[i] = timesX8(t.low[i-1])
	}
	step := timesX8(t.low[len(t.low)-1])
	for i := 1; i < len(t.high); i++ {
		t.high[i] = t.multiply(t.high[i-1], step)
	}
	return t
}

// shift multiplies a sum by x^(8·n).
func (t *checksumTables) shift(sum uint32, n int) uint32 {
	if n != t.shifted {
		t.shifted, t.again, t.factor = n, 0, t.low[n%len(t.low)]
		if high := n / len(t.low); high > 0 {
			t.factor = t.multiply(t.factor, t.high[high])
		}
	}
	t.again++
	if t.again < widenAfter {
		return t.multiply(sum, t.factor)
	}
	if t.again == widenAfter {
		t.widen()
	}
	w := &t.wide
	return w[0][sum>>28] ^ w[1][sum>>24&15] ^ w[2][sum>>20&15] ^ w[3][sum>>16&15] ^
		w[4][sum>>12&15] ^ w[5][sum>>8&15] ^ w[6][sum>>4&15] ^ w[7][sum&15]
}

// widen makes tables of the products of the factor with every four bits of a sum.
func (t *checksumTables) widen() {
	power := t.factor
	for i := range t.wide {
		f := &t.wide[i]
		f[0] = 0
		for bit := 8; bit > 0; bit >>= 1 {
			f[bit] = power
			power = timesX(power)
		}
		for j := 3; j < len(f); j++ {
			if low := j & -j; low != j {
				f[j] = f[low] ^ f[j^low]
			}
		}
	}
}

// multiply multiplies two sums. Each factor is split into four whose bits lie so far apart that the carries of ordinary
// multiplication fall between them.
func (t *checksumTables) multiply(a, b uint32) uint32 {
	const every4th = 0x1111111111111111
	a0, a1, a2, a3 := uint64(a&0x11111111), uint64(a&0x22222222), uint64(a&0x44444444), uint64(a&0x88888888)
	b0, b1, b2, b3 := uint64(b&0x11111111), uint64(b&0x22222222), uint64(b&0x44444444), uint64(b&0x88888888)
	p := (a0*b0^a1*b3^a2*b2^a3*b1)&every4th |
		(a0*b1^a1*b0^a2*b3^a3*b2)&(every4th<<1) |
		(a0*b2^a1*b1^a2*b0^a3*b3)&(every4th<<2) |
		(a0*b3^a1*b2^a2*b1^a3*b0)&(every4th<<3)
	p <<= 1 // the highest bit is x^0 again
	return uint32(p>>32) ^ t.bytes[3][byte(p)] ^ t.bytes[2][byte(p>>8)] ^ t.bytes[1][byte(p>>16)] ^ t.bytes[0][byte(p>>24)]
}

func timesX8(sum uint32) uint32 { return sum>>8 ^ crc32.IEEETable[sum&0xFF] }

func timesX(sum uint32) uint32 { return sum>>1 ^ crc32.IEEE&-(sum&1) }
