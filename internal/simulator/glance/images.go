package glance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) imageRoutes() {
	s.router.Handle("GET", "/v2/images", s.list)
	s.router.Handle("POST", "/v2/images", s.create)
	s.router.Handle("GET", "/v2/images/{id}", s.show)
	s.router.Handle("PATCH", "/v2/images/{id}", s.update)
	s.router.Handle("DELETE", "/v2/images/{id}", s.remove)
	s.router.Handle("GET", "/v2/images/{id}/members", s.members)
}

func (s *Service) find(c *wire.Call, text string) (*image, error) {
	i := slices.IndexFunc(s.images, func(im *image) bool { return im.id == c.Param("id") && im.visibleTo(c.Token) })
	if i < 0 {
		return nil, wire.Errorf(http.StatusNotFound, text, c.Param("id"))
	}
	return s.images[i], nil
}

const noImage = "No image found with ID %s"

// filters are the members one can list images by.
var filters = []string{"name", "status", "visibility", "owner", "disk_format", "container_format", "id", "protected", "os_hidden"}

func (s *Service) list(c *wire.Call) error {
	query := c.R.URL.Query()
	limit := 25
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return wire.Errorf(http.StatusBadRequest, "limit param must be an integer")
		}
		limit = n
	}
	passed := query.Get("marker") == ""
	found := []wire.M{}
	more := false
	for _, im := range s.images {
		if !passed {
			passed = im.id == query.Get("marker")
			continue
		}
		if !im.visibleTo(c.Token) || !im.matches(query) {
			continue
		}
		if len(found) == limit {
			more = true
			break
		}
		found = append(found, im.body())
	}
	first := "/v2/images"
	if c.R.URL.RawQuery != "" {
		first += "?" + c.R.URL.RawQuery
	}
	body := wire.M{"images": found, "schema": "/v2/schemas/images", "first": first}
	if more && len(found) > 0 {
		query.Set("marker", fmt.Sprint(found[len(found)-1]["id"]))
		body["next"] = "/v2/images?" + query.Encode()
	}
	return c.JSON(http.StatusOK, body)
}

func (im *image) matches(query map[string][]string) bool {
	body := im.body()
	for _, name := range filters {
		values := query[name]
		if len(values) == 0 {
			continue
		}
		options := []string{values[0]}
		if list, ok := strings.CutPrefix(values[0], "in:"); ok {
			options = strings.Split(list, ",")
		}
		if name == "visibility" && values[0] == "all" {
			continue
		}
		if !slices.Contains(options, fmt.Sprint(body[name])) {
			return false
		}
	}
	return true
}

// formats are the disk formats Glance knows.
var formats = []string{"ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"}

func (s *Service) create(c *wire.Call) error {
	var sent wire.M
	if err := json.Unmarshal(c.Body, &sent); err != nil {
		return wire.Errorf(http.StatusBadRequest, "Malformed JSON in request body.")
	}
	id, _ := sent["id"].(string)
	if id == "" {
		id = wire.UUID()
	}
	im := newImage(id, c.Token.ProjectID)
	for name, value := range sent {
		if err := im.set(c, name, value); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(s.images, func(o *image) bool { return o.id == id }) {
		return wire.Errorf(http.StatusConflict, "Image ID %s already exists!", id)
	}
	s.images = slices.Insert(s.images, 0, im)
	h := c.W.Header()
	h.Set("Location", c.Root()+"/image/v2/images/"+id)
	h.Set("Openstack-Image-Import-Methods", "glance-direct,web-download")
	h.Set("Openstack-Image-Store-Ids", "fs,os_glance_staging_store,os_glance_tasks_store")
	return c.JSON(http.StatusCreated, im.body())
}

func (im *image) set(c *wire.Call, name string, value any) error {
	switch {
	case name == "id":
		return nil
	case name == "owner":
		if !c.Token.Admin() {
			return wire.Errorf(http.StatusForbidden, "You are not permitted to create images owned by '%s'.", value)
		}
		im.owner = fmt.Sprint(value)
		return nil
	case readOnly[name]:
		return wire.Errorf(http.StatusForbidden, "Attribute '%s' is read-only.", name)
	case name == "visibility" && value == "public" && !c.Token.Admin():
		return wire.Errorf(http.StatusForbidden, "You are not authorized to complete publicize_image action.")
	case name == "disk_format" && value != nil && !slices.Contains(formats, fmt.Sprint(value)):
		return wire.Errorf(http.StatusBadRequest, "Provided object does not match schema 'image': '%v' is not one of [None, '%s']  "+
			"Failed validating 'enum' in schema['properties']['disk_format']:     {'description': 'Format of the disk',      "+
			"'enum': [None,               '%s'],      'type': ['null', 'string']}  On instance['disk_format']:     '%v'",
			value, strings.Join(formats, "', '"), strings.Join(formats, "',               '"), value)
	}
	im.fields[name] = value
	return nil
}

func (s *Service) show(c *wire.Call) error {
	im, err := s.find(c, noImage)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, im.body())
}

