package tempestconf

import (
	"fmt"
	"strings"
)

// noteFaults mentions values that cannot be used, and numbers that are given empty.
func (c *Config) noteFaults() {
	for _, section := range sectionNames() {
		for _, o := range sectionOptions(section) {
			res := c.values.get(c.values.sections[section][o.Dest()])
			switch {
			case res.err != nil:
				c.note(fmt.Sprintf("A value is ignored unless a test needs it: %v.", res.err))
			case res.value == nil && !o.Unset:
				c.note(fmt.Sprintf("[%s] %s is empty (%s); the default %s is used.", o.Section, o.Name, res.source, o.Default))
			}
		}
	}
}

// modernise understands evidently old files and notes what was assumed.
func (c *Config) modernise() {
	id := &c.Identity
	if id.URIV3 == "" && id.URI != "" {
		id.URIV3 = v3URL(id.URI)
		c.note(fmt.Sprintf("[identity] uri_v3 is not set; %s is assumed from uri.", id.URIV3))
	}
}

// v3URL turns the URL of the v2.0 identity API into that of v3.
func v3URL(uri string) string {
	base := strings.TrimRight(uri, "/")
	base = strings.TrimSuffix(base, "/v2.0")
	if strings.HasSuffix(base, "/v3") {
		return base
	}
	return base + "/v3"
}
