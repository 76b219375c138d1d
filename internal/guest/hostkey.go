package guest

import (
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// HostKey is the public key by which a server is known again. The zero value means
// that none is known yet.
type HostKey struct {
	// Type is the key's format, for instance "ssh-ed25519"; "ssh-rsa" for every RSA
	// key, whichever signature was used with it.
	Type string `json:"type"`
	// Key is the base64 text as in a known_hosts file.
	Key string `json:"key"`
}

// ParseHostKey reads "type base64", as a known_hosts file has it after the host name.
func ParseHostKey(line string) (HostKey, error) {
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return HostKey{}, fmt.Errorf("host key %q is not \"type base64\"", line)
	}
	k := HostKey{Type: fields[0], Key: fields[1]}
	_, err := k.publicKey()
	return k, err
}

// IsZero says that no key is known.
func (k HostKey) IsZero() bool { return k == HostKey{} }

// String is the form that ParseHostKey reads.
func (k HostKey) String() string { return strings.TrimSpace(k.Type + " " + k.Key) }

// Fingerprint is OpenSSH's SHA256 form, as ssh-keygen -l prints it.
func (k HostKey) Fingerprint() string {
	key, err := k.publicKey()
	if err != nil {
		return "(unreadable key)"
	}
	return ssh.FingerprintSHA256(key)
}

// describe is a key in a sentence.
func (k HostKey) describe() string {
	if k.IsZero() {
		return "none"
	}
	return k.Type + " " + k.Fingerprint()
}

func (k HostKey) publicKey() (ssh.PublicKey, error) {
	blob, err := base64.StdEncoding.DecodeString(k.Key)
	if err != nil {
		return nil, fmt.Errorf("decode host key of type %s: %w", k.Type, err)
	}
	key, err := ssh.ParsePublicKey(blob)
	if err != nil {
		return nil, fmt.Errorf("parse host key of type %s: %w", k.Type, err)
	}
	if key.Type() != k.Type {
		return nil, fmt.Errorf("host key is of type %s, but recorded as %s", key.Type(), k.Type)
	}
	return key, nil
}

func hostKeyOf(key ssh.PublicKey) HostKey {
	return HostKey{Type: key.Type(), Key: base64.StdEncoding.EncodeToString(key.Marshal())}
}

// algorithms are the host key algorithms to ask for. With a recorded key only those
// of its type: a server has several keys, and a newer library that prefers another
// one would look like a changed host. Certificates are never asked for, since what is
// recorded is the key itself.
func (k HostKey) algorithms() []string {
	switch k.Type {
	case "":
		return []string{
			ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
			ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA, ssh.InsecureKeyAlgoDSA, //nolint:staticcheck // guests of old images have no other
		}
	case ssh.KeyAlgoRSA:
		// RFC 8332: one key type, three signatures.
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA}
	default:
		return []string{k.Type}
	}
}
