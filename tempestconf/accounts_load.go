package tempestconf

import (
	"crypto/md5" //nolint:gosec // the name of Tempest's lock files, not a protection
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
)

// ErrNoAccountsFile is the error for an accounts file that does not exist.
var ErrNoAccountsFile = errors.New("no accounts file")

// LoadAccounts reads an accounts.yaml: a list of mappings, each with a credential and, beside it, roles, types and
// resources. A missing file gives ErrNoAccountsFile with Tempest's words.
func LoadAccounts(path string) ([]Account, error) {
	data, err := readLimited(path, maxYAML)
	if os.IsNotExist(err) {
		return nil, &missingAccounts{path}
	}
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	all, err := parseAccounts(data)
	if err != nil {
		return nil, fmt.Errorf("read accounts of %s: %w", path, err)
	}
	return all, nil
}

type missingAccounts struct{ path string }

func (e *missingAccounts) Error() string {
	return fmt.Sprintf("The path for the test accounts file: %s could not be found", e.path)
}

func (e *missingAccounts) Is(target error) bool { return target == ErrNoAccountsFile }

func parseAccounts(data []byte) ([]Account, error) {
	if err := checkUTF8("", data); err != nil {
		return nil, errors.New(err.(*DecodeError).Message())
	}
	v, err := parseYAML(data)
	if err != nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("the file holds a %s, not a list of accounts", pyType(v))
	}
	all := make([]Account, 0, len(list))
	for i, item := range list {
		m, ok := item.(*omap)
		if !ok {
			return nil, fmt.Errorf("account %d is a %s, not a mapping", i+1, pyType(item))
		}
		a, err := readAccount(m)
		if err != nil {
			return nil, fmt.Errorf("account %d: %w", i+1, err)
		}
		a.Index = i
		if a.Fault != "" {
			a.Notes = append(a.Notes, fmt.Sprintf("Account %d of the accounts file cannot be used: %s.", i+1, a.Fault))
		}
		all = append(all, a)
	}
	return all, nil
}

func readAccount(m *omap) (Account, error) {
	a := Account{Hash: accountHash(m)}
	var err error
	for _, k := range []string{"roles", "types", "resources"} {
		// Python iterates over an empty text or list; over nothing at all it cannot.
		if v := m.get(k); m.has(k) && (v == nil || v == false || v == 0) {
			return a, fmt.Errorf("%s: a %s stands where a value is needed", k, pyType(v))
		}
	}
	if a.Roles, err = texts(m.get("roles")); err != nil {
		return a, fmt.Errorf("roles: %w", err)
	}
	if a.Types, err = texts(m.get("types")); err != nil {
		return a, fmt.Errorf("types: %w", err)
	}
	if err := readResources(&a, m.get("resources")); err != nil {
		return a, err
	}
	for _, k := range m.keys {
		into := a.field(k)
		switch {
		case k == "roles" || k == "types" || k == "resources":
		case into == nil:
			a.Fault = fmt.Sprintf("%s is not a valid attr of an account", k) // Tempest's words
		case *into != "" && *into != text(m.get(k)):
			return a, fmt.Errorf("Invalid Credentials: tenant and project are both given and differ (%s)", k) //nolint:staticcheck // Tempest's words
		default:
			*into = text(m.get(k))
		}
	}
	switch {
	case a.Fault != "":
	case a.Username == "" && a.UserID == "":
		a.Fault = "it has neither username nor user_id"
	case a.Password == "":
		a.Fault = "it has no password"
	}
	return a, nil
}

func (a *Account) field(key string) *string {
	switch key {
	case "username":
		return &a.Username
	case "user_id":
		return &a.UserID
	case "password":
		return &a.Password
	case "tenant_name", "project_name":
		return &a.ProjectName
	case "tenant_id", "project_id":
		return &a.ProjectID
	case "domain_name":
		return &a.DomainName
	case "domain_id":
		return &a.DomainID
	case "user_domain_name":
		return &a.UserDomainName
	case "user_domain_id":
		return &a.UserDomainID
	case "project_domain_name":
		return &a.ProjectDomainName
	case "project_domain_id":
		return &a.ProjectDomainID
	case "system":
		return &a.System
	}
	return nil
}

func readResources(a *Account, v any) error {
	if falsy(v) {
		return nil
	}
	m, ok := v.(*omap)
	if !ok {
		return fmt.Errorf("resources: a %s stands where a mapping is needed", pyType(v))
	}
	for _, k := range m.keys {
		if k == "network" {
			a.Network = text(m.get(k))
			continue
		}
		a.Notes = append(a.Notes, fmt.Sprintf("Unknown resource type %s, ignoring this field.", k))
	}
	return nil
}

func texts(v any) ([]string, error) {
	if falsy(v) {
		return nil, nil
	}
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("a %s stands where a list is needed", pyType(v))
	}
	all := make([]string, len(list))
	for i, item := range list {
		all[i] = pyAny(item)
	}
	return all, nil
}

// accountHash is Tempest's: the MD5 of Python's str() of the fields that identity v2 and v3 have in common, in the order
// of the file.
func accountHash(m *omap) string {
	var items []string
	for _, k := range m.keys {
		switch k {
		case "password", "project_id", "project_name", "tenant_id", "tenant_name", "user_id", "username":
			items = append(items, pyRepr(k)+": "+pyReprAny(m.get(k)))
		}
	}
	sum := md5.Sum([]byte("{" + strings.Join(items, ", ") + "}")) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}
