package reports

import (
	"fmt"
	"html/template"
	"sort"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

// timeline shows what ran when, a lane a worker; more where a worker's tests overlap.
type timeline struct {
	Label, When, Note string
	Lanes             []lane
	Ticks             []tick
}

type lane struct {
	Label string
	Bars  []bar
	end   time.Time
}

type bar struct {
	Class, Anchor, Title string
	Style                template.CSS
	start, end           time.Time
	n                    int // tests in it
	status               subunit.Status
}

type tick struct {
	Label string
	Style template.CSS
}

const (
	thinBar     = 0.0015 // of the axis: neighbours that are thinner become one bar
	maxSubLanes = 8      // of a worker
	maxTicks    = 6
)

// newTimeline is false when the stream has no time stamps.
func newTimeline(s *HTMLStream) (timeline, bool) {
	sum := s.run.Summary()
	if sum.Start.IsZero() || !sum.End.After(sum.Start) {
		return timeline{}, false
	}
	span := sum.End.Sub(sum.Start)
	timed, untimed := timedTests(s)
	t := timeline{Label: s.run.Label, When: runWhen(sum), Ticks: ticks(sum.Start, span)}
	if untimed > 0 {
		t.Note = fmt.Sprintf("%s without time stamps: not shown here", count(untimed, "test"))
	}
	for _, worker := range sortedKeys(timed) {
		lanes := pack(timed[worker], span)
		lanes[0].Label = fmt.Sprintf("worker %d", worker)
		for i := range lanes {
			place(lanes[i].Bars, sum.Start, span)
		}
		t.Lanes = append(t.Lanes, lanes...)
	}
	return t, true
}

// timedTests are the bars of each worker, in the order of their starts.
func timedTests(s *HTMLStream) (workers map[int][]bar, untimed int) {
	workers = map[int][]bar{}
	for i := range s.run.Tests {
		t := &s.run.Tests[i]
		if t.Start.IsZero() || t.End.IsZero() {
			untimed++
			continue
		}
		id := parseID(clean(t.ID, markup))
		o := outcomeOf(t.Status)
		workers[t.Worker] = append(workers[t.Worker], bar{
			Class: o.class, Anchor: s.anchor(i), start: t.Start, end: t.Start.Add(t.Duration()), n: 1, status: t.Status,
			Title: fmt.Sprintf("%s: %s, %s, %s", id.where(), id.name, o.word, humanDuration(t.Duration())),
		})
	}
	for _, bars := range workers {
		sort.SliceStable(bars, func(i, j int) bool { return bars[i].start.Before(bars[j].start) })
	}
	return workers, untimed
}

// pack lays bars into as few lanes as they need without overlapping, and joins neighbours too thin to be seen.
func pack(bars []bar, span time.Duration) []lane {
	thin := time.Duration(thinBar * float64(span))
	var lanes []lane
	for _, b := range bars {
		l := freeLane(&lanes, b.start)
		if n := len(l.Bars); n > 0 {
			last := &l.Bars[n-1]
			if last.Class == b.Class && b.end.Sub(b.start) < thin && b.start.Sub(last.end) < thin &&
				(last.n > 1 || last.end.Sub(last.start) < thin) {
				last.n++
				last.end = later(last.end, b.end)
				last.Anchor = ""
				last.Title = fmt.Sprintf("%d tests, %s, %s", last.n, outcomeOf(b.status).word, clockSpan(last.start, last.end))
				l.end = last.end
				continue
			}
		}
		l.Bars = append(l.Bars, b)
		l.end = later(l.end, b.end)
	}
	return lanes
}

func freeLane(lanes *[]lane, start time.Time) *lane {
	for i := range *lanes {
		if l := &(*lanes)[i]; !l.end.After(start) || i == maxSubLanes-1 {
			return l
		}
	}
	*lanes = append(*lanes, lane{})
	return &(*lanes)[len(*lanes)-1]
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// place gives the bars their places on the axis, in percent. A bar at the very end stays in sight.
func place(bars []bar, start time.Time, span time.Duration) {
	for i := range bars {
		b := &bars[i]
		left := 100 * float64(b.start.Sub(start)) / float64(span)
		width := 100 * float64(b.end.Sub(b.start)) / float64(span)
		b.Style = template.CSS(fmt.Sprintf("left:min(%.3f%%,100%% - 4px);width:%.3f%%", left, width))
	}
}

// ticks are round points in time on the axis, not more than maxTicks.
func ticks(start time.Time, span time.Duration) []tick {
	step := tickStep(span)
	format := "15:04:05"
	if step < time.Second {
		format = "15:04:05.000"
	} else if span > 24*time.Hour {
		format = "01-02 15:04"
	}
	var all []tick
	for at := start.UTC().Truncate(step); !at.After(start.Add(span)); at = at.Add(step) {
		share := float64(at.Sub(start)) / float64(span)
		if share < 0 || share > 0.85 { // the last label needs room
			continue
		}
		all = append(all, tick{at.Format(format), template.CSS(fmt.Sprintf("left:%.3f%%", 100*share))})
	}
	return all
}

// tickStep is the smallest round step that needs no more than maxTicks.
func tickStep(span time.Duration) time.Duration {
	for unit := time.Millisecond; unit < time.Second; unit *= 10 {
		for _, n := range []time.Duration{1, 2, 5} {
			if n*unit*maxTicks >= span {
				return n * unit
			}
		}
	}
	for _, unit := range []time.Duration{time.Second, time.Minute} {
		for _, n := range []time.Duration{1, 2, 5, 10, 15, 30} {
			if n*unit*maxTicks >= span {
				return n * unit
			}
		}
	}
	for _, n := range []time.Duration{1, 2, 3, 6, 12} {
		if n*time.Hour*maxTicks >= span {
			return n * time.Hour
		}
	}
	const day = 24 * time.Hour
	return max((span/maxTicks).Truncate(day)+day, day)
}
