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

func TestJSON(t *testing.T) {
	v, err := parseJSON([]byte(`{"b": [1, 2.50, 1e400, 12345678901234567890, null, true, "x"], "a": {"c": 1, "c": 2}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := pyReprAny(v); got != "{'b': [1, 2.5, inf, 12345678901234567890, None, True, 'x'], 'a': {'c': 2}}" {
		t.Error(got)
	}
	for _, bad := range []string{"", "{", "[1", "{} x", `{"a" 1}`, "nope", strings.Repeat("[", 300)} {
		if v, err := parseJSON([]byte(bad)); err == nil {
			t.Errorf("%q: %v", bad, v)
		}
	}
}
