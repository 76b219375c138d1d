package reports

import (
	"strings"

	"opendev.org/x/persistent-resources/subunit"
)

// testID is a test id taken apart. Tempest's ids are module.Class.test[attrs]; results of a class's fixtures are
// "setUpClass (module.Class)" and "tearDownClass (module.Class)".
type testID struct {
	fixture string // "setUpClass", "tearDownModule" …; empty for a test
	class   string // module and class, dotted
	name    string // of the test, without attributes; the fixture's name for a fixture
	attrs   string // "[…]" as it stands in the id; empty when there is none
}

func parseID(id string) testID {
	if fixture, of, ok := splitFixture(id); ok {
		return testID{fixture: fixture, class: of, name: fixture}
	}
	class, name := splitClass(id)
	t := testID{class: class, name: name}
	if i := strings.IndexByte(name, '['); i > 0 {
		t.name, t.attrs = name[:i], name[i:]
	}
	return t
}

// splitFixture takes "setUpClass (module.Class)" apart.
func splitFixture(id string) (fixture, of string, ok bool) {
	fixture, rest, found := strings.Cut(id, " (")
	if !found || !strings.HasSuffix(rest, ")") {
		return "", "", false
	}
	switch fixture {
	case "setUpClass", "tearDownClass", "setUpModule", "tearDownModule":
		return fixture, strings.TrimSuffix(rest, ")"), true
	}
	return "", "", false
}

// splitClass cuts an id at the last dot before its attributes or scenario. python-junitxml 0.7 cuts at the last dot before
// the first "(", or before the last character, so the two agree on every id that has no dot in its attributes.
func splitClass(id string) (class, name string) {
	end := strings.IndexAny(id, "[(")
	if end < 0 {
		end = len(id) - 1
	}
	dot := -1
	if end > 0 {
		dot = strings.LastIndexByte(id[:end], '.')
	}
	if dot < 0 {
		return "", id
	}
	return id[:dot], id[dot+1:]
}

// displayName is the id as subunit-trace shows it: without the first […].
func displayName(id string) string {
	open, shut := strings.IndexByte(id, '['), strings.IndexByte(id, ']')
	if open > 0 && shut > open {
		return id[:open] + id[shut+1:]
	}
	return id
}

// service is the part of the module name after "api", e.g. "compute" in
// persistent_resources_tempest_plugin.tests.api.compute.test_…; empty when the id has no such part.
func (t testID) service() string {
	_, rest, ok := strings.Cut("."+t.class, ".api.")
	if !ok {
		return ""
	}
	service, _, ok := strings.Cut(rest, ".")
	if !ok {
		return ""
	}
	return service
}

// className is the class without its module.
func (t testID) className() string { return t.class[strings.LastIndexByte(t.class, '.')+1:] }

// task is the action and product that a module's name tells: test_create_compute_resources is ("create",
// "compute_resources"). Consumers of the original plugin's results take them from there.
func (t testID) task() (action, product string) {
	module := t.class
	if i := strings.LastIndexByte(module, '.'); i >= 0 {
		module = module[:i]
	}
	module = module[strings.LastIndexByte(module, '.')+1:]
	parts := strings.SplitN(module, "_", 3)
	if len(parts) < 3 || parts[0] != "test" {
		return "", ""
	}
	return parts[1], parts[2]
}

// where names what a test is about, for a sentence: its service, else its class, else its own name. Damage in a stream is a
// failure of a test of its own.
func (t testID) where() string {
	if t.class+"."+t.name == subunit.ParserTestID {
		return "a part of the stream"
	}
	for _, s := range []string{t.service(), t.className(), t.name} {
		if s != "" {
			return s
		}
	}
	return "(no id)"
}
