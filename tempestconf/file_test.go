package tempestconf

import (
	"fmt"
	"strings"
	"testing"
)

// TestVeryManyKeys: what goes beyond the store counts as well, and costs no more than its length.
func TestVeryManyKeys(t *testing.T) {
	for name, line := range map[string]string{"keys": "k%d = %d\n", "sections": "[s%d]\nk = %d\n"} {
		t.Run(name, func(t *testing.T) {
			const n = 100_000
			var b strings.Builder
			b.WriteString("[compute]\nregion = first\n")
			for i := range n {
				fmt.Fprintf(&b, line, i, i)
			}
			b.WriteString("[Compute]\nregion = last\nk5 = again\n")
			f, err := ParseBytes("f.conf", []byte(b.String()))
			if err != nil {
				t.Fatal(err)
			}
			e, ok := f.last(Place{"compute", "region"})
			if !ok || e.text != "last" || e.line < n {
				t.Errorf("region %+v %t", e, ok)
			}
			if e, ok := f.last(Place{"compute", "k5"}); !ok || e.text != "again" {
				t.Errorf("k5 %+v %t", e, ok)
			}
			if got := f.Sections()["compute"]["region"]; len(got) != 2 {
				t.Errorf("%q", got)
			}
		})
	}
}
