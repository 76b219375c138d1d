package phases

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/tempestconf"
)

// Pre-provisioned accounts ([auth] use_dynamic_credentials = false, test_accounts_file): create takes one out of Tempest's
// pool by making its lock file, verify and delete work as the same, and delete puts it back. The record holds the account's
// hash and ids; its password stays in the accounts file and is read there again.

// invalidCredentials is the exception of Tempest's account provider.
const invalidCredentials = "tempest.lib.exceptions.InvalidCredentials"

// allotAccount is setup_credentials of create with pre-provisioned accounts.
func (f *Fixture) allotAccount(ctx context.Context, s Service, resumed bool) error {
	if err := f.connected(); err != nil {
		return err
	}
	if resumed {
		if err := f.sameCloud(); err != nil {
			return err
		}
		h := f.Journal.Header()
		if h.Credential.Kind != state.PreProvisioned {
			return f.otherCredential(h.Credential.Kind)
		}
		return f.loadAccount(ctx, h)
	}
	suitable, err := f.suitableAccounts(ctx, s)
	if err != nil {
		return err
	}
	run, err := newRunID()
	if err != nil {
		return err
	}
	a, err := f.takeAccount(ctx, run, suitable)
	if err != nil {
		return err
	}
	if err = f.beginWith(ctx, run, a); err != nil {
		// What was not begun will never be deleted, so that nobody else would put the account back.
		return errors.Join(err, f.releaseAccount(ctx, run, a.Hash))
	}
	return nil
}

// suitableAccounts are the accounts that may be allotted. A role that none has skips the class.
func (f *Fixture) suitableAccounts(ctx context.Context, s Service) ([]tempestconf.Account, error) {
	all, err := f.accounts(ctx)
	if err != nil {
		return nil, err
	}
	var roles []string
	if s.Roles != nil {
		roles = s.Roles()
	}
	suitable, err := cloud.SuitableAccounts(f.Config, all, roles)
	var none *cloud.NoAccountError
	switch {
	case errors.As(err, &none) && none.Missing != "":
		return nil, &Skip{Reason: fmt.Sprintf("%s skipped because the configured credential provider is not able to provide credentials with the %s role assigned.", f.ID.Name(), none.Missing)}
	case err != nil:
		return nil, f.accountFailure(err)
	}
	return suitable, nil
}

// accounts reads the accounts file.
func (f *Fixture) accounts(ctx context.Context) ([]tempestconf.Account, error) {
	path := f.Config.AccountsFile()
	all, err := tempestconf.LoadAccounts(path)
	if err != nil {
		return nil, &cloud.ConfigurationError{Text: err.Error(), Err: err}
	}
	for _, a := range all {
		f.Log.Secrets.Add(a.Password)
		for _, note := range a.Notes {
			f.Log.Warn(ctx, "%s (%s)", note, path)
		}
	}
	return all, nil
}

// takeAccount allots one of the accounts to a run.
func (f *Fixture) takeAccount(ctx context.Context, run string, suitable []tempestconf.Account) (tempestconf.Account, error) {
	hashes := make([]string, len(suitable))
	for i, a := range suitable {
		hashes[i] = a.Hash
	}
	hash, shared, err := f.accountLocks().Take(ctx, hashes, f.accountHolder(run))
	if err != nil {
		return tempestconf.Account{}, f.accountFailure(err)
	}
	a := suitable[slices.Index(hashes, hash)]
	f.Log.Info(ctx, "%s allocated the account %s of %s (lock file %s).", f.ID.Name(), accountName(a), f.Config.AccountsFile(), hash)
	if shared {
		f.Log.Info(ctx, "The accounts file has no free account for every service of this run; %s is shared among them.", accountName(a))
	}
	if h := f.Journal.Header(); h.Credential.Account != "" && h.Credential.Account != hash && !f.Journal.Deleted() {
		// An earlier create that made nothing; its record is about to be replaced.
		return a, f.releaseAccount(ctx, h.Run, h.Credential.Account)
	}
	return a, nil
}

// beginWith authenticates an account and begins a run in its project.
func (f *Fixture) beginWith(ctx context.Context, run string, a tempestconf.Account) error {
	session := f.conn.Session(cloud.AccountAuth(f.Config, a))
	token, err := session.Token(ctx)
	if err != nil {
		return err
	}
	if token.ProjectID == "" {
		return configurationError("the account %s of %s has no project", accountName(a), f.Config.AccountsFile())
	}
	name := a.Username
	if name == "" {
		name = token.UserName
	}
	f.user, f.account = session, a
	return f.beginRun(run, state.Credential{
		Kind: state.PreProvisioned, Name: name, Account: a.Hash, Project: token.ProjectID, User: token.UserID,
	})
}

