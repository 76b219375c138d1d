package releases

import (
	"slices"
	"strconv"
	"strings"
)

// Told is what a service said of itself.
type Told struct {
	// Service is the service's type: identity, compute, network, image, volume (or one of its newer names), object-store.
	Service string
	// API is the id of the API's version, such as v2.1.
	API string
	// Min and Max are its microversions; "" where it has none.
	Min, Max string
	// Version is the software's own version, which Swift alone tells.
	Version string
	// Extensions are the aliases of Neutron's extensions.
	Extensions []string
}

// String is what was told, and the releases that follow from it: "2.1 to 2.93 (Zed)".
func (t Told) String() string {
	var out []string
	switch {
	case t.Version != "":
		out = append(out, t.Version)
	case t.Max != "":
		out = append(out, t.Min+" to "+t.Max)
	case t.API != "":
		out = append(out, t.API)
	}
	if n := len(t.Extensions); n == 1 {
		out = append(out, "1 extension")
	} else if n > 1 {
		out = append(out, strconv.Itoa(n)+" extensions")
	}
	text := strings.Join(out, ", ")
	if r := t.Releases().String(); r != "" {
		text += " (" + r + ")"
	}
	return text
}

// Releases are those of which a service that told this can be.
func (t Told) Releases() Range {
	switch t.Service {
	case "compute":
		return byMaximum(nova(), "2", t.Max)
	case "volume", "volumev2", "volumev3", "block-storage":
		return byMaximum(cinder(), "3", t.Max)
	case "object-store":
		return byMaximum(swift(), "2", t.Version)
	case "image":
		return glance(t.API)
	case "identity":
		return keystone(t.API)
	case "network":
		return neutron(t.Extensions)
	}
	return Range{}
}

// row says which releases have a number as their newest.
type row struct {
	minor    int
	from, to Release
}

// nova is the newest microversion 2.x of each release, from Nova's own "REST API Version History" as of 2025.1. Of 2.100 it
// says 2025.1; a later release may have it too.
func nova() []row {
	return []row{
		{25, Mitaka, Mitaka}, {38, Newton, Newton}, {42, Ocata, Ocata}, {53, Pike, Pike}, {60, Queens, Queens}, {65, Rocky, Rocky},
		{72, Stein, Stein}, {79, Train, Train}, {87, Ussuri, Victoria}, {88, Wallaby, Wallaby}, {90, Xena, Yoga}, {93, Zed, Zed},
		{95, Antelope, Bobcat}, {96, Caracal, Dalmatian}, {100, Epoxy, last},
	}
}

// cinder is the newest microversion 3.x of each release, from Cinder's own "REST API Version History" as of 2024.2. Of 3.71
// it says 2024.1 and 2024.2; a later release may have it too.
func cinder() []row {
	return []row{
		{0, Mitaka, Mitaka}, {15, Newton, Newton}, {27, Ocata, Ocata}, {43, Pike, Pike}, {50, Queens, Queens}, {55, Rocky, Rocky},
		{59, Stein, Train}, {60, Ussuri, Ussuri}, {62, Victoria, Victoria}, {64, Wallaby, Wallaby}, {66, Xena, Xena}, {68, Yoga, Yoga},
		{70, Zed, Bobcat}, {71, Caracal, last},
	}
}

// swift is the newest 2.x of each release, from deliverables/*/swift.yaml of the repository openstack/releases.
func swift() []row {
	return []row{
		{21, Stein, Stein}, {23, Train, Train}, {25, Ussuri, Ussuri}, {26, Victoria, Victoria}, {27, Wallaby, Wallaby}, {28, Xena, Xena},
		{29, Yoga, Yoga}, {30, Zed, Zed}, {31, Antelope, Antelope}, {32, Bobcat, Bobcat}, {33, Caracal, Caracal},
		{34, Dalmatian, Dalmatian}, {35, Epoxy, Epoxy}, {36, Flamingo, Flamingo}, {37, Gazpacho, Gazpacho},
	}
}

// byMaximum finds the releases whose newest number is told. One between two rows is of the later row's development; one
// beyond the table is of a release after it.
func byMaximum(table []row, major, told string) Range {
	head, rest, _ := strings.Cut(told, ".")
	rest, _, _ = strings.Cut(rest, ".")
	minor, err := strconv.Atoi(rest)
	if err != nil || head != major {
		return Range{}
	}
	first, end := table[0], table[len(table)-1]
	switch {
	case minor < first.minor && first.from > Mitaka:
		return Range{Mitaka, first.to, true}
	case minor > end.minor && end.from == last:
		return Range{later, later, true}
	case minor > end.minor:
		return Range{end.from + 1, last, true}
	}
	i := slices.IndexFunc(table, func(r row) bool { return minor <= r.minor })
	return Range{table[i].from, table[i].to, true}
}

// glance knows two facts of glance/api/versions.py: Zed's newest version is 2.15, or 2.16 with an image cache, and Epoxy's
// is 2.17 whatever is configured. Where between the two it came is not used.
func glance(api string) Range {
	major, minor, _ := strings.Cut(strings.TrimPrefix(api, "v"), ".")
	n, err := strconv.Atoi(minor)
	switch {
	case err != nil || major != "2":
		return Range{}
	case n >= 17:
		return Range{Zed + 1, last, true}
	}
	return Range{Mitaka, Epoxy - 1, true}
}

// keystone knows that v3.14 is dated 2020-04-07, the development of Ussuri, and that it has not changed since (Epoxy).
func keystone(api string) Range {
	major, minor, _ := strings.Cut(strings.TrimPrefix(api, "v"), ".")
	n, err := strconv.Atoi(minor)
	switch {
	case err != nil || major != "3":
		return Range{}
	case n >= 14:
		return Range{Ussuri, last, true}
	}
	return Range{Mitaka, Ussuri, true}
}

// neutron takes extensions that the neutron-lib of Epoxy (3.18) has and that of Zed (3.1) has not for the sign of a later
// release than Zed. That none is there tells nothing: extensions depend on plugins and drivers.
func neutron(extensions []string) Range {
	for _, alias := range []string{
		"allowed-address-pairs-atomic", "external-gateway-multihoming", "floating-ip-distributed", "port-hardware-offload-type",
		"port-hints", "port-hint-ovs-tx-steering", "port-numa-affinity-policy-socket", "port-trusted-vif", "qinq",
		"quota-check-limit-default", "security-groups-rules-belongs-to-default-sg", "subnet-external-network", "tag-creation",
		"tap-mirror", "uplink-status-propagation-updatable",
	} {
		if slices.Contains(extensions, alias) {
			return Range{Zed + 1, last, true}
		}
	}
	return Range{}
}
