package glance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// maxText is the longest name or tag, in characters.
const maxText = 255

// The values that some members may have, as Glance lists them.
var (
	diskFormats      = []string{"ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"}
	containerFormats = []string{"ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"}
	visibilities     = []string{"community", "public", "private", "shared"}
)

var idForm = regexp.MustCompile(`^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$`)

// wrong words a complaint as Glance's schema validation does. The real one
// goes on with the part of the schema and the value.
func wrong(where, rule, value, why string) error {
	return wire.Errorf(http.StatusBadRequest, "Provided object does not match schema 'image': %s %s  Failed validating '%s' in schema%s",
		value, why, rule, where)
}

// checkMember checks the value of one member of an image.
func checkMember(name string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	shown := wire.PythonRepr(raw)
	text, isText := value.(string)
	where := "['properties']['" + name + "']"
	switch name {
	case "id":
		if !idForm.MatchString(text) {
			return wrong(where, "pattern", shown, "does not match '"+idForm.String()+"'")
		}
	case "name":
		return checkText(where, value, shown)
	case "min_ram", "min_disk":
		n, ok := value.(float64)
		if !ok {
			return wrong(where, "type", shown, "is not of type 'integer'")
		}
		if n < 0 {
			return wire.Errorf(http.StatusBadRequest, "Invalid value '%d' for parameter '%s': Cannot be a negative value", int(n), name)
		}
	case "protected", "os_hidden":
		if _, ok := value.(bool); !ok {
			return wrong(where, "type", shown, "is not of type 'boolean'")
		}
	case "visibility":
		if !slices.Contains(visibilities, text) {
			return wrong(where, "enum", shown, "is not one of ["+quoted(visibilities)+"]")
		}
	case "disk_format":
		return checkFormat(where, value, shown, diskFormats)
	case "container_format":
		return checkFormat(where, value, shown, containerFormats)
	case "tags":
		tags, _ := value.([]any)
		for _, tag := range tags {
			if err := checkTag(tag); err != nil {
				return err
			}
		}
	case "owner", "checksum", "size", "status":
	default:
		if !isText {
			return wrong("['additionalProperties']", "type", shown, "is not of type 'string'")
		}
	}
	return nil
}

func checkText(where string, value any, shown string) error {
	text, isText := value.(string)
	switch {
	case !isText && value != nil:
		return wrong(where, "type", shown, "is not of type 'null', 'string'")
	case utf8.RuneCountInString(text) > maxText:
		return wrong(where, "maxLength", shown, "is too long")
	}
	return nil
}

func checkTag(value any) error {
	return checkText("['properties']['tags']['items']", value, fmt.Sprintf("'%v'", value))
}

func checkFormat(where string, value any, shown string, formats []string) error {
	if value == nil || slices.Contains(formats, fmt.Sprint(value)) {
		return nil
	}
	return wrong(where, "enum", shown, "is not one of [None, "+quoted(formats)+"]")
}

func quoted(values []string) string { return "'" + strings.Join(values, "', '") + "'" }

// sortKeys are what images can be sorted by.
var sortKeys = []string{"name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at"}

// checkQuery checks the parameters of a list and returns its limit.
func (s *Service) checkQuery(query url.Values) (limit int, err error) {
	limit = 25
	if text := query.Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil {
			return 0, wire.Errorf(http.StatusBadRequest, "limit param must be an integer")
		}
		if limit < 0 {
			return 0, wire.Errorf(http.StatusBadRequest, "limit param must be positive")
		}
	}
	for _, key := range query["sort_key"] {
		if !slices.Contains(sortKeys, key) {
			return 0, wire.Errorf(http.StatusBadRequest, "Invalid sort key: %s. It must be one of the following: %s.",
				key, strings.Join(sortKeys, ", "))
		}
	}
	for _, direction := range query["sort_dir"] {
		if direction != "asc" && direction != "desc" {
			return 0, wire.Errorf(http.StatusBadRequest, "Invalid sort direction: %s", direction)
		}
	}
	for _, name := range []string{"size_min", "size_max"} {
		if text := query.Get(name); text != "" {
			if _, err := strconv.Atoi(text); err != nil {
				return 0, wire.Errorf(http.StatusBadRequest, "Unable to filter on a range with a non-numeric value.")
			}
		}
	}
	if visibility := query.Get("visibility"); visibility != "" && visibility != "all" && !slices.Contains(visibilities, visibility) {
		return 0, wire.Errorf(http.StatusBadRequest, "Invalid visibility value: %s", visibility)
	}
	marker := query.Get("marker")
	if marker != "" && !slices.ContainsFunc(s.images, func(im *image) bool { return im.id == marker }) {
		return 0, wire.Errorf(http.StatusBadRequest, noImage, marker)
	}
	return limit, nil
}
