package reports

import (
	"bytes"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

type labelled struct {
	label   string
	results []*subunit.Result
}

func htmlPage(t testing.TB, o HTMLOptions, streams ...labelled) []byte {
	t.Helper()
	var out bytes.Buffer
	h, err := NewHTML(&out, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range streams {
		s := h.Stream(l.label)
		for _, r := range l.results {
			if err := s.Result(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestHTMLGolden(t *testing.T) {
	golden(t, "page.golden.html", htmlPage(t, HTMLOptions{Properties: [][2]string{{"cloud", "<old>"}}}, labelled{"verify", everyOutcome()}))
}