// loadAccount is setup_credentials of verify and delete: the account that create was given. The recorded ids pin user and
// project, so that nothing needs to be asked to know that they are the same.
func (f *Fixture) loadAccount(ctx context.Context, h state.Header) error {
	if f.Config.Cloud != nil || f.Config.AccountsFile() == "" {
		return configurationError("the %s resources of run %s were made with the account %s of an accounts file; name the file with [auth] test_accounts_file, as create did", h.Service, h.Run, h.Credential.Name)
	}
	if err := f.connected(); err != nil {
		return err
	}
	if err := f.sameCloud(); err != nil {
		return err
	}
	all, err := f.accounts(ctx)
	if err != nil {
		return err
	}
	a, err := f.recordedAccount(ctx, h, all)
	if err != nil {
		return err
	}
	if err := f.holdAccount(ctx, h, a); err != nil {
		return err
	}
	f.account = a
	f.user = f.conn.Session(cloud.Auth{Username: h.Credential.Name, UserID: h.Credential.User, Password: a.Password, ProjectID: h.Credential.Project})
	return nil
}

// holdAccount keeps others from being allotted the account. That it cannot be kept stops nothing.
func (f *Fixture) holdAccount(ctx context.Context, h state.Header, a tempestconf.Account) error {
	if f.readOnly {
		return nil
	}
	others, err := f.accountLocks().Hold(ctx, a.Hash, f.accountHolder(h.Run))
	switch {
	case ctx.Err() != nil:
		return err
	case err != nil:
		f.Log.Warn(ctx, "The lock file of the account %s cannot be kept: %v", h.Credential.Name, err)
	case len(others) > 0:
		f.Log.Warn(ctx, "The account %s, in which resources of this run are, is in use by others too: %v", h.Credential.Name, others)
	}
	return nil
}

// recordedAccount finds the account of the record in the accounts file: by its hash, or, where its password or the way it is
// written has changed since, by its user.
func (f *Fixture) recordedAccount(ctx context.Context, h state.Header, all []tempestconf.Account) (tempestconf.Account, error) {
	c := h.Credential
	find := func(fits func(tempestconf.Account) bool) int { return slices.IndexFunc(all, fits) }
	if i := find(func(a tempestconf.Account) bool { return a.Hash == c.Account }); i >= 0 {
		return all[i], nil
	}
	i := find(func(a tempestconf.Account) bool { return a.UserID != "" && a.UserID == c.User })
	if i < 0 {
		i = find(func(a tempestconf.Account) bool { return a.UserID == "" && a.Username == c.Name })
	}
	if i < 0 {
		return tempestconf.Account{}, configurationError("the account %s, with which the %s resources of run %s were made, is no longer in %s; put it back for verify and delete", c.Name, h.Service, h.Run, f.Config.AccountsFile())
	}
	f.Log.Warn(ctx, "The account %s is not written in %s as it was at create (its password or project changed); it is used with the password that stands there now, in the project of create.", c.Name, f.Config.AccountsFile())
	return all[i], nil
}

// returnAccount puts the account of a run back into Tempest's pool.
func (f *Fixture) returnAccount(ctx context.Context) error {
	h := f.Journal.Header()
	err := f.releaseAccount(ctx, h.Run, h.Credential.Account)
	if f.account.Hash != "" && f.account.Hash != h.Credential.Account {
		err = errors.Join(err, f.releaseAccount(ctx, h.Run, f.account.Hash))
	}
	return err
}

// releaseAccount removes a lock file also when the run was told to stop: else nobody would.
func (f *Fixture) releaseAccount(ctx context.Context, run, hash string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := f.accountLocks().Release(ctx, hash, f.accountHolder(run)); err != nil {
		return fmt.Errorf("release the account; remove its lock file %s by hand: %w", filepath.Join(f.accountLocks().Dir, hash), err)
	}
	return nil
}

func (f *Fixture) accountLocks() cloud.AccountLocks {
	return cloud.AccountLocks{Dir: f.Config.LockPath()}
}

// accountHolder names a run in a lock file.
func (f *Fixture) accountHolder(run string) cloud.AccountHolder {
	path := f.state.Path
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	// All phases of a run are one holder, whatever class works at the moment.
	return cloud.AccountHolder{Class: ClassID{Service: f.ID.Service, Base: f.ID.Base}.Name(), Run: run, State: host + ":" + path}
}

// accountFailure is Tempest's failure of an account that cannot be allotted.
func (f *Fixture) accountFailure(err error) error {
	var none *cloud.NoAccountError
	var inUse *cloud.AccountsInUseError
	text := ""
	switch {
	case errors.As(err, &none):
		text = fmt.Sprintf("allot an account of %s", f.Config.AccountsFile())
	case errors.As(err, &inUse):
		text = fmt.Sprintf("allot an account of %s, whose lock files are in %s", f.Config.AccountsFile(), inUse.Dir)
	default:
		return fmt.Errorf("allot an account of %s: %w", f.Config.AccountsFile(), err)
	}
	return fmt.Errorf("%s: %w", text, &Failure{
		Type: invalidCredentials, Text: "Invalid Credentials\nDetails: " + err.Error(), Cause: &cloud.ConfigurationError{Text: err.Error(), Err: err},
	})
}

func accountName(a tempestconf.Account) string {
	if a.Username != "" {
		return a.Username
	}
	return a.UserID
}

// AccountNetwork is the name of the network that the accounts file gives to the account in use; "" when there is none.
func (f *Fixture) AccountNetwork() string { return f.account.Network }
