package tempestconf

import (
	"fmt"
	"path/filepath"
)

// chooseCloud decides whether clouds.yaml gives the credentials: when a cloud is named on the command line, or when
// tempest.conf has neither an admin account nor an accounts file. OS_CLOUD alone changes nothing for a tempest.conf that
// has credentials: jobs set it, and Tempest does not know it. A cloud that cannot be used is an error only where the command
// line names it: nothing may need credentials.
func (c *Config) chooseCloud(o LoadOptions) error {
	own := c.ownCredentials()
	if o.Cloud == "" && own != "" {
		if name := c.env["OS_CLOUD"]; name != "" {
			c.note(fmt.Sprintf("OS_CLOUD=%s is ignored, because [auth] %s gives the credentials; --os-cloud would use it.", name, own))
		}
		return nil
	}
	cloud, err := LoadCloud(CloudOptions{Name: o.Cloud, Dir: c.Dir, Env: o.Env, root: o.root})
	if err != nil && o.Cloud != "" {
		return err
	}
	if err != nil { // whoever needs credentials tells
		c.CloudFault = err
		return nil
	}
	c.Cloud = cloud
	c.Notes = append(c.Notes, cloud.Notes...)
	why := "tempest.conf gives none"
	if own != "" {
		why = "--os-cloud names it"
	}
	c.note(fmt.Sprintf("The credentials are those of the cloud %s (%s).", cloud.Name, why))
	return nil
}

// ownCredentials is the option by which tempest.conf gives credentials; empty when it gives none. A value that is set but
// empty is none.
func (c *Config) ownCredentials() string {
	for _, name := range []string{"test_accounts_file", "admin_username", "admin_password"} {
		res := c.values.get(c.values.current("auth", name))
		if res.err != nil || !empty(res.value) {
			return name
		}
	}
	return ""
}

// AccountsFile is the absolute path of [auth] test_accounts_file, which is relative to the working directory; empty when
// it is not configured.
func (c *Config) AccountsFile() string {
	if c.Auth.TestAccountsFile == "" {
		return ""
	}
	return c.abs(c.Auth.TestAccountsFile)
}

// LockPath is the absolute path of the directory for locks between processes: [oslo_concurrency] lock_path, then
// OSLO_LOCK_PATH, then tempest-lock in the directory for temporary files, as Tempest chooses it.
func (c *Config) LockPath() string {
	for _, path := range []string{c.OsloConcurrency.LockPath, c.env["OSLO_LOCK_PATH"]} {
		if path != "" {
			return c.abs(path)
		}
	}
	for _, name := range []string{"TMPDIR", "TEMP", "TMP"} { // as Python's tempfile
		if dir := c.env[name]; dir != "" {
			return filepath.Join(dir, "tempest-lock")
		}
	}
	return "/tmp/tempest-lock"
}
