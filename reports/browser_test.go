//go:build interop

package reports

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// browser shows pages in a headless Chromium whose every request, of whatever host, comes to this server.
type browser struct {
	mu       sync.Mutex
	pages    map[string]string // URL -> body
	requests []string
}

func (b *browser) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests = append(b.requests, r.Method+" "+r.URL.String())
	body, ok := b.pages[r.URL.String()]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(body))
}

// show loads a page and returns the document as it is then, and what was written to the console.
func (b *browser) show(t *testing.T, url string, args ...string) (document, console string) {
	t.Helper()
	server := httptest.NewServer(b)
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	args = append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--no-first-run", "--user-data-dir=" + t.TempDir(), "--enable-logging=stderr",
		"--proxy-server=" + server.URL, "--proxy-bypass-list=<-loopback>", "--virtual-time-budget=20000", "--dump-dom",
	}, append(args, url)...)
	cmd := exec.CommandContext(ctx, "chromium", args...)
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir()) // it leaves files there
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("chromium: %v\n%s", err, &stderr)
	}
	var lines []string
	for line := range strings.Lines(stderr.String()) {
		if strings.Contains(line, "CONSOLE") {
			lines = append(lines, line)
		}
	}
	return out.String(), strings.Join(lines, "")
}

// asked returns the requests, without those that Chromium makes for itself whatever it shows.
func (b *browser) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	own := []string{"accounts.google.com", "clients2.google.com", "content-autofill.googleapis.com", "update.googleapis.com"}
	asked := slices.DeleteFunc(slices.Clone(b.requests), func(r string) bool {
		_, url, _ := strings.Cut(r, "//")
		host, _, _ := strings.Cut(strings.TrimSuffix(url, ":443"), "/")
		return slices.Contains(own, host)
	})
	slices.Sort(asked)
	return slices.Compact(asked)
}

const site = "http://reports.example/"

// harness works the page in a frame, as a reader would, and leaves what it saw as JSON in its own document.
const harness = `<!DOCTYPE html><title>harness</title><link rel="icon" href="data:,"><iframe id="f" src="page.html#r1-4" width="1200" height="800"></iframe><pre id="seen"></pre>
<script>
const frame = document.getElementById("f");
frame.onload = async () => {
  const d = frame.contentDocument, seen = {};
  const rows = () => Array.from(d.querySelectorAll(".row")).filter((r) => r.checkVisibility()).length;
  const pause = () => new Promise((r) => setTimeout(r, 300));
  const press = (selector) => d.querySelector(selector).click();
  const type = async (s) => { const i = d.querySelector("#tools input"); i.value = s; i.dispatchEvent(new frame.contentWindow.Event("input")); await pause(); };
  await pause();
  seen.title = d.title;
  seen.toolsShown = d.getElementById("tools").checkVisibility();
  seen.targetShown = d.getElementById("r1-4").checkVisibility();
  press("[data-fold=shut]"); seen.folded = rows();
  press("[data-fold=open]"); seen.unfolded = rows();
  press("[data-status=f]"); seen.failed = rows(); seen.found = d.getElementById("found").textContent;
  await type("SUSPEND"); seen.failedSuspend = rows();
  press('[data-status=""]'); seen.suspend = rows();
  await type("no such words"); seen.none = rows();
  await type(""); seen.again = rows();
  seen.dangling = Array.from(d.querySelectorAll('a[href^="#"]')).filter((a) => !d.getElementById(a.hash.slice(1))).length;
  seen.wide = d.documentElement.scrollWidth > d.documentElement.clientWidth;
  frame.width = 360; await pause();
  seen.labelsOverlap = Array.from(d.querySelectorAll(".axis")).filter((axis) => {
    const ends = Array.from(axis.children).filter((s) => s.checkVisibility()).map((s) => s.getBoundingClientRect());
    return ends.some((r, i) => i > 0 && r.left < ends[i - 1].right);
  }).length;
  seen.wideOnPhone = d.documentElement.scrollWidth > d.documentElement.clientWidth;
  document.getElementById("seen").textContent = JSON.stringify(seen);
};
</script>`

