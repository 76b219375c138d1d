package reports

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

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

// A page refers to nothing outside itself, and every link in it leads somewhere.
func TestPageIsSelfContained(t *testing.T) {
	before, after := twoRuns(t)
	var diff bytes.Buffer
	if err := Compare(before, after, DiffOptions{}).WriteHTML(&diff); err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{
		"report": string(htmlPage(t, HTMLOptions{}, labelled{"before", everyOutcome()[:3]}, labelled{"after", manyResults(200)}, labelled{"again", everyOutcome()})),
		"diff":   diff.String(),
	}
	reference := regexp.MustCompile(`\s(?:src|href|action|poster|data|srcset)="([^"]*)"|url\(|@import`)
	for name, page := range pages {
		for _, m := range reference.FindAllStringSubmatch(page, -1) {
			target, inside := strings.CutPrefix(m[1], "#")
			if m[1] == "data:," || inside && strings.Count(page, fmt.Sprintf(` id="%s"`, target)) == 1 {
				continue
			}
			t.Errorf("%s: %q", name, m[0])
		}
	}
}

// Nothing of a stream becomes markup.
func TestPageEscapes(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'` + "\x00\x1b]]>"
	r := result("m."+evil+".test"+evil+"[a"+evil+"]", subunit.Fail, 0, 0, attachment("traceback", evil), attachment(evil, evil),
		subunit.Attachment{Name: "x", MIME: evil, Content: []byte{0}})
	r.Tags = []string{evil}
	skip := result("m.C.skip", subunit.Skip, 0, 0, attachment("reason", evil))
	rs := []*subunit.Result{r, skip}
	var diff bytes.Buffer
	if err := Compare(runOf(t, evil), runOf(t, evil, rs...), DiffOptions{}).WriteHTML(&diff); err != nil {
		t.Fatal(err)
	}
	report := htmlPage(t, HTMLOptions{Title: evil, Properties: [][2]string{{evil, evil}}}, labelled{evil, rs}, labelled{evil, nil})
	for name, page := range map[string][]byte{"report": report, "diff": diff.Bytes()} {
		if n := bytes.Count(page, []byte("<script")); n != 1 {
			t.Errorf("%s has %d scripts", name, n)
		}
		for _, bad := range []string{"<img", "\x00", "\x1b"} {
			if bytes.Contains(page, []byte(bad)) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
	}
}

func TestPageCutsLongAttachments(t *testing.T) {
	long := "begin " + strings.Repeat("é", 50_000) + " end"
	page := string(htmlPage(t, HTMLOptions{MaxAttachment: 32_001}, labelled{"verify", []*subunit.Result{
		result("m.C.bad", subunit.Fail, 0, 0, attachment("traceback", long)),
		result("m.C.good", subunit.Success, 0, 0, attachment("log", long)),
	}}))
	shown := regexp.MustCompile(`(?s)<pre>\nbegin (é*)\n\n\[… ([0-9.]+ KiB) left out here, the stream has them …\]\n\n(é*) end</pre>`).FindAllStringSubmatch(page, -1)
	if len(shown) != 2 {
		t.Fatalf("%d attachments are shown with their beginning and end", len(shown))
	}
	for i, want := range []struct {
		bytes int
		left  string
	}{{32_001, "66.4 KiB"}, {2000, "95.7 KiB"}} {
		if n := len("begin  end") + len(shown[i][1]) + len(shown[i][3]); n > want.bytes || n < want.bytes-4 || shown[i][2] != want.left {
			t.Errorf("%d bytes are shown, %s are left out", n, shown[i][2])
		}
	}
}

// When all attachments together would make the page unusable, each is shown in short.
func TestPageLimitsAllAttachments(t *testing.T) {
	var rs []*subunit.Result
	for i := range 100 {
		rs = append(rs, result(fmt.Sprintf("m.C.t%d", i), subunit.Fail, 0, 0, attachment("traceback", strings.Repeat("x\n", 25_000))))
	}
	page := htmlPage(t, HTMLOptions{MaxAttachments: 1_000_000}, labelled{"verify", rs})
	if n := bytes.Count(page, []byte("x")); n < 250_000 || n > 400_000 {
		t.Errorf("%d bytes are shown", n)
	}
}

func TestTimelineJoinsThinBars(t *testing.T) {
	bars := make([]bar, 0, 20000)
	for i := range 20000 {
		start := epoch.Add(time.Duration(i) * 10 * time.Millisecond)
		b := bar{Class: "p", start: start, end: start.Add(9 * time.Millisecond), n: 1, status: subunit.Success}
		if i == 10000 {
			b.Class, b.status = "f", subunit.Fail
		}
		bars = append(bars, b)
	}
	lanes := pack(bars, 200*time.Second)
	if len(lanes) != 1 || len(lanes[0].Bars) != 3 || lanes[0].Bars[1].Class != "f" || lanes[0].Bars[0].n != 10000 {
		t.Errorf("%d lanes, %+v", len(lanes), lanes[0].Bars)
	}
	parallel := []bar{{start: epoch, end: epoch.Add(time.Hour)}, {start: epoch, end: epoch.Add(time.Hour)}, {start: epoch.Add(time.Hour), end: epoch.Add(time.Hour)}}
	if lanes := pack(parallel, time.Hour); len(lanes) != 2 || len(lanes[0].Bars) != 2 {
		t.Errorf("%d lanes", len(lanes))
	}
}

func TestTicks(t *testing.T) {
	for _, span := range []time.Duration{3 * time.Millisecond, 1175963 * time.Microsecond, 62 * time.Second, time.Hour, 26 * time.Hour, 400 * 24 * time.Hour} {
		all := ticks(epoch, span)
		if len(all) < 2 || len(all) > maxTicks+1 {
			t.Errorf("%v has %d ticks: %+v", span, len(all), all)
		}
	}
	if got := ticks(epoch, 62*time.Second); got[0].Label != "08:28:30" || got[0].Style != "left:20.986%" {
		t.Errorf("got %+v", got[0])
	}
}
