package reports

import (
	"io"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

func benchmark(b *testing.B, report func() (func(*subunit.Result) error, func() error)) {
	rs := manyResults(10000)
	b.ReportAllocs()
	for b.Loop() {
		result, end := report()
		for _, r := range rs {
			if err := result(r); err != nil {
				b.Fatal(err)
			}
		}
		if err := end(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJUnit(b *testing.B) {
	benchmark(b, func() (func(*subunit.Result) error, func() error) {
		j := NewJUnit(io.Discard, JUnitOptions{})
		return j.Result, func() error { return j.Close(subunit.Summary{}) }
	})
}

func BenchmarkConsole(b *testing.B) {
	benchmark(b, func() (func(*subunit.Result) error, func() error) {
		c := NewConsole(ConsoleOptions{Out: io.Discard})
		return c.Result, func() error { return c.Summary(&subunit.Summary{Passed: 1}) }
	})
}

func BenchmarkHTML(b *testing.B) {
	benchmark(b, func() (func(*subunit.Result) error, func() error) {
		h, err := NewHTML(io.Discard, HTMLOptions{})
		if err != nil {
			b.Fatal(err)
		}
		return h.Stream("verify").Result, h.Close
	})
}

func BenchmarkJSON(b *testing.B) {
	benchmark(b, func() (func(*subunit.Result) error, func() error) {
		j := NewJSON(io.Discard, JSONOptions{})
		return j.Stream("verify").Result, j.Close
	})
}
