// Package phases runs Tempest test classes over an upgrade: create makes persistent resources, verify proves that they are
// what they were, delete removes them. It owns the class life cycle, the test ids, selection, ordering and verdicts; what a
// service's resources are is the business of the packages below it.
package phases

import (
	"fmt"
	"strings"
)

// Phase is one of the three calls that a job makes around an upgrade.
type Phase int

// The phases in the order in which they run.
const (
	Create Phase = iota
	Verify
	Delete
)

// String returns the phase's command name.
func (p Phase) String() string { return [...]string{"create", "verify", "delete"}[p] }

// ParsePhase reads a phase's name; "cleanup" is the original's name for delete.
func ParsePhase(s string) (Phase, error) {
	switch s {
	case "create":
		return Create, nil
	case "verify", "validate":
		return Verify, nil
	case "delete", "cleanup":
		return Delete, nil
	}
	return 0, fmt.Errorf("there is no phase %q; the phases are create, verify and delete", s)
}

// Package is the Python package that the test ids name: that of the original plugin.
const Package = "persistent_resources_tempest_plugin"

// moduleAction, attribute and classPrefix are the original plugin's words for the phases. Consumers take phase and service
// out of the module name, so that it is an interface.
func (p Phase) moduleAction() string { return [...]string{"create", "validate", "cleanup"}[p] }
func (p Phase) attribute() string {
	return [...]string{"persistent-create", "persistent-verify", "persistent-cleanup"}[p]
}
func (p Phase) classPrefix() string { return [...]string{"", "Verify", "Cleanup"}[p] }

// ClassID names a Tempest test class.
type ClassID struct {
	Service string // as in module names, e.g. "object_storage"
	Phase   Phase
	Base    string // name of the create class, e.g. "ObjectStoragePersistentResources"
}

// Name is the class's own name, e.g. "VerifyObjectStoragePersistentResources".
func (c ClassID) Name() string { return c.Phase.classPrefix() + c.Base }

// String is the class's full name, <module>.<Class>.
func (c ClassID) String() string {
	return fmt.Sprintf("%s.tests.api.%s.test_%s_%s_resources.%s", Package, c.Service, c.Phase.moduleAction(), c.Service, c.Name())
}

// TestID is the full id of one of the class's tests, <module>.<Class>.<test>[<attributes>].
func (c ClassID) TestID(t Test) string {
	attrs := c.Phase.attribute()
	if t.UUID != "" {
		attrs = "id-" + t.UUID + "," + attrs
	}
	return fmt.Sprintf("%s.%s[%s]", c, t.Name, attrs)
}

// setUpClass and tearDownClass are the pseudo tests under which Python's runners report what happens outside of tests.
func (c ClassID) setUpClass() string    { return fmt.Sprintf("setUpClass (%s)", c) }
func (c ClassID) tearDownClass() string { return fmt.Sprintf("tearDownClass (%s)", c) }

// PhaseOf tells the phase of a test id or pseudo id of ours, by the module in it.
func PhaseOf(id string) (Phase, bool) {
	_, rest, ours := strings.Cut(id, Package+".tests.api.")
	_, module, _ := strings.Cut(rest, ".") // behind the service
	if !ours {
		return 0, false
	}
	for _, p := range []Phase{Create, Verify, Delete} {
		if strings.HasPrefix(module, "test_"+p.moduleAction()+"_") {
			return p, true
		}
	}
	return 0, false
}
