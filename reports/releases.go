package reports

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/subunit"
)

// releases are what the cloud's services told of their releases, by service, as the tests of a stream logged it: then at
// create, now in the stream's own phase.
type releases struct{ then, now map[string]string }

// releaseLog is how much of a log is searched, in bytes: the lines are among the first of a class's first test.
const releaseLog = 64 << 10

// read looks for the lines in a result's log.
func (r *releases) read(res *subunit.Result) {
	for i := range res.Attachments {
		a := &res.Attachments[i]
		if a.Name != "pythonlogging:''" {
			continue
		}
		for _, m := range releaseLine().FindAllSubmatch(a.Content[:min(len(a.Content), releaseLog)], -1) {
			of := &r.now
			if string(m[1]) == "create" && phaseOfResult(res) != "create" {
				of = &r.then
			}
			if *of == nil {
				*of = map[string]string{}
			}
			for _, part := range strings.Split(string(m[2]), "; ") {
				if service, told, ok := strings.Cut(part, ": "); ok {
					(*of)[clean(service, markup)] = clean(told, markup)
				}
			}
		}
	}
}

// releaseLine is such a line; package phases writes it.
func releaseLine() *regexp.Regexp {
	return regexp.MustCompile(`(?m)\] Releases at (create|verify): (.+)$`)
}

func phaseOfResult(res *subunit.Result) string {
	action, _ := parseID(res.TestID).task()
	return phaseOf(action)
}

// releaseRows are a row a service: what it told in one stream after the other, where that changed.
func releaseRows(all []releases) [][2]string {
	told := map[string][]string{}
	add := func(services map[string]string) {
		for name, text := range services {
			if seen := told[name]; len(seen) == 0 || seen[len(seen)-1] != text {
				told[name] = append(seen, text)
			}
		}
	}
	for i, r := range all {
		if i == 0 {
			add(r.then)
		}
		add(r.now)
	}
	var out [][2]string
	for _, name := range slices.Sorted(maps.Keys(told)) {
		out = append(out, [2]string{name, strings.Join(told[name], " → ")})
	}
	return out
}
