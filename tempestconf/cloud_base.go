package tempestconf

import (
	"fmt"
	"strings"
)

// base is the cloud as written, over its profile, over the defaults.
func (l *cloudLoader) base(name string) (*omap, error) {
	ours, ok := l.clouds.get(name).(*omap)
	if !ok {
		return nil, &CloudError{File: l.path, Class: "AttributeError", Message: attribute(l.clouds.get(name), "get"),
			Reason: "the cloud is empty or not a mapping"}
	}
	cloud := sdkDefaults()
	if err := l.expandProfile(name, cloud, ours, true); err != nil {
		return nil, err
	}
	if !cloud.has("auth") {
		cloud.set("auth", newMap())
	}
	if err := update(cloud, ours); err != nil {
		return nil, err
	}
	cloud.drop("cloud")
	return cloud, nil
}

// update is openstacksdk's _auth_update: everything is replaced but auth, which is merged.
func update(old, with *omap) error {
	for _, k := range with.keys {
		v := copyValue(with.vals[k])
		auth, isMap := old.get("auth").(*omap)
		if k == "auth" && isMap {
			if err := updateAuth(auth, v); err != nil {
				return err
			}
			continue
		}
		old.set(k, v)
	}
	if with.odd != "" {
		old.odd = with.odd
	}
	return nil
}

func updateAuth(auth *omap, v any) error {
	with, ok := v.(*omap)
	if !ok {
		return &CloudError{Class: "TypeError", Message: fmt.Sprintf("'%s' object is not iterable", pyType(v)),
			Reason: "auth: must be a mapping"}
	}
	for _, k := range with.keys {
		auth.set(k, with.vals[k])
	}
	if with.odd != "" {
		auth.odd = with.odd
	}
	return nil
}

// expandProfile lays the vendor's profile under a cloud. A profile nobody knows is only a note.
func (l *cloudLoader) expandProfile(name string, cloud, ours *omap, note bool) error {
	v := ours.get("profile")
	if !ours.has("profile") {
		v = ours.get("cloud")
	}
	profile, _ := v.(string)
	if falsy(v) || profile == l.env {
		return nil
	}
	if profile == "" {
		profile = pyAny(v)
	}
	public, err := l.files.vendor(profile)
	if err != nil {
		return err
	}
	if public != nil {
		return update(cloud, public)
	}
	known, fetch, err := vendorProfile(profile)
	if err != nil {
		return err
	}
	switch {
	case fetch != "" && note:
		l.notes = append(l.notes, fmt.Sprintf("The profile %s of cloud %s would have to be downloaded from %s, which is not done; its settings must be in clouds.yaml.", profile, name, fetch))
	case known == nil && note:
		l.notes = append(l.notes, fmt.Sprintf("There is no vendor profile %s, to which cloud %s refers.", profile, name))
	}
	if known == nil {
		return nil
	}
	if known.get("status") == "shutdown" {
		return &CloudError{Class: "ConfigException",
			Message: fmt.Sprintf("%s references a cloud that no longer exists: %s", profile, pyAny(known.get("message")))}
	}
	known.drop("status")
	known.drop("message")
	return update(cloud, known)
}

// region is the name and the values of the region: the one asked for, which must be known, else the first.
func (l *cloudLoader) region(name, want string) (any, *omap, error) {
	known, err := l.regions(name)
	if err != nil {
		return nil, nil, err
	}
	if len(known) == 0 {
		return want, newMap(), nil
	}
	if want == "" {
		return known[0].name, known[0].values, nil
	}
	names := make([]string, len(known))
	for i, r := range known {
		if r.name == any(want) {
			return r.name, r.values, nil
		}
		names[i] = pyAny(r.name)
	}
	return nil, nil, &CloudError{Class: "ConfigException", Message: fmt.Sprintf("Region %s is not a valid region name for cloud"+
		" %s. Valid choices are %s. Please note that region names are case sensitive.", want, name, strings.Join(names, ","))}
}

type regionEntry struct {
	name   any
	values *omap
}

func (l *cloudLoader) regions(name string) ([]regionEntry, error) {
	ours := l.clouds.get(name).(*omap)
	config, err := normalizeKeys(ours)
	if err != nil {
		return nil, err
	}
	if config.has("regions") {
		return expandRegions(l.regionList(name, config.get("regions")))
	}
	if config.has("region_name") {
		switch v := config.get("region_name").(type) {
		case []any:
			return expandRegions(v)
		case string:
			var list []any
			for _, r := range strings.Split(v, ",") {
				list = append(list, r)
			}
			return expandRegions(list)
		default:
			return nil, &CloudError{Class: "AttributeError", Message: attribute(v, "split"),
				Reason: "region_name must be a text or a list"}
		}
	}
	under := newMap()
	if err := l.expandProfile(name, under, ours, false); err != nil {
		return nil, err
	}
	if v := under.get("regions"); !falsy(v) {
		return expandRegions(v)
	}
	if v := under.get("region_name"); !falsy(v) {
		return []regionEntry{{v, newMap()}}, nil
	}
	return nil, nil
}

// regionList is what Python makes of regions that are no list: it takes the keys of a mapping, and the letters of a text.
func (l *cloudLoader) regionList(cloud string, v any) any {
	var list []any
	switch v := v.(type) {
	case string:
		for _, letter := range v {
			list = append(list, string(letter))
		}
	case *omap:
		for _, k := range v.keys {
			list = append(list, k)
		}
	default:
		return v
	}
	l.notes = append(l.notes, fmt.Sprintf("regions of cloud %s is a %s where a list is needed; openstacksdk takes it for the regions %s.",
		cloud, pyType(v), pyReprAny(list)))
	return list
}

func expandRegions(v any) ([]regionEntry, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, &CloudError{Class: "TypeError", Message: fmt.Sprintf("'%s' object is not iterable", pyType(v)),
			Reason: "regions must be a list"}
	}
	var all []regionEntry
	for _, item := range list {
		m, ok := item.(*omap)
		if !ok {
			all = append(all, regionEntry{item, newMap()})
			continue
		}
		extra := len(m.keys)
		for _, k := range []string{"name", "values"} {
			if m.has(k) {
				extra--
			}
		}
		if !m.has("name") || extra > 0 {
			return nil, &CloudError{Class: "ConfigException", Message: "Invalid region entry at: " + pyReprAny(withoutSecrets(item))}
		}
		values := newMap()
		if m.has("values") {
			given, ok := copyValue(m.get("values")).(*omap)
			if !ok {
				return nil, &CloudError{Class: "AttributeError", Message: attribute(m.get("values"), "items"),
					Reason: "the values of a region must be a mapping"}
			}
			values = given
		}
		all = append(all, regionEntry{m.get("name"), values})
	}
	return all, nil
}

// falsy is Python's truth test, inverted.
func falsy(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case int:
		return v == 0
	case float64:
		return v == 0
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case *omap:
		return len(v.keys) == 0
	}
	return false
}
