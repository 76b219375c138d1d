package main

import (
	"bufio"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/phases"
)

func newStateCheckCommand(global *globalOptions, env environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "check",
		Short: "Look whether the cloud still has what is recorded",
		Long: `check looks at each recorded resource and says whether it is found, missing, or
not ours: under its id there is something of another name, or without the mark of
the run. It compares no baseline (verify does), and changes nothing, neither in
the cloud nor in the state.

The status is 0 when everything is found, 1 when something is missing, is not ours
or could not be looked at, 2 for a configuration that cannot be used, and 4 where
there is no state.`,
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
		if _, err := openJournals(s.stateDir()); err != nil {
			return err
		}
		o := s.options()
		o.Concurrency = concurrency(0)
		found, err := phases.CheckState(c.Context(), o)
		if c.Context().Err() != nil {
			return phases.Interrupted()
		}
		if err != nil {
			return err
		}
		return s.tellChecked(form, found)
	}
	return c
}

// checkedRecord is one resource in the JSON document.
type checkedRecord struct {
	Service string         `json:"service"`
	Key     string         `json:"key"`
	Kind    string         `json:"kind"`
	Name    string         `json:"name"`
	ID      string         `json:"id,omitempty"`
	Finding phases.Finding `json:"finding"`
	Text    string         `json:"text,omitempty"`
}

func (s *session) tellChecked(form string, found []phases.Checked) error {
	doc := struct {
		Directory string          `json:"directory"`
		Good      bool            `json:"good"`
		Records   []checkedRecord `json:"records"`
	}{s.stateDir().Path, true, []checkedRecord{}}
	counts := map[phases.Finding]int{}
	for _, f := range found {
		counts[f.Finding]++
		doc.Good = doc.Good && f.Finding.Good()
		doc.Records = append(doc.Records, checkedRecord{
			Service: f.Service, Key: f.Record.Key, Kind: f.Record.Kind, Name: f.Record.Name, ID: f.Record.ID,
			Finding: f.Finding, Text: s.secrets.Clean(f.Text),
		})
	}
	if form == "json" {
		if err := writeJSON(s.env.stdout, doc); err != nil {
			return err
		}
	} else {
		w := bufio.NewWriter(s.env.stdout)
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, r := range doc.Records {
			text := ""
			if r.Text != "" {
				text = "\t" + oneLine(r.Text)
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s%s\n", r.Finding, r.Service, r.Kind, oneLine(r.Name), text)
		}
		_ = t.Flush() // the writer below tells
		fmt.Fprintf(w, "%d found, %d missing, %d not ours, %d not checked, %d not made.\n",
			counts[phases.Found], counts[phases.Missing], counts[phases.NotOurs], counts[phases.NotAsked], counts[phases.NotMade])
		if err := w.Flush(); err != nil {
			return fmt.Errorf("write the check: %w", err)
		}
	}
	if !doc.Good {
		return exitError(exitFailed)
	}
	return nil
}
