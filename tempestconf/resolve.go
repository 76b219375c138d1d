package tempestconf

import (
	"errors"
	"fmt"
	"strings"
)

// Origin says where a value came from.
type Origin string

// The origins of a value, the one that wins first.
const (
	FromFlag        Origin = "flag"
	FromEnvironment Origin = "environment"
	FromFile        Origin = "file"
	FromDefault     Origin = "default"
	FromNowhere     Origin = "unset"
)

// resolver reads options as oslo.config does: the best source wins, then interpolation, then conversion.
type resolver struct {
	files     []*File // in the order of reading; the last one wins
	env       map[string]string
	osloEnv   bool // some variable may be one of oslo.config
	overrides map[string]string

	options  []*Option                     // in the order of the tables
	sections map[string]map[string]*Option // by section, then by Dest
	old      map[Place]*Option             // by deprecated place
	moved    map[Place]*Option             // options read in the section of a deprecated name
	done     map[*Option]*result
	busy     map[*Option]bool
}

// result is one option that has been read.
type result struct {
	value  any // nil, string, bool, int, float64, []string or dict; a URI is kept although it has an error
	raw    string
	source Source
	err    *OptionError
	// hidden are the values of secret options that interpolation put into this one.
	hidden []string
}

func newResolver(files []*File, env, overrides map[string]string, options []Option) *resolver {
	r := &resolver{
		files: files, env: env, overrides: overrides,
		sections: map[string]map[string]*Option{},
		old:      map[Place]*Option{},
		moved:    map[Place]*Option{},
		done:     make(map[*Option]*result, len(options)),
		busy:     map[*Option]bool{},
	}
	for name := range env {
		r.osloEnv = r.osloEnv || (strings.HasPrefix(name, "OS_") && strings.Contains(name, "__"))
	}
	for i := range options {
		o := &options[i]
		r.options = append(r.options, o)
		if r.sections[o.Section] == nil {
			r.sections[o.Section] = map[string]*Option{}
		}
		r.sections[o.Section][o.Dest()] = o
		for _, d := range o.Deprecated {
			if r.old[d] == nil {
				r.old[d] = o
			}
		}
	}
	return r
}

// find is the registry's lookup: by name, then by deprecated name. oslo.config looks for the value of an option that is
// referred to by a deprecated name in the section of that name only.
func (r *resolver) find(section, name string) *Option {
	if o := r.sections[section][name]; o != nil {
		return o
	}
	p := Place{section, name}
	o := r.old[p]
	if o == nil || o.Section == section {
		return o
	}
	if r.moved[p] == nil {
		moved := *o
		moved.Section = section
		r.moved[p] = &moved
	}
	return r.moved[p]
}

// current is find for people: a deprecated name leads to the option as it is called now.
func (r *resolver) current(section, name string) *Option {
	if o := r.sections[section][name]; o != nil {
		return o
	}
	return r.old[Place{section, name}]
}

// get reads an option once; a second call gives the same result.
func (r *resolver) get(o *Option) *result {
	if res := r.done[o]; res != nil {
		return res
	}
	if r.busy[o] {
		return &result{err: &OptionError{Section: o.Section, Option: o.Name, Class: "RecursionError",
			Reason: "maximum recursion depth exceeded", hint: " (the value refers to itself)"}}
	}
	r.busy[o] = true
	res := r.read(o)
	delete(r.busy, o)
	r.done[o] = res
	return res
}

func (r *resolver) read(o *Option) *result {
	res := r.look(o)
	if res.source.Origin == FromNowhere {
		return res
	}
	text := res.raw
	// What a shell has expanded already is taken as it is.
	if res.source.Origin != FromFlag && (res.source.Variable == "" || res.source.Variable != o.Variable()) {
		var err error
		if text, res.hidden, err = r.substitute(o, text); err != nil {
			res.err = r.fault(o, res, err)
			return res
		}
	}
	if o.Section == "validation" && o.Name == "connect_method" {
		text = modernConnectMethod(res, text)
	}
	v, err := convert(o, text)
	if err != nil {
		res.err = r.fault(o, res, err)
	}
	res.value = v
	return res
}

// look finds the text that counts and where it stands.
func (r *resolver) look(o *Option) *result {
	src := Source{Section: o.Section, Option: o.Name, Secret: o.Secret}
	if text, ok := r.overrides[o.Section+"."+o.Dest()]; ok {
		src.Origin = FromFlag
		return &result{raw: text, source: src}
	}
	if text, name, ok := r.variable(o); ok {
		src.Origin, src.Variable = FromEnvironment, name
		return &result{raw: text, source: src}
	}
	places := o.places()
	for i := len(r.files) - 1; i >= 0; i-- {
		for n, p := range places {
			e, ok := r.files[i].last(Place{foldSection(p.Section), p.Name})
			if !ok {
				continue
			}
			src.Origin, src.File, src.Line = FromFile, r.files[i].Path, e.line
			if n > 0 {
				src.Deprecated = p.String()
			}
			return &result{raw: e.text, source: src}
		}
	}
	src.Origin = FromDefault
	if o.Unset {
		src.Origin = FromNowhere
	}
	return &result{raw: o.Default, source: src}
}

// variable is the environment's value of an option: of our own ones PERSISTENT_RESOURCES_<OPTION> unless it is empty, then
// oslo.config's OS_<GROUP>__<OPTION>, whose empty value counts.
func (r *resolver) variable(o *Option) (text, name string, ok bool) {
	if name = o.Variable(); name != "" && r.env[name] != "" {
		return r.env[name], name, true
	}
	if !r.osloEnv {
		return "", "", false
	}
	name = o.osloVariable()
	text, ok = r.env[name]
	return text, name, ok
}

// fault makes the error of an option from the error of its value.
func (r *resolver) fault(o *Option, res *result, err error) *OptionError {
	e := &OptionError{Section: o.Section, Option: o.Name, File: res.source.File, Line: res.source.Line,
		Variable: res.source.Variable, Reason: err.Error(), Class: "ConfigFileValueError"}
	if e.File == "" {
		e.Class = "ConfigSourceValueError"
	}
	e.Reason = hide(e.Reason, res.hidden)
	var ref *referenceError
	var inner *OptionError
	switch {
	case errors.As(err, &ref):
		e.Class = ref.class
		if o.Secret {
			// The name is a part of the secret.
			e.Reason = strings.ReplaceAll(ref.text, ref.name, Masked)
		}
		e.hint = " (a dollar sign that starts no name is written $$)"
	case errors.As(err, &inner):
		e.Class = inner.Class
		e.Reason = inner.OsloMessage()
		e.hint = fmt.Sprintf(" (through [%s] %s)", inner.Section, inner.Option)
	}
	return e
}

// modernConnectMethod understands the boolean [compute] use_floatingip_for_ssh, whose name the option once had.
func modernConnectMethod(res *result, text string) string {
	if res.source.Deprecated != "compute.use_floatingip_for_ssh" {
		return text
	}
	switch v, err := toBool(text); {
	case err != nil:
		return text
	case v == true:
		return "floating"
	default:
		return "fixed"
	}
}
