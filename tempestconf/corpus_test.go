package tempestconf

import (
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// osloResult is oslo.config's reading of one file with one set of options.
type osloResult struct {
	LoadError *osloError                     `json:"load_error"`
	Raw       map[string]map[string][]string `json:"raw"`
	Set       map[string]any                 `json:"set"`
	Errors    map[string]osloError           `json:"errors"`
}

type osloError struct {
	Class   string `json:"class"`
	Message string `json:"message"`
}

type confCase struct {
	Input     string                `json:"input"`
	Env       map[string]string     `json:"env"`
	ConfigDir string                `json:"config_dir"`
	Oslo      map[string]osloResult `json:"oslo"`
}

// specOptions are the synthetic options of the cases' section [spec].
func specOptions() []Option {
	opt := func(name string, t Type) Option { return Option{Section: "spec", Name: name, Type: t, Unset: true} }
	all := []Option{opt("str", String), opt("other", String), opt("int", Integer), opt("bool", Boolean), opt("float", Float),
		opt("port", Port), opt("list", List), opt("dict", Dict), opt("secret", String), opt("dash-name", String)}
	add := func(o Option, change func(*Option)) {
		change(&o)
		all = append(all, o)
	}
	add(opt("str_default", String), func(o *Option) { o.Unset, o.Default = false, "dflt" })
	add(opt("int_min1", Integer), func(o *Option) { o.Bounded, o.Min = true, 1 })
	add(opt("choice", String), func(o *Option) { o.Choices = []string{"fixed", "floating"} })
	add(opt("ref_default", String), func(o *Option) { o.Unset, o.Default = false, "$other" })
	add(opt("new_name", String), func(o *Option) { o.Deprecated = []Place{{"spec", "old_name"}} })
	add(opt("moved", String), func(o *Option) { o.Deprecated = []Place{{"oldspec", "moved"}} })
	add(opt("moved2", String), func(o *Option) { o.Deprecated = []Place{{"oldspec", "was2"}, {"DEFAULT", "was2b"}} })
	add(opt("new-dash", String), func(o *Option) { o.Deprecated = []Place{{"spec", "old-dash"}} })
	add(opt("log-dir", String), func(o *Option) { o.Section = "DEFAULT" })
	return all
}

// unsupported are the kinds of option in [spec] that Tempest has none of: several values, lists of a type.
var unsupported = map[string]bool{"spec.multi": true, "spec.list_int": true, "spec.list_bounds": true, "spec.list_quoted": true}

func TestConfCorpus(t *testing.T) {
	checkConfFiles(t, "testdata/conf/*.json", 100)
}

func TestRealConf(t *testing.T) {
	checkConfFiles(t, "testdata/real/tempest.conf/*.json", 20)
}

func TestRefusedConf(t *testing.T) {
	checkConfFiles(t, "testdata/real/refused/*.conf.json", 3)
}

func checkConfFiles(t *testing.T, pattern string, atLeast int) {
	t.Helper()
	cases, err := filepath.Glob(pattern)
	if err != nil || len(cases) < atLeast {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			var c confCase
			readJSON(t, path, &c)
			for profile, want := range c.Oslo {
				t.Run(profile, func(t *testing.T) { checkOslo(t, filepath.Dir(path), c, profile, want) })
			}
		})
	}
}

