package phases

import (
	"context"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/tempestconf"
)

// Foreseen is a test that will be skipped or will fail, as far as the class's own checks tell without asking any service.
type Foreseen struct {
	Listing
	// Err is a *Skip, or why the configuration cannot be used.
	Err error
}

// Foresee runs the skip checks of every class, and of every test, on a configuration and what a state directory holds. Tests
// that will run are not in it.
func Foresee(ctx context.Context, services []NewService, c *tempestconf.Config, dir state.Dir) []Foreseen {
	var out []Foreseen
	for _, phase := range []Phase{Create, Verify, Delete} {
		for _, s := range services {
			f := &Fixture{Config: c, Log: &Log{}, state: dir}
			class := class(s, phase, f)
			f.ID = class.ID
			// Skip checks are the first stage of every class.
			err := class.SetUp[0].Run(ctx)
			for _, t := range class.Tests {
				err := err
				if err == nil {
					err = decoratorSkip(class, t)
				}
				if err != nil {
					out = append(out, Foreseen{Listing{Class: class.ID, Test: t, ID: class.ID.TestID(t)}, err})
				}
			}
		}
	}
	return out
}
