package nova

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// maxText is the longest name, and the longest key or value of metadata.
const maxText = 255

// invalid words a complaint as Nova's schema validation does.
func invalid(field string, value any, why string) error {
	text := fmt.Sprint(value)
	quoted := text
	if _, ok := value.(string); ok {
		quoted = "'" + text + "'"
	}
	return badRequest("Invalid input for field/attribute %s. Value: %s. %s %s", field, text, quoted, why)
}

// checkText checks the type and length of a text; least is its shortest
// length.
func checkText(field string, value any, least int) error {
	text, ok := value.(string)
	switch {
	case !ok:
		return invalid(field, value, "is not of type 'string'")
	case len(text) < least:
		return invalid(field, value, "is too short")
	case utf8.RuneCountInString(text) > maxText:
		return invalid(field, value, "is too long")
	}
	return nil
}

// checkName checks a server's name.
func checkName(value any) error {
	if err := checkText("name", value, 1); err != nil {
		return err
	}
	if text, _ := value.(string); strings.TrimSpace(text) != text {
		return badRequest("An invalid 'name' value was provided. The name must be: printable characters. " +
			"Can not start or end with whitespace.")
	}
	return nil
}

const keyNameChars = "_- 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// checkKeyName checks a key pair's name, which may not be any text.
func checkKeyName(value any) error {
	if err := checkText("name", value, 1); err != nil {
		return err
	}
	if text, _ := value.(string); strings.Trim(text, keyNameChars) != "" {
		return badRequest("An invalid 'name' value was provided. The name must be: Only expected characters: [%s]", keyNameChars)
	}
	return nil
}

func checkMetadata(sent wire.M) error {
	for name, value := range sent {
		if !metadataForm.MatchString(name) {
			raw, err := json.Marshal(sent)
			if err != nil {
				return err
			}
			return badRequest("Invalid input for field/attribute metadata. Value: %s. '%s' does not match any of the regexes: '%s'",
				wire.PythonRepr(raw), name, metadataForm)
		}
		if err := checkText(name, value, 0); err != nil {
			return err
		}
	}
	return nil
}

// checkAccess checks the addresses under which a server is to be reached.
func checkAccess(sent wire.M) error {
	for _, access := range []struct {
		field, format string
		is6           bool
	}{{"accessIPv4", "ipv4", false}, {"accessIPv6", "ipv6", true}} {
		value, ok := sent[access.field]
		text, _ := value.(string)
		if !ok {
			continue
		}
		if address, err := netip.ParseAddr(text); err != nil || address.Is6() != access.is6 {
			return invalid(access.field, value, "is not a '"+access.format+"'")
		}
	}
	return nil
}
