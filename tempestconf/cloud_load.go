package tempestconf

import (
	"fmt"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// NoCloudError says that there is no cloud to choose or that the one wanted is unknown.
type NoCloudError struct {
	// Name is the cloud that was asked for; empty when none was.
	Name string
	// Known are the clouds there are.
	Known []string
	// Tried are the places in which clouds.yaml was looked for.
	Tried []string
}

// Error says what there is instead.
func (e *NoCloudError) Error() string {
	switch {
	case e.Name != "":
		return fmt.Sprintf("Cloud %s was not found.", e.Name)
	case len(e.Known) > 0:
		return fmt.Sprintf("clouds.yaml has several clouds (%s) and none is named", strings.Join(e.Known, ", "))
	}
	return fmt.Sprintf("no clouds.yaml was found (looked for %s)", strings.Join(e.Tried, ", "))
}

// LoadCloud reads one cloud of clouds.yaml as openstacksdk does.
func LoadCloud(o CloudOptions) (*Cloud, error) {
	env := environment(o.Env)
	path := filepath.Join(o.Dir, "clouds.yaml")
	data, err := readLimited(path)
	if err != nil {
		return nil, &NoCloudError{Name: o.Name, Tried: []string{path}}
	}
	var file struct {
		Clouds map[string]struct {
			Auth       map[string]string `yaml:"auth"`
			AuthType   string            `yaml:"auth_type"`
			RegionName string            `yaml:"region_name"`
			Interface  string            `yaml:"interface"`
		} `yaml:"clouds"`
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	name := o.Name
	if name == "" {
		name = env["OS_CLOUD"]
	}
	in, ok := file.Clouds[name]
	if !ok {
		return nil, &NoCloudError{Name: name, Tried: []string{path}}
	}
	c := &Cloud{Name: name, File: path, AuthType: "password", Auth: in.Auth, RegionName: in.RegionName,
		Interface: []string{"public"}, Verify: true}
	if in.AuthType != "" {
		c.AuthType = in.AuthType
	}
	if in.Interface != "" {
		c.Interface = []string{in.Interface}
	}
	return c, nil
}
