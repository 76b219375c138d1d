package reports

import (
	"bufio"
	"slices"
	"sort"
	"strings"

	"opendev.org/x/persistent-resources/subunit"
)

// rowsInChunk is how many rows a browser lays out together, when they come into view.
const rowsInChunk = 50

// openBelow is the number of tests up to which every class is unfolded.
const openBelow = 60

// pageGroup is the tests of one class.
type pageGroup struct {
	class   string
	rows    []*pageRow
	summary subunit.Summary
}

// pageRow is one test in all streams.
type pageRow struct {
	id    testID
	cells []pageCell // one a stream
}

type pageCell struct {
	test   *Test // nil: the stream has no result of the test
	part   part
	anchor string
}

// groups puts the results of all streams together: the n-th result of an id in one stream stands beside the n-th in
// another. Failures come first, and classes with failures.
func (h *HTML) groups() []*pageGroup {
	type key struct {
		id    string
		nth   int
		class string
	}
	byClass := map[string]*pageGroup{}
	rows := map[key]*pageRow{}
	var groups []*pageGroup
	for _, s := range h.streams {
		seen := map[string]int{}
		for i := range s.run.Tests {
			t := &s.run.Tests[i]
			id := parseID(clean(t.ID, markup))
			g := byClass[id.class]
			if g == nil {
				g = &pageGroup{class: id.class}
				byClass[id.class] = g
				groups = append(groups, g)
			}
			k := key{t.ID, seen[t.ID], id.class}
			seen[t.ID]++
			row := rows[k]
			if row == nil {
				row = &pageRow{id: id, cells: make([]pageCell, len(h.streams))}
				rows[k] = row
				g.rows = append(g.rows, row)
			}
			row.cells[s.index] = pageCell{t, s.parts[i], s.anchor(i)}
			g.summary.Add(&subunit.Result{Status: t.Status})
		}
	}
	for _, g := range groups {
		sort.SliceStable(g.rows, func(i, j int) bool { return g.rows[i].failed() && !g.rows[j].failed() })
	}
	sort.SliceStable(groups, func(i, j int) bool { return !groups[i].summary.Successful() && groups[j].summary.Successful() })
	return groups
}

func (r *pageRow) failed() bool {
	return slices.ContainsFunc(r.cells, func(c pageCell) bool { return c.test != nil && isFailure(c.test.Status) })
}

func (h *HTML) tests(out *bufio.Writer) error {
	var labels []string
	for _, s := range h.streams {
		labels = append(labels, s.run.Label)
	}
	err := h.page.ExecuteTemplate(out, "tests", map[string]any{"Filters": filtersOf(h.all.summary), "Labels": labels})
	if err != nil {
		return err
	}
	total := h.all.summary.Total()
	for _, g := range h.groups() {
		if err := h.group(out, g, total <= openBelow); err != nil {
			return err
		}
	}
	return nil
}

func (h *HTML) group(out *bufio.Writer, g *pageGroup, open bool) error {
	module, class := "", g.class
	if i := strings.LastIndexByte(g.class, '.'); i >= 0 {
		module, class = g.class[:i], g.class[i+1:]
	}
	if class == "" {
		class = "(no class)"
	}
	bad := !g.summary.Successful() && len(g.rows) <= rowsInChunk
	err := h.page.ExecuteTemplate(out, "groupOpen", map[string]any{
		"N": len(g.rows), "Open": open || bad, "Class": class, "Module": module, "Counts": countsOf(g.summary),
	})
	if err != nil {
		return err
	}
	for len(g.rows) > 0 {
		n := min(len(g.rows), rowsInChunk)
		if err := h.chunk(out, g.rows[:n]); err != nil {
			return err
		}
		g.rows = g.rows[n:]
	}
	_, err = out.WriteString("</details>\n")
	return err
}

type rowData struct {
	Folds            bool
	Keys             string // of the statuses, for the filter
	Name, Attributes string
	Notes            []string
	Cells            []cellData
}

// cellData has an anchor where there is nothing to unfold that has it.
type cellData struct{ Class, Label, Text, Anchor string }

func (h *HTML) chunk(out *bufio.Writer, rows []*pageRow) error {
	if err := h.page.ExecuteTemplate(out, "chunkOpen", len(rows)); err != nil {
		return err
	}
	for _, row := range rows {
		data := h.row(row)
		if err := h.page.ExecuteTemplate(out, "rowOpen", data); err != nil {
			return err
		}
		end := "</div>\n"
		if data.Folds {
			end = "</details>\n"
			for _, c := range row.cells {
				if err := h.spool.copyPart(out, c.part); err != nil {
					return err
				}
			}
		}
		if _, err := out.WriteString(end); err != nil {
			return err
		}
	}
	_, err := out.WriteString("</div>\n")
	return err
}

func (h *HTML) row(row *pageRow) rowData {
	data := rowData{Name: row.id.name, Attributes: row.id.attrs, Notes: h.notes(row)}
	for i, c := range row.cells {
		if c.test == nil {
			data.Cells = append(data.Cells, cellData{})
			continue
		}
		o := outcomeOf(c.test.Status)
		cell := cellData{Class: o.class, Text: cellText(c.test)}
		if len(h.streams) > 1 {
			cell.Label = h.streams[i].run.Label
		}
		if c.part.size > 0 {
			data.Folds = true
		} else {
			cell.Anchor = c.anchor
		}
		data.Cells = append(data.Cells, cell)
		data.Keys += o.key
	}
	return data
}

// notes are the reasons in a row, with the streams' labels where one of them has another.
func (h *HTML) notes(row *pageRow) []string {
	var notes, labels []string
	same := true
	for i, c := range row.cells {
		if c.test == nil {
			continue
		}
		same = same && c.test.Message == row.message()
		if c.test.Message != "" {
			notes = append(notes, c.test.Message)
			labels = append(labels, h.streams[i].run.Label)
		}
	}
	if same {
		return notes[:min(len(notes), 1)]
	}
	for i := range notes {
		notes[i] = labels[i] + ": " + notes[i]
	}
	return notes
}

// message is the reason of the row's first result.
func (r *pageRow) message() string {
	for _, c := range r.cells {
		if c.test != nil {
			return c.test.Message
		}
	}
	return ""
}
