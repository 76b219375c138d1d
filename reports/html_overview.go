package reports

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
)

//go:embed assets
var assets embed.FS

// asset is a file that go:embed has checked to be there.
func asset(name string) string {
	b, err := assets.ReadFile("assets/" + name)
	if err != nil {
		return ""
	}
	return string(b)
}

func pageScript() template.JS { return template.JS(asset("page.js")) }

// policy allows a page its own style and its own script, and no request at all.
func policy() string {
	sum := sha256.Sum256([]byte(pageScript()))
	return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

type pageHead struct {
	Policy, Title, Sentence, When string
	Successful                    bool
	CSS                           template.CSS
	Columns                       int
}

func (h *HTML) head() pageHead {
	v := h.all.verdict()
	return pageHead{
		Policy: policy(), Title: clean(h.o.Title, markup), Sentence: v.Sentence, When: runWhen(h.all.summary),
		Successful: v.Successful, CSS: template.CSS(asset("page.css")), Columns: len(h.streams),
	}
}

type pageFailure struct {
	Failure
	Anchor, Label string
}

// shownFailures is the number of failures that are listed without unfolding.
const shownFailures = 25

func (h *HTML) failures() map[string][]pageFailure {
	var all []pageFailure
	for _, s := range h.streams {
		for i := range s.run.Tests {
			t := &s.run.Tests[i]
			if !isFailure(t.Status) {
				continue
			}
			id := parseID(clean(t.ID, markup))
			f := pageFailure{Anchor: s.anchor(i), Failure: Failure{Where: id.where(), Test: id.name, Kind: t.Kind, Message: t.Message}}
			if f.Kind == f.Message {
				f.Kind = ""
			}
			f.Label = id.className()
			if len(h.streams) > 1 {
				f.Label += " · " + s.run.Label
			}
			all = append(all, f)
		}
	}
	n := min(len(all), shownFailures)
	return map[string][]pageFailure{"First": all[:n], "Rest": all[n:]}
}

type pageOverview struct {
	Cards    []pageCard
	Releases [][2]string // service and what it told
	Facts    [][2]string
	Times    []timeline
}

type pageCard struct {
	Label, Sentence, When string
	Successful            bool
	Counts                []pageCount
}

func (h *HTML) overview() pageOverview {
	o := pageOverview{}
	var told []releases
	for _, s := range h.streams {
		told = append(told, s.releases)
		v, sum := s.run.Verdict(), s.run.Summary()
		o.Cards = append(o.Cards, pageCard{
			Label: s.run.Label, Sentence: v.Sentence, Successful: v.Successful, Counts: countsOf(sum), When: runWhen(sum),
		})
		if t, ok := newTimeline(s); ok {
			o.Times = append(o.Times, t)
		}
	}
	o.Releases = releaseRows(told)
	for _, p := range h.o.Properties {
		o.Facts = append(o.Facts, [2]string{clean(p[0], markup), clean(p[1], markup)})
	}
	return o
}
