package preflight

import (
	"context"
	"errors"
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/tempestconf"
)

// foresee asks the tests' own checks, and finds the options that lead to what they say.
func (c *checker) foresee(ctx context.Context) {
	foreseen := phases.Foresee(ctx, c.o.Services, c.c, c.state())
	stopped := map[string]bool{}
	for _, f := range foreseen {
		if f.Class.Phase == phases.Create {
			stopped[f.Class.Service] = true
		}
	}
	for _, newService := range c.o.Services {
		s := newService(&phases.Fixture{Config: c.c})
		if !stopped[s.Name] {
			c.running[s.Name] = s
		}
	}
	causes := c.causes(ctx, foreseen)
	// Tests with one reason are one finding.
	var order []string
	byText := map[string]*Finding{}
	for _, f := range foreseen {
		for _, part := range parts(f.Err) {
			text := phases.Describe(part)
			if byText[text] == nil {
				order = append(order, text)
				byText[text] = c.foreseenFinding(part, causes[f.ID])
			}
			byText[text].Tests = append(byText[text].Tests, f.ID)
		}
	}
	for _, text := range order {
		c.report.Findings = append(c.report.Findings, *byText[text])
	}
	c.faults(byText)
}

// foreseenFinding is the finding of one reason. causes are the options that a skip depends on.
func (c *checker) foreseenFinding(err error, causes []string) *Finding {
	f := &Finding{Level: Fail, Text: phases.Describe(err)}
	var skip *phases.Skip
	var option *tempestconf.OptionError
	switch {
	case errors.As(err, &skip):
		f.Level, f.Text, f.Option = Skip, skip.Reason, strings.Join(causes, ",")
	case errors.As(err, &option):
		f.Option, f.Text = option.Section+"."+option.Option, option.Reason
	}
	if f.Option != "" {
		f.Where = where(c.c, f.Option)
	}
	return f
}

// parts are the errors that were joined.
func parts(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var out []error
	for _, part := range joined.Unwrap() {
		out = append(out, parts(part)...)
	}
	return out
}

// causes finds, for each test that will skip, the options whose other value lets it run, or else those that give another
// reason when they are switched on: the checks themselves tell, so that no table of them has to be kept.
func (c *checker) causes(ctx context.Context, foreseen []phases.Foreseen) map[string][]string {
	before := reasons(foreseen)
	out := map[string][]string{}
	if len(before) == 0 || c.o.Reload == nil {
		return out
	}
	second := map[string][]string{}
	for _, other := range c.others(foreseen) {
		changed, err := c.o.Reload(map[string]string{other.option: other.value})
		if err != nil {
			continue
		}
		after := reasons(phases.Foresee(ctx, c.o.Services, changed, c.state()))
		for id, reason := range before {
			now, skips := after[id]
			switch {
			case !skips:
				out[id] = append(out[id], other.option)
			case now != reason && other.value == "true":
				second[id] = append(second[id], other.option)
			}
		}
	}
	for id, options := range second {
		if out[id] == nil {
			out[id] = options
		}
	}
	return out
}

// reasons are those of the tests that skip, by id.
func reasons(foreseen []phases.Foreseen) map[string]string {
	out := map[string]string{}
	for _, f := range foreseen {
		var skip *phases.Skip
		if errors.As(f.Err, &skip) {
			out[f.ID] = skip.Reason
		}
	}
	return out
}

// otherValue is a value that an option does not have.
type otherValue struct{ option, value string }

// others are the switches that may be the cause of a skip, with the value that they do not have.
func (c *checker) others(foreseen []phases.Foreseen) []otherValue {
	out := []otherValue{{"persistent_resources.services", ""}}
	for _, f := range foreseen {
		if !slices.Contains(strings.Split(out[0].value, ","), f.Class.Service) {
			out[0].value = strings.TrimPrefix(out[0].value+","+f.Class.Service, ",")
		}
	}
	used := map[string]bool{}
	for _, newService := range c.o.Services {
		for _, name := range newService(&phases.Fixture{}).Options {
			used[name] = true
		}
	}
	for _, o := range tempestconf.Options() {
		name := o.Section + "." + o.Dest()
		if o.Type != tempestconf.Boolean || o.Section != "service_available" && !used[name] {
			continue
		}
		value := "true"
		if c.c.Where(o.Section, o.Dest()).Value == "true" {
			value = "false"
		}
		out = append(out, otherValue{name, value})
	}
	return out
}

// faults adds the options of our own and of the credentials that cannot be used; those of the services' tests are among what
// was foreseen.
func (c *checker) faults(known map[string]*Finding) {
	err := errors.Join(c.c.CheckOwn(), c.c.CheckCommon(), c.c.Check("service_available.nova", "service_available.neutron", "service_available.swift"))
	if err == nil {
		return
	}
	for _, part := range parts(err) {
		if known[phases.Describe(part)] == nil {
			c.append(*c.foreseenFinding(part, nil))
		}
	}
}
