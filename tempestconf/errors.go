package tempestconf

import (
	"fmt"
	"strconv"
)

// OptionError says that the value of an option cannot be used.
type OptionError struct {
	Section string
	Option  string
	// File and Line tell where the value stands; both are empty when it does not come from a file.
	File string
	Line int
	// Variable is the environment variable that holds the value, if one does.
	Variable string
	// Class is the exception oslo.config raises for the same value; empty where it raises none.
	Class string
	// Reason is what is wrong, in oslo.config's words where it has some.
	Reason string

	hint string
}

// Error names the place, the option and the reason. It never holds the value of a secret option.
func (e *OptionError) Error() string {
	place := ""
	switch {
	case e.Variable != "":
		place = "$" + e.Variable + ": "
	case e.File != "" && e.Line > 0:
		place = e.File + ":" + strconv.Itoa(e.Line) + ": "
	case e.File != "":
		place = e.File + ": "
	}
	return fmt.Sprintf("%s[%s] %s: %s%s", place, e.Section, e.Option, e.Reason, e.hint)
}

// OsloMessage is the text of oslo.config's exception.
func (e *OptionError) OsloMessage() string {
	location := ""
	switch e.Class {
	case "ConfigFileValueError":
		location = "LocationInfo(location=<Locations.user: (4, True)>, detail=" + pyRepr(e.File) + ")"
	case "ConfigSourceValueError":
		location = "LocationInfo(location=<Locations.environment: (6, True)>, detail=" + pyRepr(e.Variable) + ")"
	default:
		return e.Reason
	}
	return fmt.Sprintf("Value for option %s from %s is not valid: %s", e.Option, location, e.Reason)
}
