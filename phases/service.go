package phases

import (
	"context"

	"opendev.org/x/persistent-resources/internal/cloud"
)

// Service is what one OpenStack service's folder supplies: what it makes, proves and removes. The three classes are
// compositions of these parts.
type Service struct {
	Name  string // as in module names: "compute", "object_storage"
	Class string // name of the create class, from which the others follow

	// Roles are what the user of dynamic credentials must have beside Tempest's defaults.
	Roles func() []string
	// Needs are the services that the catalog must have, so that it is known before anything is made.
	Needs func() []cloud.Service
	// SkipChecks is Tempest's skip_checks: it returns a *Skip, asks no service and looks at the configuration only.
	SkipChecks func() error
	// Options are the options, "section.option", that must be readable before anything is made.
	Options []string
	// SetUp is resource_setup of create: what the tests need and what exists beside them.
	SetUp func(ctx context.Context) error
	// Load is resource_setup of verify: it takes resources from the state.
	Load func(ctx context.Context) error
	// Create and Verify are the tests in the promised order.
	Create, Verify []Test
	// Remove is resource_cleanup of delete. It returns once everything it was to remove has been seen gone, or an error
	// that says what is left and why.
	Remove func(ctx context.Context) error
	// Isolate, when set, makes what a dynamic project needs of its own (network, subnet, router).
	Isolate func(ctx context.Context) error
	// Tells, when set, are the services whose releases are asked for in the class, beside Identity; Swift tells its own when
	// its capabilities are read.
	Tells func() []Teller
	// Maker returns what looks at a recorded resource of a kind, for whoever wants to know whether it is there.
	Maker func(ctx context.Context, kind string) (Maker, error)
	// Release, when set, removes what a cloud itself made for a dynamic project and would not remove with it. It is called
	// when the service's resources are gone, and before the project's user goes.
	Release func(ctx context.Context) error
}

// NewService binds a service to a class's fixture. With a nil fixture only the names may be used, for listing.
type NewService func(f *Fixture) Service

// Test is one test of a class.
type Test struct {
	Name string
	UUID string // Tempest's idempotent id; the original's eleven tests have none
	// NoAPI says that the test runs without any OpenStack API.
	NoAPI bool
	// Skip is the skipUnless decorator: it returns a *Skip or nil.
	Skip func() error
	Run  func(ctx context.Context) error
}

// Class is one Tempest test class: its identity, its stages in Tempest's order, its tests.
type Class struct {
	ID       ClassID
	SetUp    []Stage // skip_checks, setup_credentials, setup_clients, resource_setup
	Tests    []Test
	TearDown []Stage // resource_cleanup, clear_credentials

	fixture *Fixture
}

// Stage is one step of a class's set-up or clean-up.
type Stage struct {
	Name string
	Run  func(ctx context.Context) error
}

// class composes one of a service's three classes. This is the life cycle of the whole project:
//
//	stage              create              verify             delete
//	skip_checks        run                 run                run
//	setup_credentials  make (or allot)     load from state    load from state
//	setup_clients      lazy: a token is asked for at the first request
//	resource_setup     run                 load from state    load from state
//	tests              create tests        verify tests       the marker test
//	resource_cleanup   keep: seal          –                  really delete
//	clear_credentials  keep                –                  run, once everything is seen gone
//
// After resource_setup create and verify record what the services tell of their releases. That a release is not the
// expected one (--expect-release) is said when the tests have run: it does not make them untrue.
func class(newService NewService, phase Phase, f *Fixture) Class {
	s := newService(f)
	c := Class{ID: ClassID{Service: s.Name, Phase: phase, Base: s.Class}, fixture: f}
	switch phase {
	case Create:
		c.SetUp = f.fresh(s)
		c.Tests = s.Create
		c.TearDown = append(f.seal(s), Stage{"releases", f.expectRelease})
	case Verify:
		c.SetUp = append(f.fromState(s, s.Load), Stage{"releases", f.readReleases(s)})
		c.Tests = s.Verify
		c.TearDown = []Stage{{"releases", f.expectRelease}}
	case Delete:
		c.SetUp = f.fromState(s, nil)
		c.Tests = []Test{marker(s)}
		c.TearDown = f.remove(s)
	}
	return c
}

// fresh sets a class up with credentials and resources of its own.
func (f *Fixture) fresh(s Service) []Stage {
	return []Stage{
		{"skip_checks", f.skipChecks(s)},
		{"setup_credentials", f.makeCredentials(s)},
		{"resource_setup", run(s.SetUp)},
		{"releases", f.readReleases(s)},
	}
}

// fromState sets a class up with what create recorded.
func (f *Fixture) fromState(s Service, load func(context.Context) error) []Stage {
	return []Stage{
		{"skip_checks", f.skipChecks(s)},
		{"setup_credentials", f.loadCredentials},
		{"resource_setup", run(load)},
	}
}

// seal ends create: resources and credentials stay.
func (f *Fixture) seal(s Service) []Stage {
	return []Stage{{"resource_cleanup", f.sealJournal(s)}}
}

// remove ends delete: resources go, and when they are seen gone the credentials.
func (f *Fixture) remove(s Service) []Stage {
	return []Stage{
		{"resource_cleanup", f.removeResources(s)},
		{"clear_credentials", f.clearCredentials(s)},
	}
}

// marker is delete's only test; the work is done in the tear-down, as the original's.
func marker(s Service) Test {
	return Test{
		Name: "test_cleanup_" + s.Name + "_resources",
		Run:  func(context.Context) error { return nil },
	}
}

func run(stage func(context.Context) error) func(context.Context) error {
	if stage == nil {
		return func(context.Context) error { return nil }
	}
	return stage
}
