package compute

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/internal/guest"
)

// baseline is what must not change of a server.
type baseline struct {
	ID             string               `json:"id"`
	Name           string               `json:"name"`
	Created        string               `json:"created"`
	FlavorID       string               `json:"flavor_id,omitempty"` // up to microversion 2.46
	Flavor         string               `json:"flavor,omitempty"`    // name and sizes, from 2.47 on
	Image          string               `json:"image,omitempty"`     // id; empty when booted from a volume
	KeyName        string               `json:"key_name,omitempty"`
	Addresses      map[string][]netAddr `json:"addresses"` // the fixed ones: floating IPs have records of their own
	Metadata       map[string]string    `json:"metadata"`
	SecurityGroups []string             `json:"security_groups"`
	Microversion   string               `json:"microversion,omitempty"` // asked with; empty where none was
	Address        string               `json:"address,omitempty"`      // at which SSH answered
	Guest          *guest.Baseline      `json:"guest,omitempty"`
}

func baselineOf(s *server, microversion string) baseline {
	b := baseline{
		ID: s.ID, Name: s.Name, Created: s.Created, KeyName: s.KeyName, Addresses: map[string][]netAddr{}, Metadata: s.Metadata,
		Microversion: microversion,
	}
	b.FlavorID, _ = s.Flavor["id"].(string)
	if name, ok := s.Flavor["original_name"].(string); ok {
		b.Flavor = fmt.Sprintf("%s (%v vcpus, %v MiB, %v GiB, ephemeral %v GiB, swap %v MiB)", name, s.Flavor["vcpus"], s.Flavor["ram"], s.Flavor["disk"], s.Flavor["ephemeral"], s.Flavor["swap"])
	}
	if image, ok := s.Image.(map[string]any); ok {
		b.Image, _ = image["id"].(string)
	}
	for network, all := range s.Addresses {
		fixed := slices.DeleteFunc(slices.Clone(all), func(a netAddr) bool { return a.Type == "floating" })
		slices.SortFunc(fixed, func(a, b netAddr) int { return strings.Compare(a.Address, b.Address) })
		b.Addresses[network] = fixed
	}
	for _, g := range s.SecurityGroups {
		if !slices.Contains(b.SecurityGroups, g.Name) {
			b.SecurityGroups = append(b.SecurityGroups, g.Name)
		}
	}
	slices.Sort(b.SecurityGroups)
	return b
}

// changes says what is not as it was, one sentence each.
func (b baseline) changes(now baseline) []string {
	var out []string
	differ := func(what, was, is string) {
		if was != is {
			out = append(out, fmt.Sprintf("its %s: %q, recorded %q", what, is, was))
		}
	}
	differ("id", b.ID, now.ID)
	differ("name", b.Name, now.Name)
	differ("time of creation", b.Created, now.Created)
	// With another microversion Nova shows the flavor in the other form; then there is nothing to compare.
	if b.FlavorID != "" && now.FlavorID != "" {
		differ("flavor", b.FlavorID, now.FlavorID)
	}
	if b.Flavor != "" && now.Flavor != "" {
		differ("flavor", b.Flavor, now.Flavor)
	}
	differ("image", b.Image, now.Image)
	differ("key pair", b.KeyName, now.KeyName)
	differ("security groups", strings.Join(b.SecurityGroups, ", "), strings.Join(now.SecurityGroups, ", "))
	out = append(out, addressChanges(b.Addresses, now.Addresses)...)
	for _, key := range keys(b.Metadata, now.Metadata) {
		was, had := b.Metadata[key]
		is, has := now.Metadata[key]
		switch {
		case !has:
			out = append(out, fmt.Sprintf("metadata %s is gone, recorded %q", key, was))
		case !had:
			out = append(out, fmt.Sprintf("metadata %s was added: %q", key, is))
		default:
			differ("metadata "+key, was, is)
		}
	}
	return out
}

func addressChanges(was, now map[string][]netAddr) []string {
	var out []string
	for _, network := range keys(was, now) {
		for _, a := range was[network] {
			if !slices.Contains(now[network], a) {
				out = append(out, fmt.Sprintf("address %s (MAC %s) on network %s is gone", a.Address, a.MAC, network))
			}
		}
		for _, a := range now[network] {
			if !slices.Contains(was[network], a) {
				out = append(out, fmt.Sprintf("address %s (MAC %s) on network %s was added", a.Address, a.MAC, network))
			}
		}
	}
	return out
}

// keys are the keys of both maps, each once, in order.
func keys[V any](a, b map[string]V) []string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]V{}
	}
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}
