package reports

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
)

// WriteText writes the comparison for a console.
func (d *Diff) WriteText(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s\n%s -> %s: %s\n", clean(d.Sentence(), terminal), clean(d.Before, terminal), clean(d.After, terminal), d.rest())
	for _, l := range d.lists() {
		if len(l.Changes) == 0 {
			continue
		}
		fmt.Fprintf(out, "\n%s: %d\n", l.Heading, len(l.Changes))
		for _, c := range l.Changes {
			id := parseID(c.ID)
			line := " - " + id.where() + " " + id.name
			if what := c.what(); what != "" {
				line += ": " + what
			}
			fmt.Fprintln(out, clean(line, terminal))
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}

type jsonDiff struct {
	Schema    int                     `json:"schema"`
	Generator string                  `json:"generator"`
	Before    string                  `json:"before"`
	After     string                  `json:"after"`
	Worse     bool                    `json:"worse"`
	Sentence  string                  `json:"sentence"`
	Unchanged int                     `json:"unchanged"`
	Changes   map[string][]jsonChange `json:"changes"`
}

type jsonChange struct {
	ID      string       `json:"id"`
	Service string       `json:"service,omitempty"`
	Before  *jsonOutcome `json:"before"`
	After   *jsonOutcome `json:"after"`
	Instead *jsonOutcome `json:"instead,omitempty"`
}

type jsonOutcome struct {
	ID      string  `json:"id,omitempty"` // of a fixture that stands for the test
	Status  string  `json:"status"`
	Seconds float64 `json:"seconds"`
	Error   string  `json:"error,omitempty"`
	Message string  `json:"message,omitempty"`
}

// WriteJSON writes the comparison as described in docs/results-json.md.
func (d *Diff) WriteJSON(w io.Writer) error {
	doc := jsonDiff{
		Schema: JSONSchema, Generator: rootName, Before: d.Before, After: d.After, Worse: d.Worse(),
		Sentence: d.Sentence(), Unchanged: d.Unchanged, Changes: map[string][]jsonChange{},
	}
	for _, l := range d.lists() {
		changes := make([]jsonChange, 0, len(l.Changes))
		for _, c := range l.Changes {
			change := jsonChange{
				ID: c.ID, Service: parseID(c.ID).service(), Before: newJSONOutcome(c.Before), After: newJSONOutcome(c.After),
				Instead: newJSONOutcome(c.Instead),
			}
			if change.Instead != nil {
				change.Instead.ID = c.Instead.ID
			}
			changes = append(changes, change)
		}
		doc.Changes[l.key] = changes
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("encode comparison: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}

func newJSONOutcome(t *Test) *jsonOutcome {
	if t == nil {
		return nil
	}
	return &jsonOutcome{Status: t.Status.String(), Seconds: seconds(t.Duration()), Error: t.Kind, Message: t.Message}
}

// WriteHTML writes the comparison as one page like HTML's.
func (d *Diff) WriteHTML(w io.Writer) error {
	page, err := template.ParseFS(assets, "assets/*.tmpl")
	if err != nil {
		return fmt.Errorf("parse the page's templates: %w", err)
	}
	before, after := clean(d.Before, markup), clean(d.After, markup)
	head := pageHead{
		Policy: policy(), Title: before + " → " + after, Sentence: clean(d.Sentence(), markup), Successful: !d.Worse(),
		When: d.rest(), CSS: template.CSS(asset("page.css")), Columns: 2,
	}
	body := pageDiff{Before: before, After: after}
	for _, l := range d.lists() {
		if len(l.Changes) > 0 {
			body.Lists = append(body.Lists, newPageChanges(l))
		}
	}
	out := bufio.NewWriter(w)
	for _, part := range []struct {
		name string
		data any
	}{{"open", head}, {"diff", body}, {"close", pageScript()}} {
		if err := page.ExecuteTemplate(out, part.name, part.data); err != nil {
			return fmt.Errorf("write comparison: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}

type pageDiff struct {
	Before, After string
	Lists         []pageChanges
}

type pageChanges struct {
	Heading string
	N       int
	Chunks  [][]pageChange
}

type pageChange struct {
	Where, Name, Attributes, Class, What string
	Before, After                        cellData
}

func newPageChanges(l diffList) pageChanges {
	p := pageChanges{Heading: l.Heading, N: len(l.Changes)}
	for i, c := range l.Changes {
		if i%rowsInChunk == 0 {
			p.Chunks = append(p.Chunks, nil)
		}
		id := parseID(clean(c.ID, markup))
		last := &p.Chunks[len(p.Chunks)-1]
		*last = append(*last, pageChange{
			Where: id.where(), Name: id.name, Attributes: id.attrs, Class: id.class, What: c.what(),
			Before: changeCell(c.Before), After: changeCell(c.After),
		})
	}
	return p
}

func changeCell(t *Test) cellData {
	if t == nil {
		return cellData{Text: "no result", Class: "dim"}
	}
	return cellData{Text: cellText(t), Class: outcomeOf(t.Status).class}
}
