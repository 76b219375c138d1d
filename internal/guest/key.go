package guest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// KeyType is a value of Tempest's [validation] ssh_key_type.
type KeyType string

// The key types Tempest knows.
const (
	ECDSA KeyType = "ecdsa"
	RSA   KeyType = "rsa"
)

// rsaBits is what Nova and Tempest use for the RSA keys they make.
const rsaBits = 2048

// KeyPair is a key to log in with, in the forms that Nova and the state file want.
type KeyPair struct {
	// PrivateKey is PEM text. It is a secret.
	PrivateKey string
	// PublicKey is one authorized_keys line without comment and newline.
	PublicKey string
	// Fingerprint is the MD5 of the public key in colon form, which is what Nova
	// shows for every key pair.
	Fingerprint string
}

// String names the key by its fingerprint, so that a key pair can be printed.
func (k KeyPair) String() string { return k.Fingerprint }

// GoString is String: %#v must not print the private key either.
func (k KeyPair) GoString() string { return k.String() }

// GenerateKey makes a key pair. Like Tempest 30 and later, an ecdsa key is on P-384
// and written as "EC PRIVATE KEY" (paramiko's form), an rsa key as "RSA PRIVATE KEY".
func GenerateKey(t KeyType) (KeyPair, error) {
	var block *pem.Block
	switch t {
	case ECDSA:
		key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
		if err != nil {
			return KeyPair{}, fmt.Errorf("generate ecdsa key: %w", err)
		}
		der, err := x509.MarshalECPrivateKey(key)
		if err != nil {
			return KeyPair{}, fmt.Errorf("encode ecdsa key: %w", err)
		}
		block = &pem.Block{Type: "EC PRIVATE KEY", Bytes: der}
	case RSA:
		key, err := rsa.GenerateKey(rand.Reader, rsaBits)
		if err != nil {
			return KeyPair{}, fmt.Errorf("generate rsa key: %w", err)
		}
		block = &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	default:
		return KeyPair{}, fmt.Errorf("ssh_key_type %q is neither %s nor %s", t, ECDSA, RSA)
	}
	return LoadKey(string(pem.EncodeToMemory(block)))
}

// LoadKey reads a private key in any form met in the field: EC and RSA PEM (Tempest's
// and Nova's), OpenSSH and PKCS #8. The error never shows any of the key.
func LoadKey(privateKey string) (KeyPair, error) {
	signer, err := parseKey(privateKey)
	if err != nil {
		return KeyPair{}, err
	}
	public := signer.PublicKey()
	return KeyPair{
		PrivateKey:  privateKey,
		PublicKey:   strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public))),
		Fingerprint: ssh.FingerprintLegacyMD5(public),
	}, nil
}

// parseKey finds the private key among the PEM blocks (openssl writes "EC PARAMETERS"
// before it).
func parseKey(text string) (ssh.Signer, error) {
	for rest := []byte(strings.TrimSpace(text)); ; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			return nil, errors.New("load private key: no PEM private key in the text")
		}
		if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
			continue
		}
		signer, err := ssh.ParsePrivateKey(pem.EncodeToMemory(block))
		var protected *ssh.PassphraseMissingError
		if errors.As(err, &protected) || block.Type == "ENCRYPTED PRIVATE KEY" {
			return nil, errors.New("load private key: it is protected by a passphrase, which nobody could type here")
		}
		if err != nil {
			return nil, fmt.Errorf("load private key: %w", err)
		}
		return signer, nil
	}
}
