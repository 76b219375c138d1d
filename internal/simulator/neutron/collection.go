package neutron

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) collectionRoutes(k *kind) {
	path := "/v2.0/" + strings.ReplaceAll(k.plural, "_", "-")
	s.router.Handle("GET", path, func(c *wire.Call) error { return s.list(c, k) })
	s.router.Handle("POST", path, func(c *wire.Call) error { return s.create(c, k) })
	s.router.Handle("GET", path+"/{id}", func(c *wire.Call) error { return s.show(c, k) })
	s.router.Handle("PUT", path, func(*wire.Call) error { return k.missing("None") })
	s.router.Handle("POST", path+"/{id}", func(*wire.Call) error {
		return refusal(http.StatusMethodNotAllowed, "HTTPMethodNotAllowed",
			"The server could not comply with the request since it is either malformed or otherwise incorrect.")
	})
	s.router.Handle("PUT", path+"/{id}", func(c *wire.Call) error { return s.update(c, k) })
	s.router.Handle("DELETE", path+"/{id}", func(c *wire.Call) error { return s.remove(c, k) })
}

// find returns the object a path names, if the asker may see it.
func (s *Service) find(c *wire.Call, k *kind) (*object, error) {
	o := s.get(k.name, c.Param("id"))
	if o == nil || !o.visibleTo(c.Token) {
		return nil, k.missing(c.Param("id"))
	}
	return o, nil
}

// owned is find for changes: what belongs to another project may only be
// looked at.
func (s *Service) owned(c *wire.Call, k *kind, action string) (*object, error) {
	o, err := s.find(c, k)
	if err != nil {
		return nil, err
	}
	if !c.Token.Admin() && o.project != c.Token.ProjectID {
		return nil, notAllowed("rule:" + action + "_" + k.name)
	}
	return o, nil
}

func (s *Service) list(c *wire.Call, k *kind) error {
	if err := s.checkList(c, k); err != nil {
		return err
	}
	query := c.R.URL.Query()
	if k.name == "security_group" {
		s.ensureDefaultGroups(c, query.Get("tenant_id")+query.Get("project_id"))
	}
	limit, _ := strconv.Atoi(query.Get("limit"))
	fields := query["fields"]
	passed := query.Get("marker") == ""
	found := []wire.M{}
	last := ""
	more := false
	var selected []wire.M
	for _, o := range s.objects[k.name] {
		if body := o.see(c.Token); o.visibleTo(c.Token) && matches(body, query) {
			selected = append(selected, body)
		}
	}
	sorted(selected, query)
	for _, body := range selected {
		id := fmt.Sprint(body["id"])
		if !passed {
			passed = id == query.Get("marker")
			continue
		}
		if limit > 0 && len(found) == limit {
			more = true
			break
		}
		last = id
		found = append(found, pick(body, fields))
	}
	answer := wire.M{k.plural: found}
	if more {
		query.Set("marker", last)
		answer[k.plural+"_links"] = []wire.M{{"rel": "next", "href": c.Root() + "/network" + c.R.URL.Path + "?" + query.Encode()}}
	}
	return c.JSON(http.StatusOK, answer)
}

// pick leaves only the members asked for.
func pick(body wire.M, fields []string) wire.M {
	if len(fields) == 0 {
		return body
	}
	picked := wire.M{}
	for _, name := range fields {
		if value, ok := body[name]; ok {
			picked[name] = value
		}
	}
	return picked
}

// notFilters are the query parameters that do not select.
var notFilters = []string{"fields", "limit", "marker", "sort_key", "sort_dir", "page_reverse"}

func matches(body wire.M, query map[string][]string) bool {
	for name, wanted := range query {
		if slices.Contains(notFilters, name) {
			continue
		}
		if name == "tags" {
			tags, _ := body["tags"].([]string)
			for _, tag := range strings.Split(wanted[0], ",") {
				if !slices.Contains(tags, tag) {
					return false
				}
			}
			continue
		}
		if name == "fixed_ips" {
			if !hasFixedIP(body, wanted) {
				return false
			}
			continue
		}
		value, ok := body[name]
		if ok && !slices.ContainsFunc(wanted, func(w string) bool { return same(value, w) }) {
			return false
		}
	}
	return true
}

// hasFixedIP serves filters such as fixed_ips=ip_address=10.0.0.3.
func hasFixedIP(body wire.M, wanted []string) bool {
	fixed, _ := body["fixed_ips"].([]wire.M)
	return slices.ContainsFunc(fixed, func(ip wire.M) bool {
		for _, condition := range wanted {
			name, value, _ := strings.Cut(condition, "=")
			if fmt.Sprint(ip[name]) != value {
				return false
			}
		}
		return true
	})
}

