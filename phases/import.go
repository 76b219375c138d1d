package phases

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/tempestconf"
)

// Import is what the original plugin made for one service.
type Import struct {
	Service string // as in module names: "compute"
	Source  string // the file that told of it
	Records []state.Record
	// Account owns the resources where no user was made for them; nil where Records hold project and user.
	Account *ImportedAccount
}

// ImportedAccount is the account of an accounts file with which the original worked.
type ImportedAccount struct{ Name, UserID, ProjectID string }

// ImportedRun is a run that came about by an import.
type ImportedRun struct {
	Service string
	Run     string
	Path    string // of its journal
	Records int
}

// ImportState takes resources over into an empty state. Nothing is sent to the cloud; its address is that of the
// configuration, which a pickle does not hold. Either all is imported or nothing.
func ImportState(ctx context.Context, o Options, all []Import) ([]ImportedRun, error) {
	var fixtures []*Fixture
	defer func() {
		for _, f := range fixtures {
			f.close()
		}
	}()
	var credentials []state.Credential
	for _, in := range all {
		f := &Fixture{
			ID: ClassID{Service: in.Service, Phase: Create}, Config: o.Config, Log: o.Log, program: o.Program, state: o.State, connect: o.Connect,
		}
		fixtures = append(fixtures, f)
		c, err := f.prepareImport(ctx, in)
		if err != nil {
			return nil, err
		}
		credentials = append(credentials, c)
	}
	var out []ImportedRun
	for i, in := range all {
		f := fixtures[i]
		run, err := newRunID()
		if err != nil {
			return out, err
		}
		h := f.header(run, credentials[i])
		h.Imported = in.Source
		if err := f.Journal.Import(h, in.Records); err != nil {
			return out, err
		}
		out = append(out, ImportedRun{Service: in.Service, Run: run, Path: f.Journal.Path(), Records: len(in.Records)})
	}
	return out, nil
}

// prepareImport checks that verify and delete will be able to work with what is imported, and that nothing is lost by it.
func (f *Fixture) prepareImport(ctx context.Context, in Import) (state.Credential, error) {
	none := state.Credential{}
	if err := f.connected(); err != nil {
		return none, err
	}
	c, err := f.importedCredential(ctx, in)
	if err != nil {
		return none, err
	}
	if err := f.openState(ctx); err != nil {
		return none, err
	}
	if left := f.Journal.Records(""); len(left) > 0 && !f.Journal.Deleted() {
		h := f.Journal.Header()
		return none, &state.Error{Op: "import into", Path: f.Journal.Path(), Err: fmt.Errorf(
			"it holds %d %s resources of run %s already; delete them first, or import into another directory with --state-dir", len(left), h.Service, h.Run)}
	}
	return c, nil
}

// importedCredential says as whom verify and delete will work.
func (f *Fixture) importedCredential(ctx context.Context, in Import) (state.Credential, error) {
	if in.Account == nil {
		// The project and its user are removed by an admin.
		if _, err := cloud.IdentityAuth(f.Config); err != nil {
			return state.Credential{}, fmt.Errorf("find the admin who will delete the project of %s: %w", in.Source, err)
		}
		return state.Credential{Kind: state.Dynamic}, nil
	}
	a := in.Account
	if f.Config.Cloud != nil || f.Config.AccountsFile() == "" {
		return state.Credential{}, configurationError("%s was written for the user %s, whom Tempest did not make; name the accounts file that has this user with [auth] test_accounts_file", in.Source, a.Name)
	}
	all, err := f.accounts(ctx)
	if err != nil {
		return state.Credential{}, err
	}
	i := slices.IndexFunc(all, func(t tempestconf.Account) bool {
		return t.UserID != "" && t.UserID == a.UserID || t.UserID == "" && t.Username == a.Name
	})
	if i < 0 {
		return state.Credential{}, configurationError("%s was written for the user %s, who is not in %s", in.Source, a.Name, f.Config.AccountsFile())
	}
	return state.Credential{Kind: state.PreProvisioned, Name: a.Name, Account: all[i].Hash, Project: a.ProjectID, User: a.UserID}, nil
}

// refuseImported refuses to create over an import: what is missing there would be made in the original's project and under
// its names, and could not be told from what the original made.
func (f *Fixture) refuseImported() error {
	h := f.Journal.Header()
	if h.Imported == "" {
		return nil
	}
	return &state.Error{Op: "create over", Path: f.Journal.Path(), Err: errors.New(
		"its resources were imported from " + h.Imported + "; verify and delete work with them, and create needs another --state-dir")}
}

// NotRecorded tells people, and the test's log, what of an imported resource was not compared, because the original plugin
// recorded nothing of it.
func (f *Fixture) NotRecorded(ctx context.Context, format string, args ...any) {
	sentence := fmt.Sprintf(format, args...)
	f.Log.Warn(ctx, "%s", sentence)
	if f.note != nil && f.Journal.Header().Imported != "" {
		f.note(sentence)
	}
}
