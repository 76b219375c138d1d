//go:build interop

package tempestconf

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// yamlScalar is a scalar in one of YAML's styles, with tabs where they may and may not stand.
func yamlScalar(r *rand.Rand) string {
	if r.IntN(3) > 0 { // else hardly a document is good
		return pick(r, []string{"a", "b c", "12", "'a\tb'", "\"x\ty\"", "\"a\\/b\"", "a\\/b", "a#b", "a #b", "{a: 'x\ty'}", "|\n    x\ty\n", "\"a\n    \tb\"", "2001-02-03"})
	}
	return pick(r, []string{"a", "b c", "12", "0x1f", "1:30", "yes", "~", "''", "'x'", "'a\tb'", "\"a\\tb\"", "\"x\ty\"", "\"a\\/b\"", "a\\/b", "'it''s'",
		"2001-02-03", "2001-02-30", "=", "<<", "x\ty", "x\t", "a#b", "a #b", "a\t#b", "http://h:80/x", "@x", "!x", "*a", "&a 5", "&b 6", "|\n    x\ty\n", ">-\n    x\n    y\n",
		"{a: b}", "{a:\tb}", "[a, b]", "[a,\tb]", "{a: 'x\ty'}", "\"a\n    \tb\"", "1_000", ".5", "1e3", "-", "?", ":", "a:b", "%x", "`x", "a\u00a0b", "null", "é"})
}

func yamlDocument(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString(pick(r, []string{"", "", "", "# c\tx\n", "---\n", "%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "\t\n", " \n"}))
	for n := 1 + r.IntN(4); n > 0; n-- {
		key := pick(r, []string{"k", "l", "m", "'q'", "5", "yes", "k\t", "<<", "? x"})
		switch r.IntN(5) {
		case 0:
			b.WriteString(key + ":\n  n: " + yamlScalar(r) + pick(r, []string{"\n", "\n", "\t\n", " # x\n", "\n\t\n"}))
		case 1:
			b.WriteString(key + ":\n  - " + yamlScalar(r) + "\n  -" + pick(r, []string{" ", "\t"}) + yamlScalar(r) + "\n")
		default:
			b.WriteString(key + pick(r, []string{": ", ": ", ":\t", " : ", ":  "}) + yamlScalar(r) + pick(r, []string{"\n", "\n", "\n", " \n", "\t\n", "\r\n", " #\tx\n"}))
		}
	}
	return b.String()
}

// oddKey is a key that is no text.
var oddKey = regexp.MustCompile(`(5|True|None|False|[0-9.]+): `)

// TestInteropYAML holds verdict and values against PyYAML on documents with everything in which YAML libraries differ.
func TestInteropYAML(t *testing.T) {
	p := startPython(t)
	r, count := dice(t, 10_000)
	good, failed := 0, 0
	for i := 0; i < count && failed < 20; i++ {
		text := yamlDocument(r)
		want := p.ask(t, map[string]any{"mode": "yaml", "data": text})
		v, err := parseYAML([]byte(text))
		switch {
		case (err != nil) != (want.Error != nil):
			failed++
			t.Errorf("%q:\n got %v, %v\nwant %v, %+v", text, v, err, want.Value, want.Error)
		case err == nil:
			good++
			// Dates, and keys that are no texts, are texts here.
			if s, ok := want.Value.(string); ok && !strings.Contains(s, "datetime") && !oddKey.MatchString(s) && pyReprAny(v) != s {
				failed++
				t.Errorf("%q:\n got %s\nwant %s", text, pyReprAny(v), s)
			}
		}
	}
	t.Logf("%d documents accepted by both", good)
}
