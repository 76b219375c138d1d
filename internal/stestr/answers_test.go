package stestr

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/subunit"
)

func TestAnswers(t *testing.T) {
	const (
		one, two = "m.C.one[a]", "m.C.two[a]"
		other    = "m.Cat.one[a]"
	)
	ids := []string{one, two, other, one}
	tests := []struct {
		name   string
		events []subunit.Event
		want   []Missing
	}{
		{"nothing was sent", nil, []Missing{{ID: one}, {ID: two}, {ID: other}}},
		{"listed is not answered", []subunit.Event{{TestID: one, Status: subunit.Exists}}, []Missing{{ID: one}, {ID: two}, {ID: other}}},
		{"all ended",
			[]subunit.Event{{TestID: one, Status: subunit.Success}, {TestID: two, Status: subunit.Skip}, {TestID: other, Status: subunit.Fail}}, nil},
		{"one is in progress",
			[]subunit.Event{{TestID: one, Status: subunit.Success}, {TestID: two, Status: subunit.InProgress, Route: "0"}},
			[]Missing{{ID: two, Begun: true, Route: "0"}, {ID: other}}},
		{"begun and ended", []subunit.Event{{TestID: two, Status: subunit.InProgress}, {TestID: two, Status: subunit.Fail}}, []Missing{{ID: one}, {ID: other}}},
		{"the class's set-up answers for its tests, not for those of a class with a longer name",
			[]subunit.Event{{TestID: "setUpClass (m.C)", Status: subunit.Skip}}, []Missing{{ID: other}}},
		{"the module's set-up answers for all", []subunit.Event{{TestID: "setUpModule (m)", Status: subunit.Fail}}, nil},
		{"the class's clean-up answers for nothing but itself",
			[]subunit.Event{{TestID: "tearDownClass (m.C)", Status: subunit.Fail}}, []Missing{{ID: one}, {ID: two}, {ID: other}}},
		{"a fixture whose report was cut",
			[]subunit.Event{{TestID: "setUpClass (m.C)", FileName: "traceback", Content: []byte("x")}},
			[]Missing{{ID: "setUpClass (m.C)", Begun: true}, {ID: one}, {ID: two}, {ID: other}}},
		{"a test that nobody asked for", []subunit.Event{{TestID: "x", Status: subunit.InProgress}},
			[]Missing{{ID: "x", Begun: true}, {ID: one}, {ID: two}, {ID: other}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := NewAnswers(ids)
			for i := range tt.events {
				a.Add(&tt.events[i])
			}
			if diff := cmp.Diff(tt.want, a.Missing()); diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExpand(t *testing.T) {
	all := []string{"m.C.one[a]", "m.C.two[a]", "m.D.three[a]", "m.E.four[a]"}
	got := Expand([]string{"gone", "m.E.four[a]", "setUpClass (m.C)", "tearDownClass (m.D)", "m.C.one[a]"}, all)
	if diff := cmp.Diff([]string{"m.C.one[a]", "m.C.two[a]", "m.D.three[a]", "m.E.four[a]", "gone"}, got); diff != "" {
		t.Errorf("expanded (-want +got):\n%s", diff)
	}
}
