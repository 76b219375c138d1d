package stestr

import (
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/subunit"
)

// Answers knows which of the tests that were asked for still have no result.
type Answers struct {
	wanted []string
	asked  map[string]bool
	ended  map[string]bool
	begun  map[string]string // id -> route, of tests that sent something and did not end
	order  []string          // of begun
	groups []string          // "<module>.<Class>." of classes whose set-up failed or skipped
}

// NewAnswers returns the record of a run that was asked for ids; an id that is there twice is owed one result.
func NewAnswers(ids []string) *Answers {
	a := &Answers{asked: map[string]bool{}, ended: map[string]bool{}, begun: map[string]string{}}
	for _, id := range ids {
		a.Want(id)
	}
	return a
}

// Want adds an id to what was asked for.
func (a *Answers) Want(id string) {
	if !a.asked[id] {
		a.asked[id] = true
		a.wanted = append(a.wanted, id)
	}
}

// Add takes in one event.
func (a *Answers) Add(e *subunit.Event) {
	switch {
	case e.TestID == "" || e.Status == subunit.Exists:
	case e.Status.Terminal():
		a.ended[e.TestID] = true
		delete(a.begun, e.TestID)
		if group, ok := setUpOf(e.TestID); ok {
			a.groups = append(a.groups, group)
		}
	default:
		if _, known := a.begun[e.TestID]; !known {
			a.begun[e.TestID] = e.Route
			a.order = append(a.order, e.TestID)
		}
	}
}

// setUpOf tells whose tests have no results of their own when the pseudo test id has one: those of a class or a module.
func setUpOf(id string) (prefix string, ok bool) {
	for _, fixture := range []string{"setUpClass (", "setUpModule ("} {
		if rest, found := strings.CutPrefix(id, fixture); found && strings.HasSuffix(rest, ")") {
			return strings.TrimSuffix(rest, ")") + ".", true
		}
	}
	return "", false
}

// Missing is a test without a result.
type Missing struct {
	ID    string
	Begun bool   // it sent something, so that it is open in the stream
	Route string // of what it sent
}

// Missing returns first what was begun and did not end, asked for or not, then what was asked for and sent nothing.
func (a *Answers) Missing() []Missing {
	var out []Missing
	for _, id := range a.order {
		if route, open := a.begun[id]; open {
			out = append(out, Missing{ID: id, Begun: true, Route: route})
		}
	}
	for _, id := range a.wanted {
		if _, open := a.begun[id]; open || a.ended[id] || slices.ContainsFunc(a.groups, func(g string) bool { return strings.HasPrefix(id, g) }) {
			continue
		}
		out = append(out, Missing{ID: id})
	}
	return out
}

// Expand returns the ids of all that failed stands for, in the order of all: a class's fixture stands for the class's tests.
// What nobody knows any more comes last.
func Expand(failed, all []string) []string {
	want := map[string]bool{}
	var groups, out []string
	for _, id := range failed {
		if fixture, of, ok := strings.Cut(id, " ("); ok && (strings.HasPrefix(fixture, "setUp") || strings.HasPrefix(fixture, "tearDown")) {
			groups = append(groups, strings.TrimSuffix(of, ")")+".")
			continue
		}
		want[id] = true
	}
	for _, id := range all {
		if want[id] || slices.ContainsFunc(groups, func(g string) bool { return strings.HasPrefix(id, g) }) {
			out = append(out, id)
			delete(want, id)
		}
	}
	for _, id := range failed {
		if want[id] {
			delete(want, id)
			out = append(out, id)
		}
	}
	return out
}
