package swift

import (
	"fmt"
	"html"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

const (
	textListing = "text/plain; charset=utf-8"
	jsonListing = "application/json; charset=utf-8"
	xmlListing  = "application/xml; charset=utf-8"
	xmlText     = "text/xml; charset=utf-8"
)

// entry is one line of a listing.
type entry struct {
	name   string
	subdir bool
	fields wire.M
}

// listingFormat follows ?format= and then the Accept header.
func (q *request) listingFormat() (string, error) {
	switch q.Query("format") {
	case "json":
		return jsonListing, nil
	case "xml":
		return xmlListing, nil
	case "plain":
		return textListing, nil
	}
	if q.Query("format") != "" {
		return textListing, nil // an unknown one
	}
	format := acceptedFormat(q.R.Header.Get("Accept"))
	if format == "" {
		return "", refuse(http.StatusNotAcceptable)
	}
	q.W.Header().Set("Vary", "Accept")
	return format, nil
}

func acceptedFormat(accept string) string {
	if accept == "" {
		return textListing
	}
	for _, wanted := range strings.Split(accept, ",") {
		wanted, _, _ = strings.Cut(strings.TrimSpace(wanted), ";")
		switch wanted {
		case "text/plain", "text/*", "*/*":
			return textListing
		case "application/json", "application/*":
			return jsonListing
		case "application/xml":
			return xmlListing
		case "text/xml":
			return xmlText
		}
	}
	return ""
}

// window is the part of a listing that was asked for.
type window struct {
	limit             int
	marker, end       string
	prefix, delimiter string
	reverse, directOnly/* ?path= */ bool
}

func (q *request) window() (window, error) {
	query := q.R.URL.Query()
	w := window{
		limit: listingLimit, marker: query.Get("marker"), end: query.Get("end_marker"),
		prefix: query.Get("prefix"), delimiter: query.Get("delimiter"), reverse: isTrue(query.Get("reverse")),
	}
	// A limit that is no number is ignored.
	if n, err := strconv.Atoi(query.Get("limit")); err == nil && n >= 0 {
		w.limit = n
	}
	if w.limit > listingLimit {
		return w, wire.Errorf(http.StatusPreconditionFailed, "Maximum limit is %d", listingLimit)
	}
	if query.Has("path") {
		w.directOnly, w.delimiter, w.prefix = true, "/", ""
		if path := strings.TrimRight(query.Get("path"), "/"); path != "" {
			w.prefix = path + "/"
		}
	}
	return w, nil
}

func isTrue(value string) bool {
	return slices.Contains([]string{"true", "1", "yes", "on", "t", "y"}, strings.ToLower(value))
}

type item struct {
	name   string
	subdir bool
}

// pick selects from sorted names. Names that share their text up to the
// delimiter become one subdir.
func (w window) pick(names []string) []item {
	after, before := w.marker, w.end
	if w.reverse {
		after, before = before, after
		names = slices.Clone(names)
		slices.Reverse(names)
	}
	var picked []item
	last := ""
	for _, name := range names {
		if len(picked) == w.limit {
			break
		}
		rest, ok := strings.CutPrefix(name, w.prefix)
		if !ok || (after != "" && name <= after) || (before != "" && name >= before) {
			continue
		}
		head, _, deeper := strings.Cut(rest, w.delimiter)
		if w.delimiter == "" || !deeper {
			picked = append(picked, item{name: name})
			continue
		}
		subdir := w.prefix + head + w.delimiter
		if w.directOnly || subdir == last || subdir == w.marker {
			if w.directOnly && subdir == name {
				picked = append(picked, item{name: name})
			}
			continue
		}
		last = subdir
		picked = append(picked, item{name: subdir, subdir: true})
	}
	return picked
}

// sendListing answers with a listing; in text an empty one is a 204.
func (q *request) sendListing(format, outer, outerName, inner string, entries []entry) error {
	q.W.Header().Set("Content-Type", format)
	if q.R.Method == http.MethodHead {
		return q.done(http.StatusNoContent)
	}
	switch format {
	case jsonListing:
		list := []wire.M{}
		for _, e := range entries {
			if e.subdir {
				list = append(list, wire.M{"subdir": e.name})
			} else {
				list = append(list, e.fields)
			}
		}
		return q.JSON(http.StatusOK, list)
	case xmlListing, xmlText:
		return q.Text(http.StatusOK, format, xmlBody(outer, outerName, inner, entries))
	}
	if len(entries) == 0 {
		q.W.Header().Set("Content-Length", "0")
		return q.done(http.StatusNoContent)
	}
	var b strings.Builder
	for _, e := range entries {
		b.WriteString(e.name + "\n")
	}
	return q.Text(http.StatusOK, format, b.String())
}

// xmlFields are the elements of an entry in Swift's order.
var xmlFields = []string{"name", "hash", "count", "bytes", "content_type", "last_modified"}

func xmlBody(outer, outerName, inner string, entries []entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s name=\"%s\">", outer, html.EscapeString(outerName))
	for _, e := range entries {
		if e.subdir {
			name := html.EscapeString(e.name)
			fmt.Fprintf(&b, "<subdir name=\"%s\"><name>%s</name></subdir>", name, name)
			continue
		}
		fmt.Fprintf(&b, "<%s>", inner)
		for _, field := range xmlFields {
			if value, ok := e.fields[field]; ok {
				fmt.Fprintf(&b, "<%s>%s</%s>", field, html.EscapeString(fmt.Sprint(value)), field)
			}
		}
		fmt.Fprintf(&b, "</%s>", inner)
	}
	fmt.Fprintf(&b, "</%s>", outer)
	return b.String()
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
