package tempestconf

import "fmt"

// fixNetworks completes the list of networks and turns external_network and internal_network into entries of it.
func fixNetworks(c *omap, l *cloudLoader) error {
	networks := []any{}
	if c.has("networks") {
		given, ok := c.get("networks").([]any)
		if !ok {
			return &CloudError{Class: "TypeError", Message: fmt.Sprintf("'%s' object is not iterable", pyType(c.get("networks"))),
				Reason: "networks must be a list"}
		}
		for _, item := range given {
			n, err := fixNetwork(item)
			if err != nil {
				return err
			}
			networks = append(networks, n)
		}
	}
	for _, key := range []string{"external_network", "internal_network"} {
		if !c.has(key) {
			continue
		}
		if c.has("networks") {
			return &CloudError{Class: "ConfigException", Message: fmt.Sprintf("Both %s and networks were specified in the config."+
				" Please remove %s from the config and use the network list to configure network behavior.", key, key)}
		}
		l.notes = append(l.notes, fmt.Sprintf("%s of cloud %s is deprecated: an entry in networks replaces it.", key, l.name))
		external := key == "external_network"
		n := newMap()
		n.set("name", c.get(key))
		n.set("routes_externally", external)
		n.set("nat_destination", !external)
		n.set("default_interface", external)
		networks = append(networks, n)
	}
	for _, key := range []string{"nat_destination", "default_interface"} {
		var first *omap
		for _, item := range networks {
			n := item.(*omap)
			if n.get(key) != true {
				continue
			}
			if first != nil {
				return &CloudError{Class: "ConfigException", Message: fmt.Sprintf("Duplicate network entries for %s: %s and %s."+
					" Only one network can be flagged with %s", key, pyAny(first.get("name")), pyAny(n.get("name")), key)}
			}
			first = n
		}
	}
	c.set("networks", networks)
	return nil
}

func fixNetwork(item any) (*omap, error) {
	given, ok := item.(*omap)
	if !ok {
		return nil, &CloudError{Class: "AttributeError", Message: attribute(item, "get"), Reason: "a network is not a mapping"}
	}
	if falsy(given.get("name")) {
		return nil, &CloudError{Class: "ConfigException", Message: `Entry in network list is missing required field "name".`}
	}
	n := newMap()
	n.set("name", given.get("name"))
	for _, k := range []string{"routes_externally", "nat_source", "nat_destination", "default_interface",
		"routes_ipv4_externally", "routes_ipv6_externally"} {
		v := given.get(k)
		if !given.has(k) && (k == "routes_ipv4_externally" || k == "routes_ipv6_externally") {
			v = n.get("routes_externally")
		}
		b, err := getBoolean(v)
		if err != nil {
			return nil, err
		}
		n.set(k, b)
	}
	return n, nil
}