func TestPageInBrowser(t *testing.T) {
	page := htmlPage(t, HTMLOptions{Properties: [][2]string{{"cloud", strings.Repeat("long", 200)}}},
		labelled{"before", everyOutcome()[:3]}, labelled{"after", everyOutcome()})
	b := &browser{pages: map[string]string{site + "page.html": string(page), site + "check.html": harness}}
	document, console := b.show(t, site+"check.html")
	if console != "" {
		t.Errorf("the console says %s", console)
	}
	want := []string{"GET " + site + "check.html", "GET " + site + "page.html"}
	if diff := cmp.Diff(want, b.asked()); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
	_, seen, _ := strings.Cut(document, `<pre id="seen">`)
	seen, _, _ = strings.Cut(seen, "</pre>")
	var got map[string]any
	if err := json.Unmarshal([]byte(html.UnescapeString(seen)), &got); err != nil {
		t.Fatalf("%v in %q", err, seen)
	}
	expected := map[string]any{
		"title":       "✗ Persistent resources: Lost or changed: compute. Not checked: object_storage and compute. Failed: volume. 4 of 10 tests failed and 1 never ended.",
		"toolsShown":  true,
		"targetShown": true,
		"folded":      0.0, "unfolded": 7.0, "failed": 4.0, "found": "4 of 7",
		"failedSuspend": 0.0, "suspend": 1.0, "none": 0.0, "again": 7.0,
		"dangling": 0.0, "wide": false, "wideOnPhone": false, "labelsOverlap": 0.0,
	}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Without scripts everything is there to be read, and nothing is there that would need them.
func TestPageWithoutScripts(t *testing.T) {
	page := htmlPage(t, HTMLOptions{}, labelled{"verify", everyOutcome()})
	frame := `<!DOCTYPE html><iframe sandbox="allow-same-origin" id="f" src="page.html"></iframe><p id="seen"></p><script>
document.getElementById("f").onload = (e) => {
  const d = e.target.contentDocument;
  document.getElementById("seen").textContent = [d.getElementById("tools").checkVisibility(), d.querySelectorAll(".row").length,
    d.querySelector(".row").checkVisibility(), d.querySelector("h1").textContent.includes("Lost or changed: compute.")].join();
};</script>`
	b := &browser{pages: map[string]string{site + "page.html": string(page), site + "check.html": frame}}
	document, _ := b.show(t, site+"check.html")
	if want := `<p id="seen">false,7,true,true</p>`; !strings.Contains(document, want) {
		t.Errorf("%s is not in %s", want, document)
	}
}

func TestDiffPageInBrowser(t *testing.T) {
	before, after := twoRuns(t)
	var page bytes.Buffer
	if err := Compare(before, after, DiffOptions{}).WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	b := &browser{pages: map[string]string{site + "page.html": page.String()}}
	if _, console := b.show(t, site+"page.html"); console != "" {
		t.Errorf("the console says %s", console)
	}
	if diff := cmp.Diff([]string{"GET " + site + "page.html"}, b.asked()); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
}

// What the other tests look for can be seen at all.
func TestBrowserSeesErrorsAndRequests(t *testing.T) {
	b := &browser{pages: map[string]string{site + "page.html": `<!DOCTYPE html><img src="http://elsewhere.example/x.png"><script>undefinedFunction()</script>`}}
	_, console := b.show(t, site+"page.html")
	if !strings.Contains(console, "undefinedFunction") {
		t.Errorf("the console says only %q", console)
	}
	if asked := b.asked(); !slices.Contains(asked, "GET http://elsewhere.example/x.png") {
		t.Errorf("requests: %q", asked)
	}
}

// Pages of few and of many tests open, ask for nothing else, and their filter works.
func TestPagesOfAllSizesInBrowser(t *testing.T) {
	for _, tt := range []struct {
		tests int
		found string
	}{{5, "5 of 5"}, {500, "10 of 500"}, {20000, "396 of 20000"}} {
		t.Run(strconv.Itoa(tt.tests), func(t *testing.T) { opens(t, tt.tests, tt.found) })
	}
}

func opens(t *testing.T, tests int, found string) {
	if testing.Short() && tests > 1000 {
		t.Skip("takes half a minute")
	}
	page := htmlPage(t, HTMLOptions{}, labelled{"verify", manyResults(tests)})
	frame := `<!DOCTYPE html><link rel="icon" href="data:,"><iframe id="f" src="page.html" width="1200" height="800"></iframe><p id="seen"></p><script>
document.getElementById("f").onload = (e) => {
  const d = e.target.contentDocument;
  (d.querySelector("[data-status=f]") || d.querySelector("[data-status=p]")).click();
  document.getElementById("seen").textContent = d.getElementById("found").textContent;
};</script>`
	b := &browser{pages: map[string]string{site + "page.html": string(page), site + "check.html": frame}}
	document, console := b.show(t, site+"check.html")
	if want := `<p id="seen">` + found + `</p>`; !strings.Contains(document, want) || console != "" {
		_, seen, _ := strings.Cut(document, `<p id="seen">`)
		t.Errorf("%s is not in the document, which says %.40q; console: %s", want, seen, console)
	}
	want := []string{"GET " + site + "check.html", "GET " + site + "page.html"}
	if diff := cmp.Diff(want, b.asked()); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
}