func same(value any, text string) bool {
	switch v := value.(type) {
	case bool:
		return v == (strings.EqualFold(text, "true") || text == "1")
	case nil:
		return text == "" || text == "None"
	default:
		return fmt.Sprint(v) == text
	}
}

// create makes one object, or several at once when the plural is sent.
func (s *Service) create(c *wire.Call, k *kind) error {
	var several map[string][]wire.M
	if json.Unmarshal(c.Body, &several) == nil && len(several[k.plural]) > 0 {
		bodies := []wire.M{}
		undo := s.remember()
		for _, sent := range several[k.plural] {
			body, err := s.createOne(c, k, sent)
			if err != nil {
				undo() // all of them or none
				return err
			}
			bodies = append(bodies, body)
		}
		return c.JSON(http.StatusCreated, wire.M{k.plural: bodies})
	}
	sent, err := decode(c, k.name)
	if err != nil {
		return err
	}
	body, err := s.createOne(c, k, sent)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, wire.M{k.name: body})
}

// remember returns a function that takes back what was made since.
func (s *Service) remember() (undo func()) {
	objects, touched := map[string][]*object{}, slices.Clone(s.touched)
	for name, list := range s.objects {
		objects[name] = slices.Clone(list)
	}
	return func() { s.objects, s.touched = objects, touched }
}

func (s *Service) createOne(c *wire.Call, k *kind, sent wire.M) (wire.M, error) {
	project := c.Token.ProjectID
	for _, name := range []string{"tenant_id", "project_id"} {
		if wanted, ok := sent[name].(string); ok && wanted != "" {
			if wanted != project && !c.Token.Admin() {
				return nil, badRequest("Specifying 'project_id' or 'tenant_id' other than the authenticated project " +
					"in request requires admin or advsvc privileges")
			}
			project = wanted
		}
		delete(sent, name)
	}
	if err := k.checkAttributes(sent, "create"); err != nil {
		return nil, err
	}
	o := s.newObject(k, project)
	if err := s.assign(c, o, sent, "create"); err != nil {
		return nil, err
	}
	if err := k.create(c, o); err != nil {
		return nil, err
	}
	if err := s.checkQuota(k.name, project); err != nil {
		return nil, err
	}
	o.revision = 1
	s.add(o)
	body := o.see(c.Token)
	if k.name == "network" {
		body["is_default"] = false
	}
	return body, nil
}

// maxText is the longest name or description.
const maxText = 255

// checkText checks the attributes that are plain text everywhere.
func checkText(sent wire.M) error {
	for _, name := range []string{"name", "description"} {
		value, ok := sent[name]
		if !ok {
			continue
		}
		text, isText := value.(string)
		switch {
		case !isText && value != nil:
			return badRequest(fmt.Sprintf("Invalid input for %s. Reason: '%v' is not a valid string.", name, value))
		case utf8.RuneCountInString(text) > maxText:
			return badRequest(fmt.Sprintf("Invalid input for %s. Reason: '%s' exceeds maximum length of %d.", name, text, maxText))
		}
	}
	return nil
}

// assign takes over the attributes sent, if they are allowed.
func (s *Service) assign(c *wire.Call, o *object, sent wire.M, action string) error {
	known := o.kind.settable()
	for name, value := range sent {
		if slices.Contains(o.kind.admin, name) && !c.Token.Admin() && !same(value, fmt.Sprint(known[name])) {
			rule := action + "_" + o.kind.name
			return notAllowed(fmt.Sprintf("(rule:%s and rule:%s:%s)", rule, rule, name))
		}
	}
	if action == "update" && o.kind.update != nil {
		if err := o.kind.update(c, o, sent); err != nil {
			return err
		}
	}
	for name, value := range sent {
		o.attrs[name] = value
	}
	return nil
}

func (s *Service) show(c *wire.Call, k *kind) error {
	o, err := s.find(c, k)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.M{k.name: pick(o.see(c.Token), c.R.URL.Query()["fields"])})
}

func (s *Service) update(c *wire.Call, k *kind) error {
	sent, err := decode(c, k.name)
	if err != nil {
		return err
	}
	if err := k.checkAttributes(sent, "update"); err != nil {
		return err
	}
	o, err := s.owned(c, k, "update")
	if err != nil {
		return err
	}
	if err := s.assign(c, o, sent, "update"); err != nil {
		return err
	}
	o.touch()
	return c.JSON(http.StatusOK, wire.M{k.name: o.see(c.Token)})
}

func (s *Service) remove(c *wire.Call, k *kind) error {
	o, err := s.owned(c, k, "delete")
	if err != nil {
		return err
	}
	if err := k.remove(c, o); err != nil {
		return err
	}
	s.drop(o)
	return c.Empty(http.StatusNoContent)
}
