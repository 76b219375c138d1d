package guest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

func TestGenerateKey(t *testing.T) {
	tests := []struct {
		kind             KeyType
		block, publicKey string
	}{
		{ECDSA, "EC PRIVATE KEY", "ecdsa-sha2-nistp384"},
		{RSA, "RSA PRIVATE KEY", "ssh-rsa"},
	}
	for _, test := range tests {
		t.Run(string(test.kind), func(t *testing.T) {
			pair := newKey(t, test.kind)
			if again := newKey(t, test.kind); again == pair {
				t.Error("the same key twice")
			}
			block, rest := pem.Decode([]byte(pair.PrivateKey))
			if block == nil || block.Type != test.block || len(rest) != 0 {
				t.Fatalf("private key is %v", block)
			}
			fields := strings.Split(pair.PublicKey, " ")
			if len(fields) != 2 || fields[0] != test.publicKey {
				t.Fatalf("public key %q", pair.PublicKey)
			}
			blob, err := base64.StdEncoding.DecodeString(fields[1])
			if err != nil {
				t.Fatal(err)
			}
			want := strings.ReplaceAll(fmt.Sprintf("% x", md5.Sum(blob)), " ", ":")
			if pair.Fingerprint != want {
				t.Errorf("fingerprint %s, want %s", pair.Fingerprint, want)
			}
			for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
				if s := fmt.Sprintf(verb, pair); strings.Contains(s, "PRIVATE") {
					t.Errorf("%s shows the key: %s", verb, s)
				}
			}
			switch key := parsed(t, pair.PrivateKey).(type) {
			case *ecdsa.PrivateKey:
				if key.Curve != elliptic.P384() {
					t.Errorf("curve %s", key.Curve.Params().Name)
				}
			case *rsa.PrivateKey:
				if key.N.BitLen() < 2048 {
					t.Errorf("%d bits", key.N.BitLen())
				}
			}
		})
	}
	if _, err := GenerateKey("dsa"); err == nil || err.Error() != `ssh_key_type "dsa" is neither ecdsa nor rsa` {
		t.Errorf("error %v", err)
	}
}

func TestLoadKey(t *testing.T) {
	for _, kind := range []KeyType{ECDSA, RSA} {
		pair := newKey(t, kind)
		private := parsed(t, pair.PrivateKey)
		pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
		if err != nil {
			t.Fatal(err)
		}
		openSSH, err := ssh.MarshalPrivateKey(private, "a comment")
		if err != nil {
			t.Fatal(err)
		}
		protected, err := ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte("passphrase"))
		if err != nil {
			t.Fatal(err)
		}
		tests := []struct {
			name, text, fails string
		}{
			{"PEM", pair.PrivateKey, ""},
			{"without the last newline", strings.TrimSpace(pair.PrivateKey), ""},
			{"indented, CRLF", "\r\n  " + strings.ReplaceAll(pair.PrivateKey, "\n", "\r\n"), ""},
			{"after EC PARAMETERS", "-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n" + pair.PrivateKey, ""},
			{"PKCS #8", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})), ""},
			{"OpenSSH", string(pem.EncodeToMemory(openSSH)), ""},
			{"with a passphrase", string(pem.EncodeToMemory(protected)), "protected by a passphrase"},
			{"PKCS #8 with a passphrase", string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: pkcs8})), "protected by a passphrase"},
			{"public key", pair.PublicKey, "no PEM private key"},
			{"empty", "", "no PEM private key"},
			{"cut", pair.PrivateKey[:100], "no PEM private key"},
			{"damaged", string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: pkcs8[:20]})), "load private key: "},
		}
		for _, test := range tests {
			t.Run(string(kind)+" "+test.name, func(t *testing.T) {
				got, err := LoadKey(test.text)
				if test.fails != "" {
					if err == nil || !strings.Contains(err.Error(), test.fails) {
						t.Errorf("error %v, want %s", err, test.fails)
					}
					return
				}
				if err != nil || got.PublicKey != pair.PublicKey || got.Fingerprint != pair.Fingerprint {
					t.Errorf("LoadKey = %v, %v", got, err)
				}
			})
		}
	}
}

func parsed(t *testing.T, text string) any {
	t.Helper()
	key, err := ssh.ParseRawPrivateKey([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestParseHostKey(t *testing.T) {
	key := hostKeyOf(newHostKey(t, ssh.KeyAlgoED25519).PublicKey())
	if got, err := ParseHostKey(key.String() + " a comment\n"); got != key || err != nil {
		t.Errorf("ParseHostKey = %v, %v", got, err)
	}
	for _, line := range []string{"", "ssh-rsa", "ssh-rsa !", "ssh-rsa AAAA", "ssh-rsa " + key.Key} {
		if got, err := ParseHostKey(line); err == nil {
			t.Errorf("ParseHostKey(%q) = %v", line, got)
		}
	}
}
