package tempestconf

import "strings"

// Type is the type of an option, named as oslo.config's documentation names it.
type Type string

// The types of Tempest's options and of ours.
const (
	String  Type = "string"
	Boolean Type = "boolean"
	Integer Type = "integer"
	Float   Type = "float"
	Port    Type = "port"
	List    Type = "list"
	Dict    Type = "dict"
	URI     Type = "uri"
)

// Place is a section and a name in it.
type Place struct {
	Section string
	Name    string
}

// String returns "section.name".
func (p Place) String() string { return p.Section + "." + p.Name }

// Option describes one option: of Tempest (the union of what releases 10.0.0 to 46.3.0 register, with the defaults of the
// newest release that has it) or one of our own.
type Option struct {
	Section string
	// Name as it was registered. A name with dashes is read from the file in its underscore form only.
	Name string
	Type Type
	// Default as it would be written in the file, interpolation included. It means nothing when Unset.
	Default string
	// Unset says that there is no default: the value is null when nobody sets it.
	Unset bool
	// Choices are the values allowed; empty means any. Letter case counts unless IgnoreCase.
	Choices    []string
	IgnoreCase bool
	// Min is the smallest number allowed; it counts only when Bounded.
	Min     int
	Bounded bool
	// ListValues says of a Dict that its values are lists in brackets, which may hold commas; they are kept as texts.
	ListValues bool
	// Deprecated are the old places of the option, the one that wins first.
	Deprecated []Place
	// Secret values are masked wherever a person could read them.
	Secret bool
	// First and Last are the first and last release of Tempest that has the option: empty First means 10.0.0 or
	// earlier, empty Last means that it is still there.
	First, Last string
	// Doc is one sentence about the option. Only our own options carry it.
	Doc string
}

// Dest is the name under which the option is read: dashes become underscores.
func (o Option) Dest() string { return dest(o.Name) }

func dest(name string) string { return strings.ReplaceAll(name, "-", "_") }

// Options returns every option that is known, section by section, sorted by name in each.
func Options() []Option {
	all := make([]Option, 0, 400)
	for _, s := range sectionNames() {
		all = append(all, sectionOptions(s)...)
	}
	return all
}

// places returns where a file may hold the option, the best place first. oslo.config accepts a deprecated name with dashes
// in both spellings.
func (o Option) places() []Place {
	ps := make([]Place, 1, 1+len(o.Deprecated))
	ps[0] = Place{o.Section, o.Dest()}
	ps = append(ps, o.Deprecated...)
	for _, d := range o.Deprecated {
		if strings.Contains(d.Name, "-") {
			ps = append(ps, Place{d.Section, dest(d.Name)})
		}
	}
	return ps
}

func endpointTypes() []string {
	return []string{"public", "admin", "internal", "publicURL", "adminURL", "internalURL"}
}
