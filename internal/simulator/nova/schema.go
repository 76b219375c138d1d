package nova

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// maxUserData is the longest user data, in characters of base64.
const maxUserData = 65535

var (
	hostnameForm = regexp.MustCompile(`^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$`)
	metadataForm = regexp.MustCompile(`^[a-zA-Z0-9-_:. ]{1,255}$`)
)

// boolean are the values that Nova takes for a flag, as Python writes them.
var boolean = []string{
	"True", "'True'", "'TRUE'", "'true'", "'1'", "'ON'", "'On'", "'on'", "'YES'", "'Yes'", "'yes'",
	"False", "'False'", "'FALSE'", "'false'", "'0'", "'OFF'", "'Off'", "'off'", "'NO'", "'No'", "'no'",
}

// checkMembers checks the members of a server to create that may be left out.
func checkMembers(c *wire.Call, sent wire.M, raw json.RawMessage) error {
	var texts map[string]json.RawMessage
	if err := json.Unmarshal(raw, &texts); err != nil {
		return err
	}
	for _, check := range []struct {
		member string
		wrong  func(value any) string // why, or ""
	}{
		{"imageRef", func(v any) string {
			if text, _ := v.(string); text == "" || wire.IsUUID(text) {
				return ""
			}
			return "is not valid under any of the given schemas"
		}},
		{"networks", func(v any) string {
			if _, list := v.([]any); list || slices.Contains([]any{"auto", "none"}, v) && since(c, 37) {
				return ""
			}
			return "is not valid under any of the given schemas"
		}},
		{"user_data", func(v any) string {
			text, _ := v.(string)
			if len(text) > maxUserData {
				return "is too long"
			}
			if _, err := base64.StdEncoding.DecodeString(text); err != nil {
				return "is not a 'base64'"
			}
			return ""
		}},
		{"min_count", atLeastOne}, {"max_count", atLeastOne},
		{"OS-DCF:diskConfig", oneOf("'AUTO'", "'MANUAL'")}, {"config_drive", oneOf(boolean...)},
		{"hostname", func(v any) string {
			if text, _ := v.(string); hostnameForm.MatchString(text) {
				return ""
			}
			return "does not match '" + hostnameForm.String() + "'"
		}},
	} {
		value, ok := sent[check.member]
		if !ok {
			continue
		}
		if why := check.wrong(value); why != "" {
			return invalid(check.member, value, why)
		}
	}
	if networks, ok := sent["networks"].([]any); ok {
		return checkAddresses(networks)
	}
	return nil
}

func checkAddresses(networks []any) error {
	for _, n := range networks {
		network, _ := n.(wire.M)
		text, ok := network["fixed_ip"].(string)
		if _, err := netip.ParseAddr(text); ok && err != nil {
			return invalid("fixed_ip", text, "is not valid under any of the given schemas")
		}
	}
	return nil
}

func atLeastOne(value any) string {
	if n, ok := count(value); ok && n < 1 {
		return "is less than the minimum of 1"
	}
	return ""
}

// count reads a number, which may be written as a text.
func count(value any) (int, bool) {
	var n int
	if _, err := fmt.Sscan(fmt.Sprint(value), &n); err != nil {
		return 0, false
	}
	return n, true
}

func oneOf(values ...string) func(any) string {
	return func(value any) string {
		raw, err := json.Marshal(value)
		if err == nil && slices.Contains(values, wire.PythonRepr(raw)) {
			return ""
		}
		return "is not one of [" + strings.Join(values, ", ") + "]"
	}
}

// sortKeys are what servers can be sorted by.
var sortKeys = []string{
	"access_ip_v4", "access_ip_v6", "auto_disk_config", "availability_zone", "config_drive", "created_at", "display_description",
	"display_name", "host", "hostname", "image_ref", "instance_type_id", "kernel_id", "key_name", "launch_index", "launched_at",
	"locked_by", "node", "power_state", "progress", "project_id", "ramdisk_id", "root_device_name", "task_state", "terminated_at",
	"updated_at", "user_id", "uuid", "vm_state", "architecture", "cell_name", "cleaned", "default_ephemeral_device",
	"default_swap_device", "deleted", "deleted_at", "disable_terminate", "ephemeral_gb", "ephemeral_key_uuid", "id", "key_data",
	"launched_on", "locked", "memory_mb", "os_type", "reservation_id", "root_gb", "shutdown_terminate", "user_data", "vcpus", "vm_mode",
}

// listMembers are the other parameters of a list of servers, which since 2.75
// must be known.
var listMembers = []string{
	"limit", "marker", "sort_key", "sort_dir", "all_tenants", "name", "status", "image", "flavor", "ip", "ip6", "tenant_id",
	"project_id", "user_id", "uuid", "key_name", "changes-since", "changes-before", "deleted", "host", "hostname", "tags",
	"tags-any", "not-tags", "not-tags-any", "locked", "reservation_id", "availability_zone", "config_drive", "vm_state",
	"task_state", "power_state", "description", "node", "soft_deleted",
}

var (
	digits    = regexp.MustCompile(`^[0-9]*$`)
	timeForms = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"}
)

// checkQuery checks the parameters of a list of servers.
func checkQuery(c *wire.Call) error {
	for name, values := range c.R.URL.Query() {
		value := values[0]
		why := ""
		switch name {
		case "limit":
			if !digits.MatchString(value) {
				why = "does not match '" + digits.String() + "'"
			}
		case "sort_key":
			if !slices.Contains(sortKeys, value) {
				why = "is not one of ['" + strings.Join(sortKeys, "', '") + "']"
			}
		case "sort_dir":
			if value != "asc" && value != "desc" {
				return badRequest("Invalid input received: Unknown sort direction, must be 'desc' or 'asc'")
			}
		case "changes-since", "changes-before":
			if !slices.ContainsFunc(timeForms, func(form string) bool { _, err := time.Parse(form, value); return err == nil }) {
				why = "is not a 'date-time'"
			}
		default:
			if since(c, 75) && !slices.Contains(listMembers, name) && !strings.HasPrefix(name, "_") {
				return badRequest("'%s' does not match any of the regexes: '^_'", name)
			}
		}
		if why != "" {
			return badRequest("Invalid input for query parameters %s. Value: %s. '%s' %s", name, value, value, why)
		}
	}
	return nil
}
