package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/tempestconf"
)

func newStateShowCommand(global *globalOptions, env environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "show",
		Short: "Show what is recorded",
		Long: `show prints the runs that the state holds, with their resources, what was recorded
of each, and the releases that the services told at create and at each verify.
Passwords and private keys are masked. It asks no service and changes nothing.

The status is 4 where there is no state.`,
		Args: cobra.NoArgs,
	}
	form := formatFlag(c, "text", "json")
	c.RunE = func(c *cobra.Command, _ []string) error {
		form, err := form()
		if err != nil {
			return err
		}
		s, err := stateSession(global, c, env)
		if err != nil {
			return err
		}
		defer s.close()
		journals, err := openJournals(s.stateDir())
		if err != nil {
			return err
		}
		doc := newShownState(s.stateDir(), journals)
		if form == "json" {
			return writeJSON(env.stdout, doc)
		}
		w := bufio.NewWriter(env.stdout)
		doc.print(w)
		if err := w.Flush(); err != nil {
			return fmt.Errorf("show the state: %w", err)
		}
		return nil
	}
	return c
}

// openJournals opens the journals of all services. That there is none is an error.
func openJournals(dir state.Dir) ([]*state.Journal, error) {
	services, err := dir.Services()
	if err != nil {
		return nil, err
	}
	var out []*state.Journal
	for _, service := range services {
		j, err := dir.Open(service)
		if err != nil {
			return nil, err
		}
		if j.Exists() {
			out = append(out, j)
		}
	}
	if len(out) == 0 {
		return nil, &state.MissingError{Service: "any", Path: dir.Path}
	}
	return out, nil
}

// shownState is the state as it is shown: the JSON document, and what the text is made of.
type shownState struct {
	Directory string     `json:"directory"`
	Runs      []shownRun `json:"runs"`
}

// shownRun is the present run of one service.
type shownRun struct {
	Service    string           `json:"service"`
	Run        string           `json:"run"`
	Program    string           `json:"program,omitempty"`
	Began      string           `json:"began"`
	Imported   string           `json:"imported,omitempty"`
	AuthURL    string           `json:"auth_url"`
	Region     string           `json:"region,omitempty"`
	Credential state.Credential `json:"credential"`
	Status     string           `json:"status"`
	Records    []shownRecord    `json:"records"`
	Releases   []shownReleases  `json:"releases"`
}

// shownRecord is one resource.
type shownRecord struct {
	Key      string            `json:"key"`
	Kind     string            `json:"kind"`
	Name     string            `json:"name"`
	ID       string            `json:"id,omitempty"`
	Made     bool              `json:"made"`
	Details  map[string]string `json:"details,omitempty"`
	Secrets  map[string]string `json:"secrets,omitempty"` // all masked
	Baseline json.RawMessage   `json:"baseline,omitempty"`
}

// shownReleases are what the services told in one phase.
type shownReleases struct {
	Phase    string            `json:"phase"`
	Services map[string]string `json:"services"`
}

func newShownState(dir state.Dir, journals []*state.Journal) *shownState {
	doc := &shownState{Directory: dir.Path, Runs: []shownRun{}}
	for _, j := range journals {
		h := j.Header()
		run := shownRun{
			Service: h.Service, Run: h.Run, Program: h.Program, Began: h.Began.Format("2006-01-02T15:04:05Z07:00"), Imported: h.Imported,
			AuthURL: h.Cloud.AuthURL, Region: h.Cloud.Region, Credential: h.Credential, Status: statusOf(j),
			Records: []shownRecord{}, Releases: []shownReleases{},
		}
		for _, r := range j.Records("") {
			one := shownRecord{Key: r.Key, Kind: r.Kind, Name: r.Name, ID: r.ID, Made: r.Made, Details: r.Details, Baseline: r.Baseline}
			for name := range r.Secrets {
				if one.Secrets == nil {
					one.Secrets = map[string]string{}
				}
				one.Secrets[name] = tempestconf.Masked
			}
			run.Records = append(run.Records, one)
		}
		for _, r := range j.AllReleases() {
			run.Releases = append(run.Releases, shownReleases(r))
		}
		doc.Runs = append(doc.Runs, run)
	}
	return doc
}

// statusOf says in a word how far a run came.
func statusOf(j *state.Journal) string {
	sealed, complete := j.Sealed()
	switch {
	case j.Deleted():
		return "deleted"
	case j.Header().Imported != "":
		return "imported"
	case sealed && complete:
		return "complete"
	case sealed:
		return "incomplete" // a test of create failed
	}
	return "interrupted"
}

func (s *shownState) print(w io.Writer) {
	fmt.Fprintf(w, "state: %s\n", s.Directory)
	for i := range s.Runs {
		s.Runs[i].print(w)
	}
}

func (r *shownRun) print(w io.Writer) {
	fmt.Fprintf(w, "\n%s: run %s, %s\n", r.Service, r.Run, r.Status)
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(w, "  %-11s %s\n", what, oneLine(text))
		}
	}
	line("began", r.Began+" by "+orDash(r.Program))
	line("imported", r.Imported)
	line("cloud", strings.TrimSpace(r.AuthURL+" "+r.Region))
	credential := r.Credential.Kind
	if r.Credential.Name != "" {
		credential += " " + r.Credential.Name
	}
	line("credential", credential)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, rec := range r.Records {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", rec.Kind, oneLine(rec.Name), orDash(rec.ID), rec.remark())
	}
	_ = t.Flush() // the writer below tells
	printReleases(w, r.Releases)
}

// remark says what else is known of a record, in a few words.
func (r *shownRecord) remark() string {
	var out []string
	if !r.Made {
		out = append(out, "asked for, no answer recorded")
	}
	switch {
	case len(r.Baseline) > 0:
		out = append(out, "baseline recorded")
	case r.Details["imported"] != "":
		out = append(out, "baseline not recorded")
	}
	for _, name := range slices.Sorted(maps.Keys(r.Secrets)) {
		out = append(out, name+" "+r.Secrets[name])
	}
	return strings.Join(out, ", ")
}

// printReleases shows what the services told, create's beside the last verify's.
func printReleases(w io.Writer, all []shownReleases) {
	if len(all) == 0 {
		return
	}
	first, last := all[0], all[len(all)-1]
	fmt.Fprintf(w, "  releases at %s", first.Phase)
	if len(all) > 1 {
		fmt.Fprintf(w, " and at %s", last.Phase)
	}
	fmt.Fprintln(w)
	names := maps.Clone(first.Services)
	maps.Copy(names, last.Services)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		fmt.Fprintf(w, "    %-13s %s\n", name, pairText(first.Services[name], last.Services[name]))
	}
}
