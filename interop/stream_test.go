//go:build interop

package interop

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

// The attributes by which jobs select the phases.
const (
	createTests  = "persistent-create"
	verifyTests  = "persistent-verify"
	cleanupTests = "persistent-cleanup"
)

// events decodes a stream in which nothing but packets may be.
func events(t testing.TB, stream []byte) []*subunit.Event {
	t.Helper()
	var all []*subunit.Event
	for e, err := range subunit.NewReader(bytes.NewReader(stream), subunit.Strict).All() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Clone())
	}
	return all
}

// results joins a stream's events.
func results(t testing.TB, stream []byte) []*subunit.Result {
	t.Helper()
	var all []*subunit.Result
	c := subunit.NewCollector(func(r *subunit.Result) { all = append(all, r) })
	for _, e := range events(t, stream) {
		c.Add(e)
	}
	c.Flush()
	return all
}

func summaryOf(all []*subunit.Result) subunit.Summary {
	var s subunit.Summary
	for _, r := range all {
		s.Add(r)
	}
	return s
}

// outcomes are the ids of results with their statuses, sorted: workers end in any order.
func outcomes(all []*subunit.Result) []string {
	var out []string
	for _, r := range all {
		out = append(out, r.Status.String()+" "+r.TestID)
	}
	slices.Sort(out)
	return out
}

// listed are the ids that the program has for an attribute, in the order in which they run; "" has all.
func listed(t testing.TB, attribute string) []string {
	t.Helper()
	var ids []string
	for _, id := range lines(listStream(t)) {
		if attribute == "" || strings.Contains(id, attribute) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		t.Fatalf("the program has no tests %s", attribute)
	}
	return ids
}

// listStream is what the program prints for "list".
func listStream(t testing.TB) []byte {
	t.Helper()
	cmd := listCommand(t, "list")
	return runCommand(t, cmd).must(t, 0).stdout
}

func lines(text []byte) []string {
	return strings.Split(strings.TrimRight(string(text), "\n"), "\n")
}

// classOf is the class of a test or of a class's fixture, <module>.<Class>.
func classOf(id string) string {
	if _, of, ok := strings.Cut(id, " ("); ok {
		return strings.TrimSuffix(of, ")")
	}
	bare, _, _ := strings.Cut(id, "[")
	return bare[:max(strings.LastIndexByte(bare, '.'), 0)]
}

// classes are the classes of ids, each once, in their order.
func classes(ids []string) []string {
	var out []string
	for _, id := range ids {
		if c := classOf(id); !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}
