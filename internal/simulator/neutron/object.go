package neutron

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// kind is one sort of resource and its rules.
type kind struct {
	name, plural string
	// settable are the attributes a client may give, with their defaults.
	settable func() wire.M
	// fixed may be given at creation only, admin by administrators only.
	fixed, admin []string
	required     []string // at creation
	missing      func(id string) error
	// create checks and completes a new object, update checks a change before
	// it is applied, remove checks and takes the object's dependants with it.
	create func(c *wire.Call, o *object) error
	update func(c *wire.Call, o *object, sent wire.M) error
	remove func(c *wire.Call, o *object) error
	// view adds computed attributes to what a token sees.
	view func(o *object, t *wire.Token, body wire.M)
	// open tells that an object of another project may be seen.
	open func(o *object) bool
}

// object is one resource.
type object struct {
	kind             *kind
	id, project      string
	attrs            wire.M
	tags             []string
	created, updated time.Time
	revision         int

	// status changes to next at that time.
	status, next string
	at           time.Time
}

func (s *Service) newObject(k *kind, project string) *object {
	now := time.Now()
	return &object{kind: k, id: wire.UUID(), project: project, attrs: k.settable(), created: now, updated: now}
}

func (s *Service) add(o *object) { s.objects[o.kind.name] = append(s.objects[o.kind.name], o) }

func (s *Service) drop(o *object) {
	s.objects[o.kind.name] = slices.DeleteFunc(s.objects[o.kind.name], func(p *object) bool { return p == o })
}

// get returns nil where there is no such object.
func (s *Service) get(kindName, id string) *object {
	for _, o := range s.objects[kindName] {
		if o.id == id {
			return o
		}
	}
	return nil
}

// where returns the objects of a kind for which an attribute has a value.
func (s *Service) where(kindName, attribute, value string) []*object {
	var found []*object
	for _, o := range s.objects[kindName] {
		if o.text(attribute) == value {
			found = append(found, o)
		}
	}
	return found
}

func (o *object) text(name string) string {
	value, _ := o.attrs[name].(string)
	return value
}

func (o *object) flag(name string) bool {
	value, _ := o.attrs[name].(bool)
	return value
}

// texts returns a list of strings, whether it came from JSON or from here.
func (o *object) texts(name string) []string {
	switch list := o.attrs[name].(type) {
	case []string:
		return list
	case []any:
		var texts []string
		for _, item := range list {
			texts = append(texts, fmt.Sprint(item))
		}
		return texts
	}
	return nil
}

// number reads an integer; JSON has brought it as a float.
func number(value any) (int, bool) {
	switch n := value.(type) {
	case float64:
		return int(n), true
	case int:
		return n, true
	case string:
		i, err := strconv.Atoi(n)
		return i, err == nil
	}
	return 0, false
}

func (o *object) touch() {
	o.updated = time.Now()
	o.revision++
}

// become changes the status after a while.
func (o *object) become(status string, after time.Duration) {
	o.status, o.next, o.at = o.currentStatus(), status, time.Now().Add(after)
}

func (o *object) currentStatus() string {
	if o.next != "" && !time.Now().Before(o.at) {
		return o.next
	}
	return o.status
}

// see returns what a token sees of the object.
func (o *object) see(t *wire.Token) wire.M {
	tags := o.tags
	if tags == nil {
		tags = []string{}
	}
	body := wire.M{
		"id": o.id, "tenant_id": o.project, "project_id": o.project, "tags": tags, "revision_number": o.revision,
		"created_at": wire.Stamp(o.created, wire.TimeSecond), "updated_at": wire.Stamp(o.updated, wire.TimeSecond),
	}
	for name, value := range o.attrs {
		if t.Admin() || !slices.Contains(o.kind.admin, name) {
			body[name] = value
		}
	}
	if status := o.currentStatus(); status != "" {
		body["status"] = status
	}
	if o.kind.view != nil {
		o.kind.view(o, t, body)
	}
	return body
}

func (o *object) visibleTo(t *wire.Token) bool {
	return t.Admin() || o.project == t.ProjectID || (o.kind.open != nil && o.kind.open(o))
}
