package tempestconf

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Masked stands wherever a secret value would be shown.
const Masked = "***"

// Source is the effective value of an option and where it came from.
type Source struct {
	Section string
	Option  string
	// Value is the effective value as it would be written in the file; Null says that there is none.
	Value string
	Null  bool
	// Secret values are to be masked: Shown does it.
	Secret bool
	Origin Origin
	// File and Line are set when Origin is FromFile.
	File string
	Line int
	// Variable is set when Origin is FromEnvironment.
	Variable string
	// Deprecated is the old place, "section.option", under which the value was found.
	Deprecated string

	hidden []string // secrets that interpolation put into Value
}

// String is where the value came from: "/etc/tempest/tempest.conf:12", "$OS_AUTH__ADMIN_PASSWORD", "default" …
func (s Source) String() string {
	at := string(s.Origin)
	switch s.Origin {
	case FromFile:
		at = s.File + ":" + strconv.Itoa(s.Line)
	case FromEnvironment:
		at = "$" + s.Variable
	}
	if s.Deprecated != "" {
		at += " (as " + s.Deprecated + ")"
	}
	return at
}

// Shown is the value for a person's eyes: secrets are masked, null is <None> as in Tempest's sample file.
func (s Source) Shown() string {
	switch {
	case s.Null:
		return "<None>"
	case s.Secret && s.Value != "":
		return Masked
	}
	return maskURL(hide(s.Value, s.hidden))
}

// urlPassword is a user and what follows up to the last @: a password in a URL, which a proxy's may hold. One that was not
// encoded may contain any character.
var urlPassword = regexp.MustCompile(`(://[^/@:\s?#]*:)(\S*)@`)

// urlPort is a port with a path behind it, which is no password although an @ may follow.
var urlPort = regexp.MustCompile(`^[0-9]{1,5}[/?#]`)

// maskURL hides the passwords in the URLs of a text.
func maskURL(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	return urlPassword.ReplaceAllStringFunc(text, func(found string) string {
		parts := urlPassword.FindStringSubmatch(found)
		if parts[2] == "" || urlPort.MatchString(parts[2]) {
			return found
		}
		return parts[1] + Masked + "@"
	})
}

// hide takes secrets out of a text, the longest first, so that one that contains another goes whole.
func hide(text string, secrets []string) string {
	sorted := slices.SortedFunc(slices.Values(secrets), func(a, b string) int { return len(b) - len(a) })
	for _, s := range sorted {
		if s != "" {
			text = strings.ReplaceAll(text, s, Masked)
		}
	}
	return text
}

// written is a converted value as it would be written in the file.
func written(v any) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case []string:
		return strings.Join(v, ",")
	case dict:
		items := make([]string, len(v))
		for i, p := range v {
			items[i] = p.key + ":" + p.value
		}
		return strings.Join(items, ",")
	}
	return pyStr(v)
}

// Where tells the effective value of an option and its source. For an option that does not exist Origin is FromNowhere.
func (c *Config) Where(section, option string) Source {
	o := c.values.current(section, dest(option))
	if o == nil {
		return Source{Section: section, Option: option, Null: true, Origin: FromNowhere}
	}
	res := c.values.get(o)
	src := res.source
	src.Value, src.Null, src.hidden = written(res.value), res.value == nil, res.hidden
	if res.err != nil && res.value == nil {
		src.Value, src.Null = res.raw, false
	}
	return src
}

// Check returns the errors of the values of these options, each given as "section.option", joined. An option whose value
// is good or not given has none.
func (c *Config) Check(options ...string) error { return c.check(options, false) }

// Require is Check, and an option without a value, or with an empty one, is an error too.
func (c *Config) Require(options ...string) error { return c.check(options, true) }

func (c *Config) check(options []string, must bool) error {
	var all []error
	for _, name := range options {
		section, option, _ := strings.Cut(name, ".")
		o := c.values.current(section, dest(option))
		if o == nil {
			all = append(all, &OptionError{Section: section, Option: option, Reason: "there is no such option"})
			continue
		}
		res := c.values.get(o)
		switch {
		case res.err != nil:
			all = append(all, res.err)
		case must && empty(res.value):
			all = append(all, c.missing(o, res))
		}
	}
	return errors.Join(all...)
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []string:
		return len(v) == 0
	case dict:
		return len(v) == 0
	}
	return false
}

// missing says where a value was looked for: an empty one stands somewhere, for another only the file can be named.
func (c *Config) missing(o *Option, res *result) *OptionError {
	e := &OptionError{Section: o.Section, Option: o.Name, File: res.source.File, Line: res.source.Line,
		Variable: res.source.Variable, Reason: "is empty, but it is needed"}
	if res.source.Origin == FromFile || res.source.Origin == FromEnvironment || res.source.Origin == FromFlag {
		return e
	}
	e.File = c.File
	e.Reason = "is not set, but it is needed"
	if c.File == "" {
		e.Reason += "; no tempest.conf was found"
	}
	return e
}
