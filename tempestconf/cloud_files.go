package tempestconf

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
)

// cloudFiles finds and reads the files of openstacksdk.
type cloudFiles struct {
	dir  string
	env  map[string]string
	root string
	// tried are the places in which clouds.yaml was looked for.
	tried []string
}

// dirs is openstacksdk's search path: the working directory, the user's and the site's configuration.
func (f *cloudFiles) dirs() []string {
	home := homeDir(f.env)
	user := filepath.Join(home, ".config")
	xdg, ok := f.env["XDG_CONFIG_HOME"]
	if !ok {
		xdg = user
	}
	// A snap's HOME is not the person's.
	if home := f.env["SNAP_REAL_HOME"]; home != "" {
		user = filepath.Join(home, ".config")
	}
	// With several directories in XDG_CONFIG_DIRS openstacksdk joins them to one path, which does not exist.
	site := filepath.Join(f.root, "/etc/xdg/openstack")
	if list, ok := f.env["XDG_CONFIG_DIRS"]; ok {
		parts := strings.Split(list, ":")
		for i, p := range parts {
			parts[i] = filepath.Join(expandUser(p, home), "openstack")
		}
		site = strings.Join(parts, ":")
	}
	return []string{
		f.dir,
		f.abs(filepath.Join(xdg, "openstack")),
		f.abs(filepath.Join(user, "openstack")),
		f.abs(site),
		filepath.Join(f.root, "/etc/openstack"),
	}
}

func (f *cloudFiles) abs(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(f.dir, path)
}

// places lists where a file may be: the one named by the variable, then name.yaml, .yml and .json in every directory.
func (f *cloudFiles) places(name, variable string) []string {
	var all []string
	if named := f.env[variable]; variable != "" && named != "" {
		all = append(all, f.abs(named))
	}
	for _, d := range f.dirs() {
		for _, suffix := range []string{".yaml", ".yml", ".json"} {
			all = append(all, filepath.Join(d, name+suffix))
		}
	}
	return all
}

// read returns the first file that can be opened, as a value, and its path. No file at all gives an empty path.
func (f *cloudFiles) read(places []string) (string, any, error) {
	for _, path := range places {
		info, err := os.Stat(path)
		if err != nil || info.IsDir() {
			continue
		}
		data, err := readLimited(path, maxYAML)
		if os.IsPermission(err) {
			continue
		}
		if err != nil {
			return path, nil, &CloudError{File: path, Class: "OSError", Message: err.Error()}
		}
		if err := checkUTF8(path, data); err != nil {
			return path, nil, &CloudError{File: path, Class: "UnicodeDecodeError", Message: err.(*DecodeError).Message()}
		}
		parse, class := parseYAML, "YAMLError"
		if strings.HasSuffix(path, "json") {
			parse, class = parseJSON, "JSONDecodeError"
		}
		v, err := parse(data)
		if err != nil {
			return path, nil, &CloudError{File: path, Class: class, Message: err.Error()}
		}
		return path, v, nil
	}
	return "", nil, nil
}

// config is clouds.yaml with secure.yaml merged over it, each found on its own.
func (f *cloudFiles) config() (string, *omap, error) {
	places := f.places("clouds", "OS_CLIENT_CONFIG_FILE")
	if named := f.env["OS_CLIENT_CONFIG_FILE"]; named != "" {
		f.tried = append(f.tried, f.abs(named))
	}
	for i, d := range f.dirs() {
		if !slices.Contains(f.dirs()[:i], d) {
			f.tried = append(f.tried, d)
		}
	}
	path, v, err := f.read(places)
	if err != nil {
		return path, nil, err
	}
	merged, err := asFile(path, v)
	if err != nil {
		return path, nil, err
	}
	securePath, secure, err := f.read(f.places("secure", "OS_CLIENT_SECURE_FILE"))
	if err != nil {
		return path, nil, err
	}
	over, err := asFile(securePath, secure)
	if err != nil {
		return path, nil, err
	}
	if err := mergeDeep(merged, over); err != nil {
		return path, nil, &CloudError{File: securePath, Class: "AttributeError", Message: err.Error(),
			Reason: "a mapping stands where clouds.yaml has something else"}
	}
	if path == "" {
		path = securePath
	}
	return path, merged, nil
}

// vendor is one profile of clouds-public.yaml; nil when there is none of that name.
func (f *cloudFiles) vendor(profile string) (*omap, error) {
	path, v, err := f.read(f.places("clouds-public", ""))
	if err != nil {
		return nil, err
	}
	file, err := asFile(path, v)
	if err != nil {
		return nil, err
	}
	all, ok := file.get("public-clouds").(*omap)
	if !ok && file.has("public-clouds") {
		return nil, &CloudError{File: path, Class: "TypeError", Reason: "public-clouds: must be a mapping of names to profiles",
			Message: fmt.Sprintf("argument of type '%s' is not iterable", pyType(file.get("public-clouds")))}
	}
	if !ok || !all.has(profile) {
		return nil, nil
	}
	p, ok := all.get(profile).(*omap)
	if !ok {
		return nil, &CloudError{File: path, Class: "AttributeError", Reason: "the profile " + profile + " is not a mapping",
			Message: attribute(all.get(profile), "items")}
	}
	return copyValue(p).(*omap), nil
}

// asFile is the top level of a file, which must be a mapping; an empty file, like false or [], is an empty mapping.
func asFile(path string, v any) (*omap, error) {
	if m, ok := v.(*omap); ok {
		return m, nil
	}
	if falsy(v) {
		return newMap(), nil
	}
	return nil, &CloudError{File: path, Class: "TypeError", Message: "the file holds a " + pyType(v) + ", not a mapping"}
}

// mergeDeep is openstacksdk's merge_clouds: mappings are merged, everything else is replaced.
func mergeDeep(old, over *omap) error {
	for _, k := range over.keys {
		v, isMap := over.vals[k].(*omap)
		if !isMap || !old.has(k) {
			old.set(k, copyValue(over.vals[k]))
			continue
		}
		into, ok := old.get(k).(*omap)
		if !ok {
			return errorText(attribute(old.get(k), "copy"))
		}
		if err := mergeDeep(into, v); err != nil {
			return err
		}
	}
	return nil
}

// expandUser is Python's os.path.expanduser.
func expandUser(path, home string) string {
	if path == "~" {
		return home
	}
	if strings.HasPrefix(path, "~/") {
		return filepath.Join(home, path[2:])
	}
	if name, rest, _ := strings.Cut(path, "/"); strings.HasPrefix(name, "~") {
		if other, err := user.Lookup(name[1:]); err == nil {
			return filepath.Join(other.HomeDir, rest)
		}
	}
	return path
}
