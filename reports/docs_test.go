package reports

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// Every field of the JSON documents is described.
func TestJSONFieldsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/results-json.md")
	if err != nil {
		t.Fatal(err)
	}
	var fields func(reflect.Type) []string
	fields = func(s reflect.Type) []string {
		var names []string
		for i := range s.NumField() {
			if f := s.Field(i); f.Anonymous {
				names = append(names, fields(f.Type)...)
			} else {
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				names = append(names, name)
			}
		}
		return names
	}
	for _, v := range []any{jsonHead{}, jsonCounts{}, jsonRun{}, jsonTest{}, jsonAttachment{}, jsonDiff{}, jsonChange{}, jsonOutcome{}} {
		for _, name := range fields(reflect.TypeOf(v)) {
			if !strings.Contains(string(text), "`"+name+"`") {
				t.Errorf("the field %s of %T is not in docs/results-json.md", name, v)
			}
		}
	}
	for _, l := range (&Diff{}).lists() {
		if !strings.Contains(string(text), "`"+l.key+"`") {
			t.Errorf("the list %s is not in docs/results-json.md", l.key)
		}
	}
}