// patchTypes are the media types of a change, as Accept-Patch tells them.
const patchTypes = "application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch"

func (s *Service) update(c *wire.Call) error {
	contentType := c.R.Header.Get("Content-Type")
	if !slices.Contains(strings.Split(patchTypes, ", "), contentType) {
		return &wire.Error{
			Status:  http.StatusUnsupportedMediaType,
			Message: "The request media type " + contentType + " is not supported by this server.",
			Header:  http.Header{"Accept-Patch": {patchTypes}},
		}
	}
	im, err := s.find(c, noImage)
	if err != nil {
		return err
	}
	if !im.ownedBy(c.Token) {
		return wire.Errorf(http.StatusForbidden, "You do not own this image")
	}
	changes, err := readChanges(c.Body)
	if err != nil {
		return err
	}
	for _, change := range changes {
		_, present := im.body()[change.name]
		if !present && change.op != "add" {
			return &wire.Error{
				Status: http.StatusConflict, Type: asDetail, Message: fmt.Sprintf("Property %s does not exist.", change.name),
			}
		}
		if change.op == "remove" {
			delete(im.fields, change.name)
		} else if err := im.set(c, change.name, change.value); err != nil {
			return err
		}
	}
	im.updated = time.Now()
	return c.JSON(http.StatusOK, im.body())
}

// change is one step of a patch.
type change struct {
	op, name string
	value    any
}

// readChanges reads both forms of a patch: {"op": "replace", "path": "/a"} and
// the older {"replace": "/a"}.
func readChanges(body []byte) ([]change, error) {
	var sent []wire.M
	if err := json.Unmarshal(body, &sent); err != nil {
		return nil, wire.Errorf(http.StatusBadRequest, "Malformed JSON in request body.")
	}
	var changes []change
	for _, item := range sent {
		ch := change{value: item["value"]}
		ch.op, _ = item["op"].(string)
		ch.name, _ = item["path"].(string)
		for _, op := range []string{"add", "replace", "remove"} {
			if path, ok := item[op].(string); ok && ch.op == "" {
				ch.op, ch.name = op, path
			}
		}
		ch.name = strings.TrimPrefix(ch.name, "/")
		changes = append(changes, ch)
	}
	return changes, nil
}

func (s *Service) remove(c *wire.Call) error {
	im, err := s.find(c, "Failed to find image %s to delete")
	if err != nil {
		return err
	}
	if !im.ownedBy(c.Token) {
		return wire.Errorf(http.StatusForbidden, "You do not own this image")
	}
	if im.fields["protected"] == true {
		return wire.Errorf(http.StatusForbidden, "Image %s is protected and cannot be deleted.", im.id)
	}
	s.images = slices.DeleteFunc(s.images, func(o *image) bool { return o == im })
	c.W.Header().Set("Content-Type", "text/html; charset=UTF-8")
	return c.Empty(http.StatusNoContent)
}

func (s *Service) members(c *wire.Call) error {
	im, err := s.find(c, noImage)
	if err != nil {
		return err
	}
	if im.visibility() != "shared" {
		return wire.Errorf(http.StatusForbidden, "Not allowed to list members for image %s: Only shared images have members.", im.id)
	}
	return c.JSON(http.StatusOK, wire.M{"members": []wire.M{}, "schema": "/v2/schemas/members"})
}
