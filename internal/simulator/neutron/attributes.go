package neutron

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// computed are attributes that every resource shows and no client may give.
var computed = []string{"id", "status", "created_at", "updated_at", "revision_number"}

// flags are the attributes of all kinds that are true or false.
var flags = []string{"admin_state_up", "shared", "router:external", "port_security_enabled", "enable_dhcp", "stateful"}

// ids are the attributes of all kinds that hold a UUID.
var ids = []string{
	"network_id", "floating_network_id", "port_id", "security_group_id", "subnet_id", "remote_group_id",
}

// reasons say what is wrong with an attribute's value, or "".
var reasons = map[string]func(value any) string{
	"mtu": func(value any) string {
		if n, ok := number(value); ok && n < 0 {
			return fmt.Sprintf("'%d' should be non-negative", n)
		}
		return ""
	},
	"ip_version": func(value any) string {
		if n, ok := number(value); !ok || n != 4 && n != 6 {
			return fmt.Sprintf("%v is not in valid_values", value)
		}
		return ""
	},
	"gateway_ip": wrongAddress,
	"dns_nameservers": func(value any) string {
		list, _ := value.([]any)
		for _, server := range list {
			if why := wrongAddress(server); why != "" {
				return fmt.Sprintf("'%v' is not a valid nameserver. %s", server, why)
			}
		}
		return ""
	},
	"mac_address": func(value any) string {
		text, _ := value.(string)
		if _, err := net.ParseMAC(text); err != nil && text != "" {
			return "'" + text + "' is not a valid MAC address"
		}
		return ""
	},
	"fixed_ips": func(value any) string {
		list, _ := value.([]any)
		for _, item := range list {
			fixed, _ := item.(wire.M)
			if why := wrongAddress(fixed["ip_address"]); why != "" {
				return why
			}
			if why := wrongID(fixed["subnet_id"]); why != "" {
				return why
			}
		}
		return ""
	},
	"external_gateway_info": func(value any) string {
		info, _ := value.(wire.M)
		for name := range info {
			if !slices.Contains([]string{"network_id", "enable_snat", "external_fixed_ips", "qos_policy_id"}, name) {
				return "Unexpected keys supplied: " + name
			}
		}
		return wrongID(info["network_id"])
	},
}

func wrongAddress(value any) string {
	if text, ok := value.(string); ok {
		if _, err := netip.ParseAddr(text); err != nil {
			return "'" + text + "' is not a valid IP address"
		}
	}
	return ""
}

func wrongID(value any) string {
	if text, ok := value.(string); ok && text != "" && !wire.IsUUID(text) {
		return "'" + text + "' is not a valid UUID"
	}
	return ""
}

// checkAttributes checks the attributes sent, as Neutron does before it looks
// at what they refer to, and makes flags of texts.
func (k *kind) checkAttributes(sent wire.M, action string) error {
	known := k.settable()
	var unknown []string
	for name := range sent {
		if _, ok := known[name]; !ok && !slices.Contains(computed, name) {
			unknown = append(unknown, "'"+name+"'")
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return badRequest("Unrecognized attribute(s) " + strings.Join(unknown, ", "))
	}
	for name := range sent {
		switch readOnly := slices.Contains(computed, name); {
		case readOnly && action == "create":
			return badRequest("Attribute '" + name + "' not allowed in POST")
		case action == "update" && (readOnly || slices.Contains(k.fixed, name)):
			return badRequest("Cannot update read-only attribute " + name)
		}
	}
	for _, name := range k.required {
		if _, ok := sent[name]; !ok && action == "create" {
			return badRequest("Failed to parse request. Required attribute '" + name + "' not specified")
		}
	}
	if err := checkText(sent); err != nil {
		return err
	}
	for name, value := range sent {
		if slices.Contains(flags, name) {
			flag, ok := boolean(value)
			if !ok {
				if value == nil {
					value = "None"
				}
				return invalidInput("'%v' cannot be converted to boolean.", value)
			}
			sent[name] = flag
		}
		reason := ""
		if slices.Contains(ids, name) {
			reason = wrongID(value)
		} else if check := reasons[name]; check != nil {
			reason = check(value)
		}
		if reason != "" {
			return badRequest("Invalid input for " + name + ". Reason: " + reason + ".")
		}
	}
	return nil
}

// boolean reads a flag as Neutron does.
func boolean(value any) (flag, ok bool) {
	switch strings.ToLower(fmt.Sprint(value)) {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}

// filters are the query parameters of all kinds that select by something
// that is no attribute.
var filters = []string{
	"tags", "tags-any", "not-tags", "not-tags-any", "changed_since", "standard_attr_id", "fixed_ips", "ip_allocation", "dns_name",
	"subnets", "security_group_rules", "is_default", "ip_address",
}

// checkList checks the parameters of a list.
func (s *Service) checkList(c *wire.Call, k *kind) error {
	known := s.newObject(k, "").see(&wire.Token{Roles: []string{"admin"}})
	query := c.R.URL.Query()
	for _, key := range query["sort_key"] {
		if _, ok := known[key]; !ok {
			return badRequest("['" + key + "'] is invalid attribute for sort_keys")
		}
	}
	for _, direction := range query["sort_dir"] {
		if direction != "asc" && direction != "desc" {
			return badRequest("['" + direction + "'] is invalid value for sort_dirs, valid value is 'asc' and 'desc'")
		}
	}
	if text := query.Get("limit"); text != "" {
		if n, ok := number(text); !ok || n < 0 {
			return refusal(http.StatusBadRequest, "BadRequest",
				"Bad limit request: Limit must be an integer 0 or greater and not '"+text+"'.")
		}
	}
	if marker := query.Get("marker"); marker != "" && s.get(k.name, marker) == nil {
		return k.missing(marker)
	}
	for name := range query {
		if _, ok := known[name]; !ok && !slices.Contains(filters, name) && !slices.Contains(notFilters, name) {
			return badRequest("['" + name + "'] is invalid attribute for filtering")
		}
	}
	return nil
}

// sorted puts what a list found into the order asked for.
func sorted(found []wire.M, query map[string][]string) {
	slices.SortStableFunc(found, func(a, b wire.M) int {
		for i, key := range query["sort_key"] {
			order := strings.Compare(fmt.Sprint(a[key]), fmt.Sprint(b[key]))
			if directions := query["sort_dir"]; i < len(directions) && directions[i] == "desc" {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
}
