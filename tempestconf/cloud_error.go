package tempestconf

import (
	"fmt"
	"strings"
)

// CloudError says that a cloud of clouds.yaml cannot be used.
type CloudError struct {
	// File is the file at fault, as far as it is one file's fault; Cloud is the cloud that was asked for.
	File  string
	Cloud string
	// Class and Message are the exception of openstacksdk or keystoneauth and its text.
	Class   string
	Message string
	// Reason says the same in words for an operator where Message does not.
	Reason string
}

// Error names the cloud, the file and the reason.
func (e *CloudError) Error() string {
	var b strings.Builder
	if e.Cloud != "" {
		fmt.Fprintf(&b, "cloud %s: ", e.Cloud)
	}
	if e.File != "" {
		fmt.Fprintf(&b, "%s: ", e.File)
	}
	if e.Reason != "" {
		b.WriteString(e.Reason)
	} else {
		b.WriteString(e.Message)
	}
	return b.String()
}

// NoCloudError says that there is no cloud to choose or that the one wanted is unknown.
type NoCloudError struct {
	// Name is the cloud that was asked for; empty when none was.
	Name string
	// Known are the clouds there are.
	Known []string
	// File is the clouds.yaml that was read; empty when there is none.
	File string
	// Tried are the places in which clouds.yaml was looked for: a file that was named, then directories.
	Tried []string
}

// Error says what there is instead.
func (e *NoCloudError) Error() string {
	have := "no clouds.yaml was found (looked in " + strings.Join(e.Tried, ", ") + ")"
	switch {
	case len(e.Known) > 0 && e.File != "":
		have = e.File + " has " + strings.Join(e.Known, ", ")
	case len(e.Known) > 0:
		have = "there is " + strings.Join(e.Known, ", ")
	case e.File != "":
		have = e.File + " has no clouds"
	}
	if e.Name != "" {
		return e.Message() + " (" + have + ")"
	}
	if len(e.Known) > 0 {
		return have + ", and none of them is named"
	}
	return have
}

// Class is the name of the exception that a program using openstacksdk gets.
func (e *NoCloudError) Class() string {
	if e.Name != "" {
		return "ConfigException"
	}
	return "MissingRequiredOptions"
}

// Message is the text of that exception.
func (e *NoCloudError) Message() string {
	if e.Name != "" {
		return "Cloud " + e.Name + " was not found."
	}
	return missingOptions("auth_url")
}

func missingOptions(names ...string) string {
	return "Auth plugin requires parameters which were not given: " + strings.Join(names, ", ")
}

// errorText is an error of one text.
type errorText string

func (e errorText) Error() string { return string(e) }

// attribute is Python's message for a value that lacks a method.
func attribute(v any, method string) string {
	return fmt.Sprintf("'%s' object has no attribute '%s'", pyType(v), method)
}
