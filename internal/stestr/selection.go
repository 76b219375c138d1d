package stestr

import (
	"fmt"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Selection says which tests run, as the options of "tempest run" and "stestr run" do.
type Selection struct {
	Filters      []string // any of them lets a test in; none lets all in
	IncludeList  string   // file of expressions that let tests in, beside Filters
	ExcludeRegex string
	ExcludeList  string // file of expressions that keep tests out
	LoadList     string // file of ids to choose from; "" chooses from all
	WorkerFile   string // file that spreads tests over workers; what it does not name stays out
}

// Select returns the ids that run, in their order. Of a load list it returns unknown ids too: whoever asked for them must get
// an answer.
func (s Selection) Select(ids []string) ([]string, error) {
	if s.LoadList != "" {
		listed, err := ReadIDs(s.LoadList)
		if err != nil {
			return nil, err
		}
		ids = inOrder(listed, ids)
	}
	let, err := s.let()
	if err != nil {
		return nil, err
	}
	keep, err := s.keepOut()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, id := range ids {
		in := len(let) == 0
		for _, set := range let {
			found, err := anyMatches(set, id)
			if err != nil {
				return nil, err
			}
			in = found
			if !in {
				break
			}
		}
		kept, err := anyMatches(keep, id)
		if err != nil {
			return nil, err
		}
		if in && !kept {
			out = append(out, id)
		}
	}
	return out, nil
}

// inOrder returns the listed ids, each once: first those of all, in that order, then the others.
func inOrder(listed, all []string) []string {
	want := map[string]bool{}
	for _, id := range listed {
		want[id] = true
	}
	var out []string
	for _, ids := range [][]string{all, listed} {
		for _, id := range ids {
			if want[id] {
				delete(want, id)
				out = append(out, id)
			}
		}
	}
	return out
}

// let returns sets of expressions; an id must match one of each set.
func (s Selection) let() ([][]*Regex, error) {
	var filters []*Regex
	for _, f := range s.Filters {
		r, err := CompileRegex(f, "provided in filters")
		if err != nil {
			return nil, err
		}
		filters = append(filters, r)
	}
	included, err := readRegexes(s.IncludeList, "in provided inclusion_list file")
	if err != nil {
		return nil, err
	}
	var sets [][]*Regex
	if filters = append(filters, included...); len(filters) > 0 {
		sets = append(sets, filters)
	}
	if s.WorkerFile != "" {
		workers, err := readWorkers(s.WorkerFile)
		if err != nil {
			return nil, err
		}
		sets = append(sets, workers)
	}
	return sets, nil
}

func (s Selection) keepOut() ([]*Regex, error) {
	out, err := readRegexes(s.ExcludeList, "in provided exclusion list file")
	if err != nil || s.ExcludeRegex == "" {
		return out, err
	}
	r, err := CompileRegex(s.ExcludeRegex, "used for exclude_regex")
	return append(out, r), err
}

func anyMatches(set []*Regex, id string) (bool, error) {
	for _, r := range set {
		if found, err := r.Search(id); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// readRegexes reads a list file: an expression a line, up to a "#".
func readRegexes(path, where string) ([]*Regex, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the list of tests: %w", err)
	}
	var out []*Regex
	for _, line := range strings.Split(string(text), "\n") {
		pattern, _, _ := strings.Cut(line, "#")
		if pattern = strings.TrimSpace(pattern); pattern == "" {
			continue
		}
		r, err := CompileRegex(pattern, where)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// readWorkers reads the expressions of a worker file. How it spreads tests does not matter here: there is one process.
func readWorkers(path string) ([]*Regex, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the worker file: %w", err)
	}
	var workers []struct {
		Worker []string `yaml:"worker"`
	}
	if err := yaml.Unmarshal(text, &workers); err != nil {
		return nil, fmt.Errorf("read the worker file %s: %w", path, err)
	}
	var out []*Regex
	for _, w := range workers {
		for _, pattern := range w.Worker {
			r, err := CompileRegex(pattern, "in the worker file "+path)
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("read the worker file %s: it names no tests", path)
	}
	return out, nil
}
