package glance

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
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
	s.router.Handle("POST", "/v2/images/{id}/members", s.addMember)
	s.router.Handle("PUT", "/v2/images/{id}/tags/{tag}", s.addTag)
	s.router.Handle("DELETE", "/v2/images/{id}/tags/{tag}", s.deleteTag)
	s.router.Handle("POST", "/v2/images/{id}/actions/deactivate", s.deactivate)
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
	limit, err := s.checkQuery(query)
	if err != nil {
		return err
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

func (s *Service) create(c *wire.Call) error {
	var raw any
	if len(c.Body) == 0 {
		return wire.Errorf(http.StatusBadRequest, "Body expected in request.")
	}
	if err := json.Unmarshal(c.Body, &raw); err != nil {
		return wire.Errorf(http.StatusBadRequest, "Malformed JSON in request body.")
	}
	sent, ok := raw.(wire.M)
	if !ok { // an exception that Glance does not expect
		return wire.Errorf(http.StatusInternalServerError, "")
	}
	id, _ := sent["id"].(string)
	if id == "" {
		id = wire.UUID()
	}
	im := newImage(id, c.Token.ProjectID)
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		if err := im.set(c, name, sent[name]); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(s.images, func(o *image) bool { return o.id == id }) {
		return wire.Errorf(http.StatusConflict, "Image ID %s already exists!", id)
	}
	s.images = slices.Insert(s.images, 0, im)
	h := c.W.Header()
	h.Set("Location", c.Root()+"/image/v2/images/"+id)
	h.Set("Openstack-Image-Import-Methods", "glance-direct,web-download,copy-image")
	h.Set("Openstack-Image-Store-Ids", "fs,os_glance_staging_store,os_glance_tasks_store")
	return c.JSON(http.StatusCreated, im.body())
}

func (im *image) set(c *wire.Call, name string, value any) error {
	if err := checkMember(name, value); err != nil {
		return err
	}
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
		return s.notMine("modify_image")
	}
	changes, err := readChanges(c.Body)
	if err != nil {
		return err
	}
	for _, ch := range changes {
		if err := im.apply(c, ch); err != nil {
			return err
		}
	}
	im.updated = time.Now()
	return c.JSON(http.StatusOK, im.body())
}

func (s *Service) remove(c *wire.Call) error {
	im, err := s.find(c, "Failed to find image %s to delete")
	if err != nil {
		return err
	}
	if !im.ownedBy(c.Token) {
		return s.notMine("delete_image")
	}
	if im.fields["protected"] == true {
		return wire.Errorf(http.StatusForbidden, "Image %s is protected and cannot be deleted.", im.id)
	}
	s.images = slices.DeleteFunc(s.images, func(o *image) bool { return o == im })
	c.W.Header().Set("Content-Type", "text/html; charset=UTF-8")
	return c.Empty(http.StatusNoContent)
}

// notMine refuses to change the image of another project.
func (s *Service) notMine(action string) error {
	if s.release.Epoxy() {
		return wire.Errorf(http.StatusForbidden, "You are not authorized to complete %s action.", action)
	}
	return wire.Errorf(http.StatusForbidden, "You do not own this image")
}
