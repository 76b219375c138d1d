package tempestconf

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/mitchellh/mapstructure"
)

// Load finds and reads the configuration. It fails when a file that was named is missing, when a file cannot be parsed,
// when an override is bad, and when the cloud that was named cannot be used. No tempest.conf at all is no error.
func Load(o LoadOptions) (*Config, error) {
	c := &Config{env: environment(o.Env)}
	if err := c.workingDir(o); err != nil {
		return nil, err
	}
	if err := c.findFile(o); err != nil {
		return nil, err
	}
	files, err := c.parse(o)
	if err != nil {
		return nil, err
	}
	overrides := make(map[string]string, len(o.Overrides))
	for name, value := range o.Overrides {
		section, option, _ := strings.Cut(name, ".")
		overrides[section+"."+dest(option)] = value
	}
	c.values = newResolver(files, c.env, overrides, Options())
	for name := range overrides {
		section, option, _ := strings.Cut(name, ".")
		target := c.values.sections[section][option]
		if target == nil {
			return nil, &OptionError{Section: section, Option: option, Reason: "there is no such option to override"}
		}
		if err := c.values.get(target).err; err != nil {
			return nil, err
		}
	}
	if err := c.fill(); err != nil {
		return nil, err
	}
	c.modernise()
	if err := c.chooseCloud(o); err != nil {
		return nil, err
	}
	c.noteNoFile()
	return c, nil
}

func environment(list []string) map[string]string {
	env := make(map[string]string, len(list))
	for _, kv := range list {
		if k, v, ok := strings.Cut(kv, "="); ok {
			env[k] = v
		}
	}
	return env
}

func (c *Config) workingDir(o LoadOptions) error {
	dir := o.Dir
	if dir == "" {
		var err error
		if dir, err = os.Getwd(); err != nil {
			return fmt.Errorf("find the working directory: %w", err)
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("find the working directory: %w", err)
	}
	c.Dir, c.start = dir, dir
	if o.Workspace == "" {
		return nil
	}
	return c.enterWorkspace(o)
}

// parse reads the chosen file and then the files of the configuration directory.
func (c *Config) parse(o LoadOptions) ([]*File, error) {
	var files []*File
	if c.File != "" {
		f, err := ParseFile(c.File)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
		c.Files = append(c.Files, c.File)
	}
	if len(files) > 0 {
		if e, ok := files[0].last(Place{"DEFAULT", "config_source"}); ok && e.text != "" {
			c.note(fmt.Sprintf("%s:%d: [DEFAULT] config_source names other sources of options, which are not read.", c.File, e.line))
		}
	}
	extra, err := c.configDirFiles(o)
	if err != nil {
		return nil, err
	}
	for _, path := range extra {
		f, err := ParseFile(path)
		if errors.Is(err, os.ErrNotExist) { // a dangling link
			return nil, fmt.Errorf("Failed to find some config files: %s", path) //nolint:staticcheck // oslo.config's words
		}
		if err != nil {
			return nil, err
		}
		files = append(files, f)
		c.Files = append(c.Files, path)
		c.note(fmt.Sprintf("%s is read too, and its values win over those of tempest.conf.", path))
	}
	return files, nil
}

// fill reads every option that has a field into it.
func (c *Config) fill() error {
	for _, t := range c.targets() {
		values := map[string]any{}
		for _, o := range c.values.sections[t.section] {
			values[o.Dest()] = c.usable(o)
		}
		if err := mapstructure.Decode(values, t.into); err != nil {
			return fmt.Errorf("fill [%s]: %w", t.section, err)
		}
	}
	c.noteValues()
	return nil
}

// usable is the value of an option, or its default where the value cannot be used.
func (c *Config) usable(o *Option) any {
	res := c.values.get(o)
	v := res.value
	if v == nil && !o.Unset {
		if text, _, err := c.values.substitute(o, o.Default); err == nil {
			v, _ = convert(o, text)
		}
	}
	if d, ok := v.(dict); ok {
		return d.asMap()
	}
	return v
}
