package preflight

import (
	"context"
	"errors"
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/tempestconf"
)

const accountsOption = "auth.test_accounts_file"

// accounts checks the accounts file and authenticates the account that each service would be given, the first of which then
// looks at the cloud.
func (c *checker) accounts(ctx context.Context) bool {
	all, err := tempestconf.LoadAccounts(c.c.AccountsFile())
	if err != nil {
		c.add(Fail, accountsOption, "%v", err)
		return false
	}
	if len(all) == 0 {
		c.add(Fail, accountsOption, "%s holds no account", c.c.AccountsFile())
		return false
	}
	for _, a := range all {
		for _, note := range a.Notes {
			c.add(Note, accountsOption, "%s", note)
		}
	}
	var first *worker
	taken := map[string]bool{}
	tried := map[string]bool{}
	for _, newService := range c.o.Services {
		s := newService(&phases.Fixture{Config: c.c})
		if !c.runs(s.Name) {
			continue
		}
		a, ok := c.account(s, all, taken)
		if !ok || tried[a.Hash] {
			continue
		}
		taken[a.Hash], tried[a.Hash] = true, true
		if !c.authenticate(ctx, cloud.AccountAuth(c.c, a)) {
			continue
		}
		c.work.account = a
		if c.work.token.ProjectID == "" {
			c.add(Fail, accountsOption, "the account %s has no project", a.Username)
		}
		if s.Name == "object_storage" {
			c.operator(c.work.token)
		}
		if first == nil || s.Name == "compute" {
			first = c.work
		}
	}
	if first != nil {
		c.use(first)
	}
	return first != nil
}

// account is the account that a service would be given now.
func (c *checker) account(s phases.Service, all []tempestconf.Account, taken map[string]bool) (tempestconf.Account, bool) {
	var wanted []string
	if s.Roles != nil {
		wanted = s.Roles()
	}
	suitable, err := cloud.SuitableAccounts(c.c, all, wanted)
	var none *cloud.NoAccountError
	if errors.As(err, &none) {
		if none.Missing == "" {
			c.add(Fail, accountsOption, "%s: %v", s.Name, err)
			return tempestconf.Account{}, false
		}
		c.add(Skip, accountsOption+",object-storage.operator_role", "%s: %v", s.Name, err)
		skip := &c.report.Findings[len(c.report.Findings)-1]
		for _, l := range phases.List(c.o.Services) {
			if l.Class.Service == s.Name && l.Class.Phase == phases.Create {
				skip.Tests = append(skip.Tests, l.ID)
			}
		}
		return tempestconf.Account{}, false
	}
	locks := cloud.AccountLocks{Dir: c.c.LockPath()}
	if a, ok := c.recorded(s.Name, suitable); ok {
		return a, true
	}
	var holders []string
	shared := -1
	for i, a := range suitable {
		held, err := locks.Holders(a.Hash)
		if err != nil {
			c.add(Fail, "oslo_concurrency.lock_path", "%v", err)
			return a, false
		}
		if taken[a.Hash] {
			shared = i
			continue
		}
		if len(held) == 0 {
			return a, true
		}
		if slices.ContainsFunc(held, func(line string) bool { return strings.Contains(line, c.o.StateDir+")") }) {
			shared = i
		}
		holders = append(holders, held...)
	}
	if shared >= 0 {
		return suitable[shared], true
	}
	c.add(Fail, accountsOption+",oslo_concurrency.lock_path", "%s: every account is in use by %s (lock files in %s)", s.Name, strings.Join(holders, ", "), locks.Dir)
	return tempestconf.Account{}, false
}

// recorded is the account of a service whose resources are there already.
func (c *checker) recorded(service string, all []tempestconf.Account) (tempestconf.Account, bool) {
	j, err := c.state().Open(service)
	if err != nil {
		return tempestconf.Account{}, false
	}
	defer j.Close()
	if !j.Exists() || j.Deleted() {
		return tempestconf.Account{}, false
	}
	hash := j.Header().Credential.Account
	i := slices.IndexFunc(all, func(a tempestconf.Account) bool { return hash != "" && a.Hash == hash })
	if i < 0 {
		return tempestconf.Account{}, false
	}
	return all[i], true
}
