package objectstorage

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	neturl "net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/objectstorage/v1/objects"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// verifyListings is the test test_list_persistent_container_contents: the listing equals the sorted recorded names.
func (r *resources) verifyListings(ctx context.Context) error {
	records := r.Journal.Records("container")
	if len(records) == 0 {
		return phases.Fail("[] is not true : No containers were found in the file.")
	}
	client, err := r.client(ctx)
	if err != nil {
		return err
	}
	return eachOf(records, func(box state.Record) error {
		listed, err := r.list(ctx, client, box.Name)
		if err != nil {
			return err
		}
		recorded := r.recordedNames(box.Name)
		if slices.Equal(listed, recorded) {
			return nil
		}
		return phases.Changed("the listing of container "+box.Name, listingDifferences(recorded, listed))
	})
}

func (r *resources) recordedNames(box string) []string {
	var names []string
	for _, rec := range r.Journal.Records("object") {
		if rec.Detail(inContainer) == box {
			names = append(names, rec.Name)
		}
	}
	sort.Strings(names)
	return names
}

func listingDifferences(recorded, listed []string) []string {
	var out []string
	for _, name := range recorded {
		if !slices.Contains(listed, name) {
			out = append(out, "object "+name+" is missing")
		}
	}
	for _, name := range listed {
		if !slices.Contains(recorded, name) {
			out = append(out, "object "+name+" is there and was not recorded")
		}
	}
	if len(out) == 0 {
		out = append(out, fmt.Sprintf("the order is %v and should be %v", listed, recorded))
	}
	return out
}

// list returns all names in a container in the service's order.
func (r *resources) list(ctx context.Context, client *gophercloud.ServiceClient, box string) ([]string, error) {
	var names []string
	marker := ""
	for {
		url := client.ServiceURL(box) + "?format=json"
		if marker != "" {
			url += "&marker=" + neturl.QueryEscape(marker)
		}
		var raw json.RawMessage
		resp, err := client.Get(ctx, url, &raw, &gophercloud.RequestOpts{OkCodes: []int{200, 204}})
		if err = phases.Misread(err, false); err != nil {
			return nil, fmt.Errorf("list container %s: %w", box, err)
		}
		var page []struct {
			Name string `json:"name"`
		}
		if len(raw) > 0 {
			if err := phases.Misread(json.Unmarshal(raw, &page), false); err != nil {
				return nil, fmt.Errorf("list container %s: %w", box, err)
			}
		}
		for _, o := range page {
			names = append(names, o.Name)
		}
		// A page has as many names as the service likes; it says how many there are in all.
		count, err := strconv.Atoi(resp.Header.Get("X-Container-Object-Count"))
		if len(page) == 0 || err == nil && len(names) >= count {
			return names, nil
		}
		marker = page[len(page)-1].Name
	}
}

// verifyObjects is the test test_get_persistent_object: every object's bytes, headers and metadata.
func (r *resources) verifyObjects(ctx context.Context) error {
	if len(r.Journal.Records("container")) == 0 {
		return phases.Fail("[] is not true : No containers were found in the file.")
	}
	records := r.Journal.Records("object")
	if len(records) == 0 {
		return phases.Fail("[] is not true : No objects were found in the file.")
	}
	client, err := r.client(ctx)
	if err != nil {
		return err
	}
	return eachOf(records, func(rec state.Record) error { return r.verifyObject(ctx, client, rec) })
}

func (r *resources) verifyObject(ctx context.Context, client *gophercloud.ServiceClient, rec state.Record) error {
	if !rec.Made {
		return phases.Fail("object %s was intended and never made", rec.Name)
	}
	got := objects.Download(ctx, client, rec.Detail(inContainer), rec.Name, nil)
	if got.Err != nil {
		return fmt.Errorf("get object %s: %w", rec.Name, got.Err)
	}
	defer got.Body.Close()
	if err := r.assertHeaders(object, http.MethodGet, got.Header); err != nil {
		return err
	}
	expected := &content{text: []byte(rec.Detail(text))}
	if rec.Detail(seed) != "" {
		stream, err := keystream(rec.Detail(seed))
		if err != nil {
			return err
		}
		expected = &content{stream: stream}
	}
	seen, err := compare(got.Body, expected)
	if err != nil {
		return fmt.Errorf("read object %s: %w", rec.Name, err)
	}
	var changes []string
	if want := rec.Detail(sha256sum); want != "" && want != seen.sha256 {
		changes = append(changes, fmt.Sprintf("its content: SHA-256 %s, recorded %s (%s bytes now, %s recorded%s)", seen.sha256, want, strconv.FormatInt(seen.size, 10), rec.Detail(size), firstDifference(seen)))
	}
	changes = append(changes, r.objectChanges(ctx, rec, got.Header)...)
	return phases.Changed("object "+rec.Name+" in container "+rec.Detail(inContainer), changes)
}

func firstDifference(c comparison) string {
	if c.different < 0 {
		return ""
	}
	return fmt.Sprintf(", first different byte at offset %d", c.different)
}

// objectChanges compares the headers that were written with the object.
func (r *resources) objectChanges(ctx context.Context, rec state.Record, h http.Header) []string {
	var out []string
	compare := func(what, was, now string) {
		if was != "" && was != now {
			out = append(out, fmt.Sprintf("its %s: %q, recorded %q", what, now, was))
		}
	}
	compare("content type", rec.Detail(contentType), h.Get("Content-Type"))
	compare("time of last change", rec.Detail("last_modified"), h.Get("Last-Modified"))
	if rec.Detail(phases.Imported) != "" {
		what := "type, time of last change and metadata"
		if rec.Detail(sha256sum) == "" {
			what = "content, " + what
		}
		r.NotRecorded(ctx, "Of object %s %s are not compared: not recorded.", rec.Name, what)
		return out
	}
	compare("metadata "+runMark, r.RunID(), h.Get("X-Object-Meta-"+runMark))
	for name := range h {
		if strings.HasPrefix(name, "X-Object-Meta-") && !strings.EqualFold(name, "X-Object-Meta-"+runMark) {
			out = append(out, fmt.Sprintf("metadata %s was added: %q", name, h.Get(name)))
		}
	}
	return out
}

// differences lists what changed between two sets of headers, in the order of their names.
func differences(was, now containerBaseline) []string {
	names := map[string]bool{}
	for n := range was {
		names[n] = true
	}
	for n := range now {
		names[n] = true
	}
	sorted := make([]string, 0, len(names))
	for n := range names {
		sorted = append(sorted, n)
	}
	sort.Strings(sorted)
	var out []string
	for _, n := range sorted {
		before, had := was[n]
		after, has := now[n]
		switch {
		case !has:
			out = append(out, fmt.Sprintf("%s is gone, recorded %q", n, before))
		case !had:
			out = append(out, fmt.Sprintf("%s is %q, recorded none", n, after))
		case before != after:
			out = append(out, fmt.Sprintf("%s is %q, recorded %q", n, after, before))
		}
	}
	return out
}
