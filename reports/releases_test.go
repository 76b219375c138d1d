package reports

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/subunit"
)

const releaseHead = "2026-11-22 14:30:35,123 4711 INFO     [persistent_resources_tempest_plugin] Releases at "

// released is a passed test of an action with a log.
func released(action, log string) *subunit.Result {
	return &subunit.Result{
		TestID: "persistent_resources_tempest_plugin.tests.api.compute.test_" + action + "_compute_resources.Class.test_it[persistent-x]",
		Status: subunit.Success, Attachments: []subunit.Attachment{{Name: "pythonlogging:''", MIME: `text/plain; charset="utf8"`, Content: []byte(log)}},
	}
}

func TestReleases(t *testing.T) {
	const zed, epoxy = "compute: 2.1 to 2.93 (Zed); network: v2.0, 26 extensions", "compute: 2.1 to 2.100 (2025.1 Epoxy or later); network: v2.0, 26 extensions"
	create := released("create", "before\n"+releaseHead+"create: "+zed+"\nafter\n")
	verify := released("validate", releaseHead+"create: "+zed+"\n"+releaseHead+"verify: "+epoxy+"\n")
	pair := [][2]string{{"compute", "2.1 to 2.93 (Zed) → 2.1 to 2.100 (2025.1 Epoxy or later)"}, {"network", "v2.0, 26 extensions"}}
	for name, tc := range map[string]struct {
		streams [][]*subunit.Result
		want    [][2]string
	}{
		"create and verify": {[][]*subunit.Result{{create}, {verify}}, pair},
		"verify alone":      {[][]*subunit.Result{{verify}}, pair},
		"create alone":      {[][]*subunit.Result{{create}}, [][2]string{{"compute", "2.1 to 2.93 (Zed)"}, {"network", "v2.0, 26 extensions"}}},
		"no such line":      {[][]*subunit.Result{{released("validate", "Releases at verify: x: y\n")}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var all []releases
			for _, stream := range tc.streams {
				var r releases
				for _, res := range stream {
					r.read(res)
				}
				all = append(all, r)
			}
			if diff := cmp.Diff(tc.want, releaseRows(all)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	var page, document bytes.Buffer
	h, err := NewHTML(&page, HTMLOptions{})
	if err != nil {
		t.Fatal(err)
	}
	j := NewJSON(&document, JSONOptions{})
	for _, add := range []func(*subunit.Result) error{h.Stream("verify").Result, j.Stream("verify").Result} {
		if err := add(verify); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if want := "<dt>compute</dt><dd>2.1 to 2.93 (Zed) → 2.1 to 2.100 (2025.1 Epoxy or later)</dd>"; !strings.Contains(page.String(), want) {
		t.Errorf("the page lacks %s", want)
	}
	for _, want := range []string{`"releases":{"compute":"2.1 to 2.100 (2025.1 Epoxy or later)"`, `"releases_at_create":{"compute":"2.1 to 2.93 (Zed)"`} {
		if !strings.Contains(document.String(), want) {
			t.Errorf("the document lacks %s:\n%.600s", want, document.String())
		}
	}
}
