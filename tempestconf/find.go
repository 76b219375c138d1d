package tempestconf

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"syscall"
)

// NotFoundError says that a configuration file that was named is not there.
type NotFoundError struct {
	// Named is how it was named: a flag or environment variables.
	Named string
	Tried []string
	// Directory is set when a directory stands where the file should be.
	Directory string
}

// Error names everything that was tried.
func (e *NotFoundError) Error() string {
	if e.Directory != "" {
		return fmt.Sprintf("%s names the directory %s, not a configuration file (%s)", e.Named, e.Directory, inDirectory(e.Directory))
	}
	return fmt.Sprintf("the configuration file that %s names does not exist (tried %s)", e.Named, strings.Join(e.Tried, ", "))
}

// findFile chooses tempest.conf in Tempest's order: --config-file, TEMPEST_CONFIG_DIR and TEMPEST_CONFIG, etc/ of the
// working directory, /etc/tempest, then oslo.config's own search. Tempest goes on silently where a path that was named
// does not exist; here that is an error.
func (c *Config) findFile(o LoadOptions) error {
	if o.ConfigFile != "" {
		path := o.ConfigFile
		if !filepath.IsAbs(path) { // relative to where the command was given, not to the workspace
			path = filepath.Join(c.start, path)
		}
		c.Tried = []string{path}
		switch info, err := os.Stat(path); {
		case err != nil && !os.IsNotExist(err):
			return fmt.Errorf("the configuration file that --config-file names cannot be read: %w", err)
		case err != nil:
			return &NotFoundError{Named: "--config-file", Tried: c.Tried}
		case info.IsDir():
			return &NotFoundError{Named: "--config-file", Tried: c.Tried, Directory: path}
		}
		c.File = path
		return nil
	}
	dir, dirGiven := c.env["TEMPEST_CONFIG_DIR"]
	name := c.env["TEMPEST_CONFIG"]
	var named []string
	if dir != "" {
		named = append(named, "TEMPEST_CONFIG_DIR")
	} else {
		dir = filepath.Join(c.Dir, "etc")
	}
	if name != "" {
		named = append(named, "TEMPEST_CONFIG")
	} else {
		name = "tempest.conf"
	}
	// An empty TEMPEST_CONFIG_DIR is for Tempest the working directory itself.
	if dirGiven && !slices.Contains(named, "TEMPEST_CONFIG_DIR") && !filepath.IsAbs(name) && c.try(c.abs(name), isFile) {
		return nil
	}
	path := name
	if !filepath.IsAbs(path) {
		path = c.abs(filepath.Join(dir, name))
	}
	if c.try(path, isFile) {
		return nil
	}
	if named != nil {
		missing := &NotFoundError{Named: strings.Join(named, " and "), Tried: c.Tried}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			missing.Directory = path
		}
		return missing
	}
	if c.try(filepath.Join(o.root, "/etc/tempest/tempest.conf"), isFile) {
		return nil
	}
	for _, d := range c.osloDirs(o) {
		if c.try(filepath.Join(d, "tempest.conf"), exists) {
			return nil
		}
	}
	return nil
}

// inDirectory is advice for somebody who named a directory in place of the file in it.
func inDirectory(dir string) string {
	for _, name := range []string{"tempest.conf", filepath.Join("etc", "tempest.conf")} {
		if path := filepath.Join(dir, name); isFile(path) {
			return path + " is one"
		}
	}
	return "there is no tempest.conf in it"
}

func (c *Config) try(path string, ok func(string) bool) bool {
	for _, t := range c.Tried {
		if t == path {
			return false
		}
	}
	c.Tried = append(c.Tried, path)
	if ok(path) {
		c.File = path
		return true
	}
	return false
}

// osloDirs are the directories in which oslo.config looks for the files of a project called tempest.
func (c *Config) osloDirs(o LoadOptions) []string {
	var dirs []string
	if home := homeDir(c.env); home != "" {
		dirs = append(dirs, filepath.Join(home, ".tempest"), home)
	}
	dirs = append(dirs, filepath.Join(o.root, "/etc/tempest"), filepath.Join(o.root, "/etc"))
	for _, v := range []string{"SNAP_COMMON", "SNAP"} {
		if snap := c.env[v]; snap != "" {
			dirs = append(dirs, filepath.Join(snap, "etc/tempest"))
		}
	}
	return dirs
}

// configDirFiles are the *.conf files of the first tempest.conf.d that exists, by name. oslo.config 3.20 and later reads
// them after the chosen file, whichever that is.
func (c *Config) configDirFiles(o LoadOptions) ([]string, error) {
	for _, d := range c.osloDirs(o) {
		dir := filepath.Join(d, "tempest.conf.d")
		if !exists(dir) {
			continue
		}
		entries, err := os.ReadDir(dir)
		if errors.Is(err, syscall.ENOTDIR) { // a file of that name hides the other directories and holds nothing
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read configuration directory: %w", err)
		}
		var files []string
		for _, e := range entries {
			if name := e.Name(); strings.HasSuffix(name, ".conf") && !strings.HasPrefix(name, ".") {
				files = append(files, filepath.Join(dir, name))
			}
		}
		sort.Strings(files)
		return files, nil
	}
	return nil, nil
}

// enterWorkspace makes the directory of a workspace the working directory.
func (c *Config) enterWorkspace(o LoadOptions) error {
	path := o.WorkspacePath
	if path == "" {
		path = filepath.Join(homeDir(c.env), ".tempest", "workspace.yaml")
	}
	path = c.abs(path)
	data, err := readLimited(path, maxYAML)
	if err != nil && (!os.IsNotExist(err) || o.WorkspacePath != "") {
		return fmt.Errorf("read workspaces: %w", err)
	}
	v, err := parseYAML(data)
	if err != nil {
		return fmt.Errorf("read workspaces of %s: %w", path, err)
	}
	dir := ""
	if known, ok := v.(*omap); ok {
		dir = text(known.get(o.Workspace))
	}
	if dir == "" {
		return fmt.Errorf("the workspace %q is not registered in %s; `tempest init` registers one", o.Workspace, path)
	}
	dir = c.abs(dir)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("the directory %s of workspace %q (%s) does not exist", dir, o.Workspace, path)
	}
	c.Dir = dir
	return nil
}

func (c *Config) abs(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(c.Dir, path)
}

func homeDir(env map[string]string) string {
	if home := env["HOME"]; home != "" {
		return home
	}
	if u, err := user.Current(); err == nil {
		return u.HomeDir
	}
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// readLimited reads a whole file, which may be a pipe, of at most limit bytes.
func readLimited(path string, limit int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(data) > limit {
		return nil, fmt.Errorf("%s: more than the %d bytes that are allowed", path, limit)
	}
	return data, nil
}
