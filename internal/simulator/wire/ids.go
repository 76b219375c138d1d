package wire

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"
)

// HexID returns a new identifier as Keystone makes them: 32 hexadecimal digits.
func HexID() string { return hex.EncodeToString(random(16)) }

// UUID returns a new random UUID (version 4).
func UUID() string {
	b := random(16)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// RequestID returns a new X-Openstack-Request-Id.
func RequestID() string { return "req-" + UUID() }

// Secret returns n random bytes in URL-safe base64.
func Secret(n int) string { return base64.RawURLEncoding.EncodeToString(random(n)) }

// random cannot fail: since Go 1.24 crypto/rand.Read never returns an error.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// Time formats of the services.
const (
	TimeMicro  = "2006-01-02T15:04:05.000000Z" // Keystone's tokens
	TimeSecond = "2006-01-02T15:04:05Z"        // Nova, Neutron, Glance
)

// Stamp formats a time as the services do in JSON bodies, in UTC.
func Stamp(t time.Time, layout string) string { return t.UTC().Format(layout) }
