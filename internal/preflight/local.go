package preflight

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/phases"
)

const stateOption = "persistent_resources.state_dir"

// local checks what on this machine a run needs.
func (c *checker) local() {
	c.stateDir()
	if provider, err := cloud.ProviderOf(c.c); err == nil && provider == cloud.PreProvisioned {
		c.writable("oslo_concurrency.lock_path", "the directory of the locks of accounts", c.c.LockPath())
	}
	if file := c.c.Default.LogFile; file != "" {
		path := filepath.Join(c.c.Default.LogDir, file)
		if filepath.IsAbs(file) {
			path = file
		} else if !filepath.IsAbs(path) {
			path = filepath.Join(c.c.Dir, path)
		}
		c.writable("DEFAULT.log_file", "the log file", path)
	}
}

// stateDir checks the state directory, and tells what it holds already.
func (c *checker) stateDir() {
	dir := c.o.StateDir
	c.writable(stateOption, "the state directory", dir)
	info, err := os.Stat(dir)
	if err != nil {
		return // it will be made
	}
	if !info.IsDir() {
		c.add(Fail, stateOption, "%s is no directory", dir)
		return
	}
	if info.Mode().Perm()&0o077 != 0 {
		c.add(Warn, stateOption, "%s is open to others (mode %04o), and it will hold passwords and private keys; chmod 700 closes it", dir, info.Mode().Perm())
	}
	for _, newService := range c.o.Services {
		c.recordedRun(newService(&phases.Fixture{}).Name)
	}
}

// recordedRun tells of resources that are there already.
func (c *checker) recordedRun(service string) {
	j, err := c.state().Open(service)
	if err != nil {
		c.add(Fail, stateOption, "%v", err)
		return
	}
	defer j.Close()
	if !j.Exists() || j.Deleted() {
		return
	}
	h := j.Header()
	sealed, _ := j.Sealed()
	if sealed {
		if h.Imported != "" {
			c.add(Warn, stateOption, "%s resources that were imported from %s are recorded in %s; verify and delete work with them, and create will refuse", service, h.Imported, c.o.StateDir)
			return
		}
		c.add(Note, stateOption, "%s resources of run %s are recorded in %s; create keeps them", service, h.Run, c.o.StateDir)
		return
	}
	c.add(Note, stateOption, "create of the %s resources of run %s did not finish; create goes on where it stopped", service, h.Run)
}

// begun reports whether a run of the servers is recorded.
func (c *checker) begun() bool {
	j, err := c.state().Open("compute")
	if err != nil {
		return false
	}
	defer j.Close()
	return j.Exists() && !j.Deleted()
}

// writable checks that a file or directory can be written or, where it is not there yet, made.
func (c *checker) writable(option, what, path string) {
	at := path
	for {
		err := unix.Access(at, unix.W_OK)
		info, statErr := os.Stat(at)
		switch {
		case errors.Is(statErr, fs.ErrNotExist) && filepath.Dir(at) != at:
			at = filepath.Dir(at)
			continue
		case statErr == nil && at != path && !info.IsDir():
			c.add(Fail, option, "%s %s cannot be made: %s is no directory", what, path, at)
		case err != nil:
			c.add(Fail, option, "%s %s cannot be written: %s: %v", what, path, at, err)
		}
		return
	}
}

// cleanupTrap warns of `tempest cleanup`, which deletes what it did not see when its state was saved.
func (c *checker) cleanupTrap() {
	saved := filepath.Join(c.c.Dir, "saved_state.json")
	if _, err := os.Stat(saved); err == nil {
		c.add(Warn, "", "%s is there: a `tempest cleanup` between create and delete deletes everything that is not in it, the persistent resources included", saved)
		return
	}
	for _, name := range []string{"TEMPEST_CLEANUP", "RUN_TEMPEST_CLEANUP"} {
		if v := strings.ToLower(c.o.Env(name)); v == "true" || v == "1" || v == "yes" {
			c.add(Warn, "", "%s is set: a job that runs `tempest cleanup` between create and delete deletes the persistent resources", name)
			return
		}
	}
	c.add(Note, "", "`tempest cleanup` deletes what it did not see when its state was saved; between create and delete it would delete the persistent resources")
}
