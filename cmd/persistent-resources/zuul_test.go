package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"opendev.org/x/persistent-resources/internal/stestr"
)

// zuulJob is what a job of zuul.d says that can be wrong without Zuul noticing.
type zuulJob struct {
	Name   string         `yaml:"name"`
	Parent string         `yaml:"parent"`
	PreRun string         `yaml:"pre-run"`
	Vars   map[string]any `yaml:"vars"`
}

func zuulJobs(t *testing.T) map[string]zuulJob {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "zuul.d", "jobs.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var items []struct {
		Job     *zuulJob       `yaml:"job"`
		Project map[string]any `yaml:"project"`
	}
	if err := yaml.Unmarshal(text, &items); err != nil {
		t.Fatal(err)
	}
	jobs := map[string]zuulJob{}
	for _, i := range items {
		if i.Job != nil {
			jobs[i.Job.Name] = *i.Job
		}
	}
	return jobs
}

// TestZuulJobs checks the expressions, the refusal of "tempest cleanup" and the words of the environment.
func TestZuulJobs(t *testing.T) {
	jobs := zuulJobs(t)
	selects := map[string][]string{
		"persistent-resources-lifecycle": {"persistent-create", "persistent-verify", "persistent-cleanup"},
		"persistent-resources-create":    {"persistent-create"},
		"persistent-resources-verify":    {"persistent-verify"},
		"persistent-resources-cleanup":   {"persistent-cleanup"},
	}
	for name, attributes := range selects {
		regex, _ := jobs[name].Vars["tempest_test_regex"].(string)
		filters, err := stestr.SplitRegex(regex)
		if err != nil || len(filters) != 1 {
			t.Fatalf("%s: expression %q: %v", name, regex, err)
		}
		all := ownIDs(func(string) bool { return true })
		got, err := stestr.Selection{Filters: filters}.Select(all)
		if err != nil {
			t.Fatal(err)
		}
		want := ownIDs(func(id string) bool {
			return slices.ContainsFunc(attributes, func(a string) bool { return strings.Contains(id, a) })
		})
		if !slices.Equal(got, want) {
			t.Errorf("%s selects %v, want %v", name, got, want)
		}
		if jobs[name].Parent != "persistent-resources-tempest" {
			t.Errorf("%s has the parent %s", name, jobs[name].Parent)
		}
	}
	for _, name := range []string{"persistent-resources-tempest", "persistent-resources-grenade"} {
		if _, err := os.Stat(filepath.Join("..", "..", jobs[name].PreRun)); err != nil || jobs[name].PreRun == "" {
			t.Errorf("%s refuses nothing: %q, %v", name, jobs[name].PreRun, err)
		}
		if _, set := jobs[name].Vars["run_tempest_cleanup"]; set {
			t.Errorf("%s sets run_tempest_cleanup", name)
		}
	}
	environment, _ := jobs["persistent-resources-tempest"].Vars["tempest_tox_environment"].(map[string]any)
	python, _ := environment["PYTHON"].(string)
	call, ok, err := stestr.ParseCall(append(strings.Fields(python)[1:], "-m", "stestr.subunit_runner.run", "discover", "-t", "./", "./", "--list"))
	if err != nil || !ok || strings.Join(call.Before, " ") != "--with python3" {
		t.Errorf("PYTHON is %q: %v, %v", python, call.Before, err)
	}
}

// TestZuulAttributes: what Zuul does not know makes it refuse the whole file. The names are those of its documentation, of what
// it reads of jobs and of projects.
func TestZuulAttributes(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "zuul.d", "jobs.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var items []map[string]map[string]any
	if err := yaml.Unmarshal(text, &items); err != nil {
		t.Fatal(err)
	}
	known := map[string][]string{
		"job": {
			"abstract", "allowed-projects", "ansible-version", "attempts", "branches", "dependencies", "description", "extra-vars",
			"failure-output", "files", "final", "group-vars", "host-vars", "intermediate", "irrelevant-files", "name", "nodeset",
			"override-checkout", "parent", "post-run", "post-timeout", "pre-run", "pre-timeout", "protected", "provides",
			"required-projects", "requires", "roles", "run", "secrets", "semaphores", "tags", "timeout", "vars", "voting",
		},
		"project": {"check", "gate", "name", "queue", "templates", "vars"},
	}
	jobs := map[string]bool{}
	for _, item := range items {
		for kind, attributes := range item {
			for name := range attributes {
				if !slices.Contains(known[kind], name) {
					t.Errorf("%s %v has the attribute %q", kind, attributes["name"], name)
				}
			}
			if name, _ := attributes["name"].(string); kind == "job" {
				if description, _ := attributes["description"].(string); name == "" || jobs[name] || description == "" {
					t.Errorf("job %q: it is there twice, or it has no name or no description", name)
				}
				jobs[name] = true
			}
		}
		for _, pipeline := range []string{"check", "gate"} {
			p, _ := item["project"][pipeline].(map[string]any)
			run, _ := p["jobs"].([]any)
			for _, job := range run {
				if name, _ := job.(string); !jobs[name] {
					t.Errorf("%s runs %v, which is not defined before", pipeline, job)
				}
			}
		}
	}
	if len(jobs) < 5 {
		t.Errorf("the jobs are %v", jobs)
	}
}
