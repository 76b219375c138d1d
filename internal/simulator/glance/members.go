package glance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// member is a project that an image is shared with.
type member struct {
	id               string
	created, updated time.Time
}

func (m *member) body(im *image) wire.M {
	return wire.M{
		"member_id": m.id, "image_id": im.id, "status": "pending", "schema": "/v2/schemas/member",
		"created_at": wire.Stamp(m.created, wire.TimeSecond), "updated_at": wire.Stamp(m.updated, wire.TimeSecond),
	}
}

func (s *Service) members(c *wire.Call) error {
	im, err := s.find(c, noImage)
	if err != nil {
		return err
	}
	if im.visibility() != "shared" {
		return wire.Errorf(http.StatusForbidden, "Not allowed to list members for image %s: Only shared images have members.", im.id)
	}
	list := []wire.M{}
	for _, m := range im.members {
		list = append(list, m.body(im))
	}
	return c.JSON(http.StatusOK, wire.M{"members": list, "schema": "/v2/schemas/members"})
}

func (s *Service) addMember(c *wire.Call) error {
	im, err := s.find(c, noImage)
	if err != nil {
		return err
	}
	var sent struct{ Member string }
	if err := json.Unmarshal(c.Body, &sent); err != nil || sent.Member == "" {
		return wire.Errorf(http.StatusBadRequest, "Expected a dict in request body.")
	}
	switch {
	case im.visibility() != "shared":
		return wire.Errorf(http.StatusForbidden, "Only shared images have members.")
	case !im.ownedBy(c.Token):
		return s.notMine("add_member")
	case slices.ContainsFunc(im.members, func(m *member) bool { return m.id == sent.Member }):
		return wire.Errorf(http.StatusConflict, "Member '%s' is already associated with image '%s'.", sent.Member, im.id)
	}
	now := time.Now()
	m := &member{id: sent.Member, created: now, updated: now}
	im.members = append(im.members, m)
	return c.JSON(http.StatusOK, m.body(im))
}

func (s *Service) addTag(c *wire.Call) error {
	im, err := s.find(c, noImage)
	if err != nil {
		return err
	}
	tag := c.Param("tag")
	if err := checkTag(tag); err != nil {
		return err
	}
	if !im.ownedBy(c.Token) {
		return s.notMine("modify_image")
	}
	tags, _ := im.fields["tags"].([]any)
	if !slices.Contains(tags, any(tag)) {
		im.fields["tags"] = append(slices.Clone(tags), tag)
	}
	return c.Empty(http.StatusNoContent)
}

func (s *Service) deleteTag(c *wire.Call) error {
	im, err := s.find(c, noImage)
	if err != nil {
		return err
	}
	if !im.ownedBy(c.Token) {
		return s.notMine("modify_image")
	}
	tags, _ := im.fields["tags"].([]any)
	left := slices.DeleteFunc(slices.Clone(tags), func(t any) bool { return fmt.Sprint(t) == c.Param("tag") })
	if len(left) == len(tags) {
		return wire.Errorf(http.StatusNotFound, "")
	}
	im.fields["tags"] = left
	return c.Empty(http.StatusNoContent)
}

// deactivate takes an image out of use; only administrators may.
func (s *Service) deactivate(c *wire.Call) error {
	im, err := s.find(c, noImage)
	if err != nil {
		return err
	}
	switch {
	case !c.Token.Admin():
		return wire.Errorf(http.StatusForbidden, "You are not authorized to complete deactivate action.")
	case im.status != active && im.status != deactivated:
		return wire.Errorf(http.StatusForbidden, "Not allowed to deactivate image in status '%s'", im.status)
	}
	im.status, im.updated = deactivated, time.Now()
	return c.Empty(http.StatusNoContent)
}
