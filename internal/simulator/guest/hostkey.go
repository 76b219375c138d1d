package guest

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"

	"golang.org/x/crypto/ssh"
)

// newHostKeys makes the kinds of keys that today's SSH servers have; RSA is
// left out because making one takes long.
func newHostKeys() ([]ssh.Signer, error) {
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a host key: %w", err)
	}
	nist, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a host key: %w", err)
	}
	var keys []ssh.Signer
	for _, private := range []any{edwards, nist} {
		signer, err := ssh.NewSignerFromKey(private)
		if err != nil {
			return nil, fmt.Errorf("use a host key: %w", err)
		}
		keys = append(keys, signer)
	}
	return keys, nil
}