func checkOslo(t *testing.T, dir string, c confCase, profile string, want osloResult) {
	file, err := ParseFile(filepath.Join(dir, filepath.Base(c.Input)))
	files := []*File{file}
	if c.ConfigDir != "" && err == nil {
		more, globErr := filepath.Glob(filepath.Join(dir, c.ConfigDir, "*.conf"))
		if globErr != nil || len(more) == 0 {
			t.Fatal("no files in", c.ConfigDir, globErr)
		}
		for _, path := range more {
			f, err := ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
	}
	if want.LoadError != nil {
		if want.LoadError.Class == "SystemExit" {
			return // a bad value of a logging option ends Tempest while loading; here it is a note
		}
		class, message := Describe(err)
		if class != want.LoadError.Class || baseNames(message) != baseNames(want.LoadError.Message) {
			t.Fatalf("%s: %s, want %s: %s", class, message, want.LoadError.Class, want.LoadError.Message)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(foldRaw(want.Raw), joinSections(files)); d != "" {
		t.Errorf("raw (-want +got):\n%s", d)
	}
	switch profile {
	case "spec":
		checkValues(t, newResolver(files, c.Env, nil, specOptions()), want)
	case "union":
		checkValues(t, newResolver(files, c.Env, nil, Options()), want)
	}
}

func checkValues(t *testing.T, r *resolver, want osloResult) {
	t.Helper()
	for name, v := range want.Set {
		o := lookup(r, name)
		if o == nil {
			checkAbsent(t, r, name)
			continue
		}
		res := r.get(o)
		if res.err != nil && o.Type != URI { // the expectation is that of releases before 38, which took any text
			t.Errorf("%s: %v", name, res.err)
			continue
		}
		if d := cmp.Diff(v, jsonValue(t, res.value)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		if res.source.Origin != FromFile && res.source.Origin != FromEnvironment {
			t.Errorf("%s comes from %s", name, res.source.Origin)
		}
	}
	for name, e := range want.Errors {
		o := lookup(r, name)
		if o == nil {
			checkAbsent(t, r, name)
			continue
		}
		res := r.get(o)
		if res.source.Deprecated == "compute.use_floatingip_for_ssh" {
			continue // oslo.config refuses the boolean that once stood here; it is understood on purpose
		}
		if res.err == nil {
			t.Errorf("%s: no error, want %s: %s", name, e.Class, e.Message)
			continue
		}
		got := baseNames(res.err.OsloMessage())
		if o.Secret || e.Class == "RecursionError" {
			got = e.Message // the name in it is a part of the secret; Python's text tells only of its stack
		}
		if res.err.Class != e.Class || got != e.Message {
			t.Errorf("%s: %s: %s, want %s: %s", name, res.err.Class, got, e.Class, e.Message)
		}
	}
}

// lookup finds an option by its registered name; names of Tempest 11 and older are read through their successor.
func lookup(r *resolver, name string) *Option {
	section, option, _ := strings.Cut(name, ".")
	return r.sections[section][strings.ReplaceAll(option, "-", "_")]
}

func checkAbsent(t *testing.T, r *resolver, name string) {
	t.Helper()
	section, option, _ := strings.Cut(name, ".")
	if r.old[Place{section, option}] == nil && !unsupported[name] && section != "spec" {
		t.Errorf("%s is not known", name)
	}
}

// baseNames cuts the folders out of a message.
func baseNames(message string) string {
	for _, dir := range []string{"testdata/conf/", "testdata/real/tempest.conf/", "testdata/real/refused/"} {
		message = strings.ReplaceAll(message, dir, "")
	}
	return message
}

func foldRaw(raw map[string]map[string][]string) map[string]map[string][]string {
	folded := map[string]map[string][]string{}
	for section, keys := range raw {
		name := foldSection(section)
		if folded[name] == nil {
			folded[name] = map[string][]string{}
		}
		for k, v := range keys {
			folded[name][k] = append(folded[name][k], v...)
		}
	}
	return folded
}

func joinSections(files []*File) map[string]map[string][]string {
	all := map[string]map[string][]string{}
	for _, f := range files {
		for section, keys := range f.Sections() {
			if all[section] == nil {
				all[section] = map[string][]string{}
			}
			for k, v := range keys {
				all[section][k] = append(all[section][k], v...)
			}
		}
	}
	return all
}

func jsonValue(t *testing.T, v any) any {
	t.Helper()
	switch x := v.(type) {
	case dict:
		v = x.asMap()
	case float64:
		if math.IsInf(x, 0) || math.IsNaN(x) {
			v = pyFloat(x)
		}
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
