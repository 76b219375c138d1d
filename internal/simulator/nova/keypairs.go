package nova

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

type keypair struct {
	number           int
	name, user, kind string
	public           string
	fingerprint      string
	private          string // only in the answer to its creation
	created          time.Time
}

func (s *Service) keypairRoutes() {
	s.router.Handle("GET", "/v2.1/os-keypairs", s.listKeypairs)
	s.router.Handle("POST", "/v2.1/os-keypairs", s.createKeypair)
	s.router.Handle("GET", "/v2.1/os-keypairs/{name}", s.showKeypair)
	s.router.Handle("DELETE", "/v2.1/os-keypairs/{name}", s.deleteKeypair)
}

// keypairUser is whose keys a call is about: since 2.10 an administrator may
// name another user.
func keypairUser(c *wire.Call) (string, error) {
	user := c.Query("user_id")
	if user == "" || !since(c, 10) || user == c.Token.UserID {
		return c.Token.UserID, nil
	}
	if !c.Token.Admin() {
		return "", notAllowed("os-keypairs:index")
	}
	return user, nil
}

func (s *Service) keypair(user, name string) *keypair {
	for _, k := range s.keypairs {
		if k.user == user && k.name == name {
			return k
		}
	}
	return nil
}

func (s *Service) namedKeypair(c *wire.Call) (*keypair, error) {
	user, err := keypairUser(c)
	if err != nil {
		return nil, err
	}
	k := s.keypair(user, c.Param("name"))
	if k == nil {
		return nil, wire.Errorf(http.StatusNotFound, "Keypair %s not found for user %s", c.Param("name"), user)
	}
	return k, nil
}

func (k *keypair) body(c *wire.Call, members ...string) wire.M {
	all := wire.M{
		"id": k.number, "name": k.name, "public_key": k.public, "fingerprint": k.fingerprint, "user_id": k.user,
		"created_at": wire.Stamp(k.created.Truncate(time.Second), "2006-01-02T15:04:05.000000"), "deleted": false,
		"deleted_at": nil, "updated_at": nil,
	}
	body := wire.M{}
	for _, name := range members {
		body[name] = all[name]
	}
	if since(c, 2) {
		body["type"] = k.kind
	}
	if k.private != "" && slices.Contains(members, "private_key") {
		body["private_key"] = k.private
	} else {
		delete(body, "private_key")
	}
	return body
}

func (s *Service) listKeypairs(c *wire.Call) error {
	user, err := keypairUser(c)
	if err != nil {
		return err
	}
	list := []wire.M{}
	for _, k := range s.keypairs {
		if k.user == user {
			list = append(list, wire.M{"keypair": k.body(c, "name", "public_key", "fingerprint")})
		}
	}
	return c.JSON(http.StatusOK, wire.M{"keypairs": list})
}

func (s *Service) showKeypair(c *wire.Call) error {
	k, err := s.namedKeypair(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.M{"keypair": k.body(c,
		"id", "name", "public_key", "fingerprint", "user_id", "created_at", "deleted", "deleted_at", "updated_at")})
}

func (s *Service) deleteKeypair(c *wire.Call) error {
	k, err := s.namedKeypair(c)
	if err != nil {
		return err
	}
	s.keypairs = slices.DeleteFunc(s.keypairs, func(o *keypair) bool { return o == k })
	if since(c, 2) {
		return done(c, http.StatusNoContent)
	}
	return done(c, http.StatusAccepted)
}

// sentBody reads {"<name>": {…}}, and keeps the text for complaints.
func sentBody(c *wire.Call, name string) (wire.M, json.RawMessage, error) {
	var raw map[string]json.RawMessage
	contentType, _, _ := strings.Cut(c.R.Header.Get("Content-Type"), ";")
	switch {
	case len(c.Body) == 0:
		return nil, nil, badRequest("None is not of type 'object'")
	case contentType != "" && contentType != "application/json" || json.Unmarshal(c.Body, &raw) != nil:
		return nil, nil, badRequest("Malformed request body")
	}
	var object wire.M
	err := json.Unmarshal(raw[name], &object)
	if value := wire.PythonRepr(raw[name]); err != nil && len(raw[name]) > 0 {
		return nil, nil, badRequest("Invalid input for field/attribute %s. Value: %s. %s is not of type 'object'", name, value, value)
	}
	if object == nil {
		return nil, nil, badRequest("Invalid input for field/attribute %s. Value: %s. '%s' is a required property",
			name, wire.PythonRepr(c.Body), name)
	}
	return object, raw[name], nil
}

func missing(where, what string, raw json.RawMessage) error {
	return badRequest("Invalid input for field/attribute %s. Value: %s. '%s' is a required property", where, wire.PythonRepr(raw), what)
}

func (s *Service) createKeypair(c *wire.Call) error {
	sent, raw, err := sentBody(c, "keypair")
	if err != nil {
		return err
	}
	k := &keypair{number: len(s.keypairs) + 1, user: c.Token.UserID, kind: "ssh", created: time.Now()}
	name, ok := sent["name"]
	if !ok {
		return missing("keypair", "name", raw)
	}
	if err := checkKeyName(name); err != nil {
		return err
	}
	k.name, _ = name.(string)
	if user, _ := sent["user_id"].(string); user != "" && user != k.user && since(c, 10) {
		if !c.Token.Admin() {
			return notAllowed("os-keypairs:create")
		}
		k.user = user
	}
	if kind, ok := sent["type"]; ok && since(c, 2) {
		if why := oneOf("'ssh'", "'x509'")(kind); why != "" {
			return invalid("type", kind, why)
		}
	}
	public, _ := sent["public_key"].(string)
	if public == "" && since(c, 92) {
		return missing("keypair", "public_key", raw)
	}
	if err := s.checkKeypairs(c, k); err != nil {
		return err
	}
	if public == "" {
		if public, k.private, err = generateRSA(); err != nil {
			return err
		}
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(public))
	if err != nil {
		return badRequest("Keypair data is invalid: failed to generate fingerprint")
	}
	k.public, k.fingerprint = public, ssh.FingerprintLegacyMD5(key)
	s.keypairs = append(s.keypairs, k)
	status := http.StatusOK
	if since(c, 2) {
		status = http.StatusCreated
	}
	return c.JSON(status, wire.M{"keypair": k.body(c, "name", "public_key", "fingerprint", "user_id", "private_key")})
}

func (s *Service) checkKeypairs(c *wire.Call, k *keypair) error {
	if s.keypair(k.user, k.name) != nil {
		return wire.Errorf(http.StatusConflict, "Key pair '%s' already exists.", k.name)
	}
	used := 0
	for _, o := range s.keypairs {
		if o.user == k.user {
			used++
		}
	}
	if limit := s.limit(c.Token.ProjectID, "key_pairs"); limit >= 0 && used >= limit {
		return wire.Errorf(http.StatusForbidden, "Quota exceeded, too many key pairs.")
	}
	return nil
}

func generateRSA() (public, private string, err error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", "", fmt.Errorf("make a key pair: %w", err)
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	sshKey, err := ssh.NewPublicKey(&key.PublicKey)
	if err != nil {
		return "", "", fmt.Errorf("write a public key: %w", err)
	}
	line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(sshKey))) + " Generated-by-Nova"
	return line, string(pem.EncodeToMemory(block)), nil
}
