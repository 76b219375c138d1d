package tempestconf

import (
	"strings"
	"testing"
)

// TestScalars compares with PyYAML's safe_load: Python's repr of the value. Only dates and keys that are numbers differ: they stay
// texts.
func TestScalars(t *testing.T) {
	for text, want := range map[string]string{
		"yes": "True", "Off": "False", "y": "'y'", "~": "None", "null": "None", "NULL": "None", "nULL": "'nULL'", "": "None",
		"0123": "83", "0o17": "'0o17'", "0x1F": "31", "0b101": "5", "089": "'089'", "1_000": "1000", "+5": "5", "-0": "0",
		"1:30": "90", "1:30:05": "5405", "1:90": "'1:90'", "12345678901234567890123": "12345678901234567890123",
		"1.50": "1.5", ".5": "0.5", "1.": "1.0", "1e3": "'1e3'", "1.0e+3": "1000.0", "1.0e3": "'1.0e3'", ".inf": "inf", "-.INF": "-inf",
		".nan": "nan", "1:30.5": "90.5", "1e": "'1e'", "2020-01-01": "'2020-01-01'", "1.2.3": "'1.2.3'", "'yes'": "'yes'", `"1"`: "'1'",
		"!!str 5": "'5'", "!!int '7'": "7", "!!bool 'on'": "True", "!!float 3": "3.0", "!!null x": "None",
		"[a, 1, {b: no}]": "['a', 1, {'b': False}]", "{a: 1, a: 2}": "{'a': 2}", "{5: x}": "{'5': 'x'}",
		"{<<: {a: 1, b: 2}, a: 3}": "{'a': 3, 'b': 2}", "{<<: [{a: 1}, {a: 2, b: 2}]}": "{'a': 1, 'b': 2}",
	} {
		v, err := parseYAML([]byte("v: " + text + "\n"))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := pyReprAny(v.(*omap).get("v")); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// likePyYAML is what PyYAML 6 makes of documents that the YAML library reads otherwise. An error begins with !.
func likePyYAML() map[string]string {
	return map[string]string{
		"%YAML 1.2\n---\na: b": "{'a': 'b'}", "# x\n\n%YAML 1.3\n---\na: b": "{'a': 'b'}", "%YAML 2.0\n---\na: b": "!incompatible",
		`a: "x\/y\\/"` + "\nb: x\\/y": `{'a': 'x/y\\/', 'b': 'x\\/y'}`, `a: "\q\/"`: "!unknown escape character",
		"a: 'x\ty'\nb: \"x\\/y\" #\tz": `{'a': 'x\ty', 'b': 'x/y'}`, "a: \"x\\/y\"\nb:\tc": "!line 2: found character '\\t'",
		"a: &x 1\nb: &x 2": "!line 2: found duplicate anchor 'x'", "a: &x 1\nb: *x": "{'a': 1, 'b': 1}",
		"a: =": "!line 1: could not determine a constructor for the tag 'tag:yaml.org,2002:value'", "{=: x}": "{'=': 'x'}", "a: '='": "{'a': '='}",
		"- <<":          "!tag:yaml.org,2002:merge",
		"a: 2001-02-29": "!line 1: day is out of range for month", "a: 2004-02-29": "{'a': '2004-02-29'}", "2001-13-01: a": "!month must be in 1..12",
		"a: 2001-1-1": "{'a': '2001-1-1'}", "a: 2001-1-1 25:00:00": "!hour must be in 0..23", "a: !!timestamp x": "!not of type !!timestamp",
		"a:\tb": "!line 1: found character '\\t' that cannot start any token", "a: b\nc:\n  d: e\t": "!line 3: found character '\\t'",
		"a: 'x\ty'\nb: {c:\td}": "!line 2: found character '\\t'", "a: b\n\t\nc: d": "!line 2: found a tab character", "a: x\ty": "!line 1: found character '\\t'",
		"a: b # \tx\n#\ty": "{'a': 'b'}", "a: 'x\ty'": `{'a': 'x\ty'}`, "a: \"x\t\n\ty\"": "{'a': 'x y'}", "a: |\n  x\ty\n": `{'a': 'x\ty\n'}`,
		"a: b\t# x": "!line 1: found character '\\t'", "[a,\tb]": "!line 1: found character '\\t'",
		"password: !bc": "!line 1: the value of password begins with a mark of YAML; quote it", "auth:\n  password: *bc\n": "!line 2: a value that begins with * refers",
		"password: !bc {x: y}": "!quote it", "password: !!int bc": "!quote it", "region: *bc": "!line 1: unknown anchor 'bc' referenced", "{x: 1, admin-token: *bc}": "!quote it",
	}
}

func TestLikePyYAML(t *testing.T) {
	for text, want := range likePyYAML() {
		v, err := parseYAML([]byte(text))
		got := ""
		if err != nil {
			got = "!" + err.Error()
		} else {
			got = pyReprAny(v)
		}
		if part, bad := strings.CutPrefix(want, "!"); got != want && !(bad && err != nil && strings.Contains(got, part)) {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
		if err != nil && strings.Contains(err.Error(), "bc") && !strings.HasPrefix(text, "region") {
			t.Errorf("%q: the error tells a password: %v", text, err)
		}
	}
}

func TestJSON(t *testing.T) {
	v, err := parseJSON([]byte(`{"b": [1, 2.50, 1e400, 12345678901234567890, null, true, "x"], "a": {"c": 1, "c": 2}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := pyReprAny(v); got != "{'b': [1, 2.5, inf, 12345678901234567890, None, True, 'x'], 'a': {'c': 2}}" {
		t.Error(got)
	}
	for text, want := range map[string]string{
		"": "line 1 column 1: the document ends", `{"a":
 {"b": }}`: "line 2 column 8: invalid character '}'", "{}\nx": "line 2 column 1: extra data",
	} {
		if _, err := parseJSON([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	for _, bad := range []string{"", "{", "[1", "{} x", `{"a" 1}`, "nope", strings.Repeat("[", 300)} {
		if v, err := parseJSON([]byte(bad)); err == nil {
			t.Errorf("%q: %v", bad, v)
		}
	}
}
