package preflight

import "testing"

func TestCompareMicroversions(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"2.9", "2.10", -1}, {"2.1", "2.1", 0}, {"3.0", "2.99", 1}, {"2.53", "2.8", 1}} {
		if got := compare(c.a, c.b); got != c.want {
			t.Errorf("compare(%s, %s) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
