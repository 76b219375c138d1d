package tempestconf

import (
	"fmt"
	"slices"
	"strings"
)

// noteValues mentions values that cannot be used, numbers that are given empty, old names, and what the environment sets.
func (c *Config) noteValues() {
	var old []string
	for _, o := range c.values.options {
		res := c.values.get(o)
		switch {
		case res.err != nil && slices.Contains(commonOptions(), o.Section+"."+o.Dest()):
			// CheckCommon fails: that is no matter of a note.
		case res.err != nil:
			c.note(fmt.Sprintf("A value cannot be used, which matters only to tests that need it: %v.", res.err))
		case res.value == nil && !o.Unset:
			c.note(fmt.Sprintf("[%s] %s is empty (%s); the default %s is used.", o.Section, o.Name, res.source, o.Default))
		}
		if res.source.Deprecated != "" && o.Last == "" {
			old = append(old, fmt.Sprintf("%s (now %s.%s)", res.source.Deprecated, o.Section, o.Dest()))
		}
		if res.source.Origin == FromEnvironment {
			c.note(fmt.Sprintf("[%s] %s comes from the environment variable %s.", o.Section, o.Name, res.source.Variable))
		}
	}
	if old != nil {
		c.note("Deprecated names are used: " + strings.Join(old, ", ") + ".")
	}
}

// noteNoFile mentions that there is no tempest.conf. Where credentials are missing too, the error of whoever needs them says
// where it was looked for.
func (c *Config) noteNoFile() {
	switch {
	case c.File != "":
	case c.CloudFault != nil:
		c.note("No tempest.conf was found; every option is at its default.")
	default:
		c.note("No tempest.conf was found (looked for " + strings.Join(c.Tried, ", ") + "); every option is at its default.")
	}
}

// given says that somebody set the option to something.
func (c *Config) given(section, option string) bool {
	res := c.values.get(c.values.current(section, option))
	return res.source.Origin != FromDefault && res.source.Origin != FromNowhere && !empty(res.value)
}
