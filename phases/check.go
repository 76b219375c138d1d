package phases

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"opendev.org/x/persistent-resources/internal/state"
)

// Finding says how a recorded resource stands in the cloud.
type Finding string

// The findings of a check.
const (
	Found    Finding = "found"
	NotMade  Finding = "not made" // intended, and not there: create did not come so far
	Missing  Finding = "missing"
	NotOurs  Finding = "not ours"    // its name or mark is another's
	NotAsked Finding = "not checked" // the cloud could not be asked
)

// Good reports whether nothing is wrong.
func (f Finding) Good() bool { return f == Found || f == NotMade }

// Checked is what a check found of one record.
type Checked struct {
	Service string
	Record  state.Record
	Finding Finding
	Text    string // what was found in its place, or why it could not be looked at
}

// CheckState looks whether the cloud holds what the state records: each record by its id, as the user who owns it. It
// changes nothing, neither in the cloud nor in the state. The error is of the configuration or of the state itself.
func CheckState(ctx context.Context, o Options) ([]Checked, error) {
	names, err := o.State.Services()
	if err != nil {
		return nil, err
	}
	var out []Checked
	for _, name := range names {
		found, err := checkService(ctx, o, name)
		if err != nil {
			return out, err
		}
		out = append(out, found...)
	}
	return out, nil
}

func checkService(ctx context.Context, o Options, name string) ([]Checked, error) {
	f := &Fixture{
		ID: ClassID{Service: name, Phase: Verify}, Config: o.Config, Log: o.Log, Concurrency: max(o.Concurrency, 1), Progress: o.Progress,
		program: o.Program, state: o.State, connect: o.Connect, readOnly: true,
	}
	defer f.close()
	var err error
	if f.Journal, err = o.State.Open(name); err != nil {
		return nil, err
	}
	records := f.Journal.Records("")
	if f.Journal.Deleted() || len(records) == 0 {
		return nil, nil
	}
	f.Log.Secrets.Add(f.recordedSecrets()...)
	maker, err := f.checker(o.Services)
	if err != nil {
		return nil, err
	}
	if err := f.loadOwner(ctx); err != nil {
		return nil, err
	}
	out := make([]Checked, len(records))
	return out, f.Each(slices.Clone(records), func(rec state.Record) error {
		i := slices.IndexFunc(records, func(r state.Record) bool { return r.Key == rec.Key })
		out[i] = look(ctx, name, rec, maker)
		return nil
	})
}

// checker returns what finds the maker of a kind.
func (f *Fixture) checker(services []NewService) (func(context.Context, string) (Maker, error), error) {
	for _, newService := range services {
		s := newService(f)
		if s.Name != f.ID.Service {
			continue
		}
		return func(ctx context.Context, kind string) (Maker, error) {
			if kind != projectKey && kind != userKey {
				return s.Maker(ctx, kind)
			}
			identity, err := f.identity(ctx)
			if kind == userKey {
				return userMaker{f, identity}, err
			}
			return projectMaker{f, identity}, err
		}, nil
	}
	return nil, &state.Error{Op: "check", Path: f.Journal.Path(), Err: errors.New("this program knows no service of that name")}
}

// look looks at one resource.
func look(ctx context.Context, service string, rec state.Record, maker func(context.Context, string) (Maker, error)) Checked {
	c := Checked{Service: service, Record: rec, Finding: NotAsked}
	m, err := maker(ctx, rec.Kind)
	if err != nil {
		c.Text = Describe(err)
		return c
	}
	if !rec.Made {
		id, err := m.Find(ctx, rec)
		switch {
		case err != nil:
			c.Text = Describe(err)
		case id == "":
			c.Finding, c.Text = NotMade, "it was intended, and is not there"
		default:
			c.Finding, c.Text = Found, fmt.Sprintf("as %s, whose answer was not recorded", id)
		}
		return c
	}
	switch name, err := LookTwice(ctx, rec, m); {
	case NotFound(err):
		c.Finding = Missing
	case err != nil:
		c.Text = Describe(err)
	case name != rec.Name:
		c.Finding, c.Text = NotOurs, "it is now "+name
	default:
		c.Finding = Found
	}
	return c
}
