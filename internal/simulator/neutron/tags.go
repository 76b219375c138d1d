package neutron

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) tagRoutes(k *kind) {
	path := "/v2.0/" + strings.ReplaceAll(k.plural, "_", "-") + "/{id}/tags"
	on := func(h func(*wire.Call, *object) error) wire.Handler {
		return func(c *wire.Call) error {
			o := s.get(k.name, c.Param("id"))
			if o == nil && s.options.Release.Epoxy() && !wire.IsUUID(c.Param("id")) {
				return refusal(http.StatusInternalServerError, "HTTPInternalServerError", usualMessages[http.StatusInternalServerError])
			}
			if o == nil || !o.visibleTo(c.Token) {
				return refusal(http.StatusNotFound, "TagResourceNotFound",
					fmt.Sprintf("Resource %s %s could not be found.", k.plural, c.Param("id")))
			}
			return h(c, o)
		}
	}
	s.router.Handle("GET", path, on(func(c *wire.Call, o *object) error { return c.JSON(http.StatusOK, o.tagBody()) }))
	s.router.Handle("PUT", path, on(replaceTags))
	s.router.Handle("DELETE", path, on(func(c *wire.Call, o *object) error {
		o.tags = nil
		return c.Empty(http.StatusNoContent)
	}))
	s.router.Handle("GET", path+"/{tag}", on(checkTag))
	s.router.Handle("PUT", path+"/{tag}", on(addTag))
	s.router.Handle("DELETE", path+"/{tag}", on(removeTag))
}

func (o *object) tagBody() wire.M {
	if o.tags == nil {
		return wire.M{"tags": []string{}}
	}
	return wire.M{"tags": o.tags}
}

func noTag(tag string) error {
	return refusal(http.StatusNotFound, "TagNotFound", fmt.Sprintf("Tag %s could not be found.", tag))
}

func replaceTags(c *wire.Call, o *object) error {
	var sent struct{ Tags []string }
	if err := json.Unmarshal(c.Body, &sent); err != nil {
		return badRequest("Body contains invalid data")
	}
	o.tags = nil
	for _, tag := range sent.Tags {
		if !slices.Contains(o.tags, tag) {
			o.tags = append(o.tags, tag)
		}
	}
	return c.JSON(http.StatusOK, o.tagBody())
}

func checkTag(c *wire.Call, o *object) error {
	if !slices.Contains(o.tags, c.Param("tag")) {
		return noTag(c.Param("tag"))
	}
	return c.Empty(http.StatusNoContent)
}

func addTag(c *wire.Call, o *object) error {
	if !slices.Contains(o.tags, c.Param("tag")) {
		o.tags = append(o.tags, c.Param("tag"))
	}
	return c.JSON(http.StatusCreated, nil)
}

func removeTag(c *wire.Call, o *object) error {
	i := slices.Index(o.tags, c.Param("tag"))
	if i < 0 {
		return noTag(c.Param("tag"))
	}
	o.tags = slices.Delete(o.tags, i, i+1)
	return c.Empty(http.StatusNoContent)
}
