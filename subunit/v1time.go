package subunit

import (
	"strings"
	"time"
)

// v1TimeFormat is that of python-subunit, which writes microseconds.
const v1TimeFormat = "2006-01-02 15:04:05.000000Z"

// leastV1Time is the length in bytes of the shortest time with seconds. A line with less could be any text.
const leastV1Time = len("20060102 150405")

// isV1Time reports whether s can be nothing but a time.
func isV1Time(s string) bool {
	_, ok := parseV1Time(s)
	return ok && len(strings.TrimSpace(s)) >= leastV1Time
}

// parseV1Time reads every form that python-subunit does: year, month and day, hour, minute and second with or without
// signs between them, each but the year may be missing, and a zone; without one it is UTC.
func parseV1Time(s string) (time.Time, bool) {
	if t, err := time.Parse(v1TimeFormat, s); err == nil { // as nearly always
		return t, true
	}
	c := cursor{s: strings.TrimSpace(s)}
	year, month, day := c.number(4, 4), 1, 1
	if c.s != "" {
		if c.skip("-") {
			month = c.number(1, 2)
			if c.s != "" && !c.bad {
				c.need("-")
				day = c.number(1, 2)
			}
		} else {
			month, day = c.number(2, 2), c.number(2, 2)
		}
	}
	var hour, minute, second, nanosecond, zone int
	if c.s != "" {
		c.need(" T")
		hour = c.number(2, 2)
		if c.digits(":") {
			minute = c.number(2, 2)
		}
		if c.digits(":") {
			second = c.number(1, 2)
			if c.skip(".,") {
				nanosecond = c.fraction()
			}
		}
		zone = c.zone()
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanosecond, time.UTC)
	// What time.Date had to carry was no time, e.g. the 31st of February.
	if c.bad || c.s != "" || t.Month() != time.Month(month) || t.Day() != day || t.Hour() != hour || t.Minute() != minute || t.Second() != second {
		return time.Time{}, false
	}
	return t.Add(-time.Duration(zone) * time.Minute), true
}

// cursor takes the parts of a time from its start.
type cursor struct {
	s   string
	bad bool
}

// number takes the given number of decimal digits.
func (c *cursor) number(least, most int) (n int) {
	i := 0
	for ; i < most && i < len(c.s) && isDigit(c.s[i]); i++ {
		n = n*10 + int(c.s[i]-'0')
	}
	c.bad = c.bad || i < least
	c.s = c.s[i:]
	return n
}

// fraction takes decimals of a second and returns nanoseconds.
func (c *cursor) fraction() (n int) {
	unit := int(time.Second)
	for c.bad = c.bad || c.s == "" || !isDigit(c.s[0]); c.s != "" && isDigit(c.s[0]); c.s = c.s[1:] {
		unit /= 10
		n += unit * int(c.s[0]-'0')
	}
	return n
}

// zone takes "Z", "+01", "+0100" or "+01:00" and returns minutes.
func (c *cursor) zone() int {
	if c.s == "" || c.skip("Z") {
		return 0
	}
	sign := 1
	if c.skip("-") {
		sign = -1
	} else {
		c.need("+")
	}
	minutes := 60 * c.number(2, 2)
	if c.digits(":") {
		minutes += c.number(2, 2)
	}
	return sign * minutes
}

// digits reports whether digits follow, and takes a sign before them, which is one of the given ones.
func (c *cursor) digits(before string) bool {
	next := strings.TrimLeft(c.s, before)
	if len(c.s)-len(next) > 1 || next == "" || !isDigit(next[0]) {
		return false
	}
	c.s = next
	return true
}

// skip takes one of the given characters if it is there.
func (c *cursor) skip(chars string) bool {
	if c.s == "" || !strings.ContainsRune(chars, rune(c.s[0])) {
		return false
	}
	c.s = c.s[1:]
	return true
}

func (c *cursor) need(chars string) { c.bad = !c.skip(chars) || c.bad }

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
