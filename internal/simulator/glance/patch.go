package glance

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// patchTypes are the media types of a change, as Accept-Patch tells them.
const patchTypes = "application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch"

// change is one step of a patch.
type change struct {
	op, name string
	value    any
}

var operations = []string{"add", "remove", "replace"}

// readChanges reads both forms of a patch: {"op": "replace", "path": "/a"} and
// the older {"replace": "/a"}.
func readChanges(body []byte) ([]change, error) {
	var raw any
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, wire.Errorf(http.StatusBadRequest, "Malformed JSON in request body.")
	}
	var sent []wire.M
	if err := json.Unmarshal(body, &sent); err != nil {
		return nil, wire.Errorf(http.StatusBadRequest, "Request body must be a JSON array of operation objects.")
	}
	var changes []change
	for _, item := range sent {
		ch, err := readChange(item)
		if err != nil {
			return nil, err
		}
		changes = append(changes, ch)
	}
	return changes, nil
}

func readChange(item wire.M) (change, error) {
	ch := change{}
	op, newer := item["op"].(string)
	path, hasPath := item["path"].(string)
	switch {
	case newer && !slices.Contains(operations, op):
		return ch, wire.Errorf(http.StatusBadRequest, "Invalid operation: `%s`. It must be one of the following: %s.",
			op, strings.Join(operations, ", "))
	case newer && !hasPath:
		return ch, wire.Errorf(http.StatusBadRequest, "Unable to find 'path' in JSON Schema change")
	case newer:
		ch.op = op
	default:
		for _, o := range operations {
			if p, ok := item[o].(string); ok {
				ch.op, path = o, p
			}
		}
	}
	value, hasValue := item["value"]
	switch {
	case !strings.HasPrefix(path, "/"):
		return ch, wire.Errorf(http.StatusBadRequest, "Pointer `%s` does not start with \"/\".", path)
	case !hasValue && ch.op != "remove":
		return ch, wire.Errorf(http.StatusBadRequest, "Operation \"%s\" requires a member named \"value\".", ch.op)
	}
	ch.name, ch.value = strings.TrimPrefix(path, "/"), value
	return ch, nil
}

// apply makes one change of a patch.
func (im *image) apply(c *wire.Call, ch change) error {
	_, present := im.body()[ch.name]
	_, usual := fieldDefaults()[ch.name]
	switch {
	case !present && ch.op != "add":
		return detail(http.StatusConflict, "Property "+ch.name+" does not exist.")
	case ch.name == "owner" && !c.Token.Admin():
		return detail(http.StatusForbidden, "Owner can't be updated by non admin.")
	case ch.op == "remove" && (usual || readOnly[ch.name]):
		return detail(http.StatusForbidden, "Property "+ch.name+" may not be removed.")
	case ch.op == "remove":
		delete(im.fields, ch.name)
		return nil
	}
	return im.set(c, ch.name, ch.value)
}

func detail(status int, message string) error {
	return &wire.Error{Status: status, Type: asDetail, Message: message}
}
