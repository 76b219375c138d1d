package stestr

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TestTime is how long a test took.
type TestTime struct {
	ID   string
	Took time.Duration
}

// withoutAttributes is the id as stestr keeps times by: without the text in brackets.
func withoutAttributes(id string) string {
	open, shut := strings.IndexByte(id, '['), strings.IndexByte(id, ']')
	if open > 0 && shut > open {
		return id[:open] + id[shut+1:]
	}
	return id
}

// seconds is Python's str() of the number of seconds, for whole microseconds.
func seconds(d time.Duration) string {
	s := strconv.FormatFloat(d.Truncate(time.Microsecond).Seconds(), 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// slowestShown is how many tests "stestr slowest" shows.
const slowestShown = 10

// PrintSlowest writes the slowest tests as "stestr slowest" does.
func PrintSlowest(w io.Writer, times []TestTime) error {
	sorted := slices.Clone(times)
	slices.SortStableFunc(sorted, func(a, b TestTime) int { return cmp.Compare(b.Took, a.Took) })
	sorted = sorted[:min(len(sorted), slowestShown)]
	rows := make([][2]string, 0, len(sorted))
	width := [2]int{len("Test id"), len("Runtime (s)")}
	numbers := 0
	for _, t := range sorted {
		rows = append(rows, [2]string{withoutAttributes(t.ID), fmt.Sprintf("%.3f", t.Took.Seconds())})
		numbers = max(numbers, len(rows[len(rows)-1][1]))
	}
	for i := range rows {
		rows[i][1] = fmt.Sprintf("%*s", numbers, rows[i][1])
		width[0] = max(width[0], len(rows[i][0]))
	}
	var b strings.Builder
	if len(rows) > 0 {
		fmt.Fprintf(&b, "%-*s  %s\n", width[0], "Test id", "Runtime (s)")
		fmt.Fprintf(&b, "%s  %s\n", strings.Repeat("-", width[0]), strings.Repeat("-", width[1]))
	}
	for _, r := range rows {
		fmt.Fprintf(&b, "%-*s  %s\n", width[0], r[0], r[1])
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the slowest tests: %w", err)
	}
	return nil
}

// dumbBlock is the size to which Python's dbm.dumb aligns values, in bytes.
const dumbBlock = 512

// dumbEntry is a line of a dbm.dumb index: a Python string and where its value is.
var dumbEntry = regexp.MustCompile(`^'([^'\\]*)', \((\d+), (\d+)\)$`)

type dumbPlace struct{ at, size int64 }

// readDumb reads the index of a dbm.dumb database. One that cannot be understood is empty: what it holds is of little worth.
func readDumb(index string) (places map[string]dumbPlace, order []string) {
	places = map[string]dumbPlace{}
	for _, line := range strings.Split(strings.TrimSpace(index), "\n") {
		if line == "" {
			continue
		}
		m := dumbEntry.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			return map[string]dumbPlace{}, nil
		}
		at, _ := strconv.ParseInt(m[2], 10, 64)
		size, _ := strconv.ParseInt(m[3], 10, 64)
		places[m[1]] = dumbPlace{at, size}
		order = append(order, m[1])
	}
	return places, order
}

// updateTimes writes how long tests took into times.dbm, a database of Python's dbm.dumb, by which stestr spreads tests over
// workers and finds the slowest.
func (r *Repository) updateTimes(times []TestTime) error {
	const name = "times.dbm"
	index, err := os.ReadFile(r.path(name + ".dir"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the times of tests: %w", err)
	}
	places, order := readDumb(string(index))
	data, err := os.OpenFile(r.path(name+".dat"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("write the times of tests: %w", err)
	}
	defer data.Close()
	info, err := data.Stat()
	if err != nil {
		return fmt.Errorf("write the times of tests: %w", err)
	}
	end := (info.Size() + dumbBlock - 1) / dumbBlock * dumbBlock
	for _, t := range times {
		key, value := withoutAttributes(t.ID), seconds(t.Took)
		if strings.ContainsAny(key, "'\\\n") {
			continue
		}
		place, known := places[key]
		if !known {
			place.at = end
			end += dumbBlock
			order = append(order, key)
		}
		places[key] = dumbPlace{place.at, int64(len(value))}
		if _, err := data.WriteAt([]byte(value), place.at); err != nil {
			return fmt.Errorf("write the times of tests: %w", err)
		}
	}
	return r.replace(name+".dir", func(w io.Writer) error {
		for _, key := range order {
			if _, err := fmt.Fprintf(w, "'%s', (%d, %d)\n", key, places[key].at, places[key].size); err != nil {
				return err
			}
		}
		return nil
	})
}
