package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/internal/original"
	"opendev.org/x/persistent-resources/phases"
)

func newStateImportCommand(global *globalOptions, env environment) *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE…",
		Short: "Take over what the original Tempest plugin made",
		Long: `import reads files named persistent.resource, in which the original Tempest plugin
(osic/persistent-resources-tests) kept what it had made, and records it, so that
verify and delete work with it. The plugin has one for each service, in
tests/api/compute and tests/api/object_storage of the installed package. They
are pickles of Python 2 or 3; nothing that they name is executed.

The configuration must be that of the plugin's tempest.conf: the files do not say
to which cloud they belong. What they do not hold (host key, boot id, a server's
name, headers, metadata) has no baseline; verify says what it did not compare.
Projects and users that Tempest made are deleted by delete; an account of an
accounts file is put back.

It is refused where the state holds resources already, with status 4. A file that
cannot be read as what the plugin writes gives status 2. Either all files are
imported or none. Nothing is sent to the cloud.

  persistent-resources state import \
    /opt/plugin/tests/api/compute/persistent.resource \
    /opt/plugin/tests/api/object_storage/persistent.resource`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			s, err := stateSession(global, c, env)
			if err != nil {
				return err
			}
			defer s.close()
			all, err := readOriginals(files)
			if err != nil {
				return err
			}
			runs, err := phases.ImportState(c.Context(), s.options(), all)
			for _, r := range runs {
				fmt.Fprintf(env.stdout, "%s: imported %d records as run %s into %s\n", r.Service, r.Records, r.Run, r.Path)
			}
			if err != nil {
				return err
			}
			for _, n := range s.notes() {
				fmt.Fprintf(env.stdout, "note: %s\n", n)
			}
			return nil
		},
	}
}

// readOriginals reads all files before anything is recorded.
func readOriginals(files []string) ([]phases.Import, error) {
	var out []phases.Import
	from := map[string]string{} // files, by service
	for _, file := range files {
		abs, err := filepath.Abs(file)
		if err != nil {
			return nil, fmt.Errorf("find %s: %w", file, err)
		}
		r, err := readOriginal(abs)
		if err != nil {
			return nil, usagef("%s cannot be imported: %v", abs, err)
		}
		if other := from[r.Service]; other != "" {
			return nil, usagef("%s and %s are both of the %s service; import them into two directories, with --state-dir", other, abs, r.Service)
		}
		from[r.Service] = abs
		in := phases.Import{Service: r.Service, Source: abs, Records: r.Records()}
		if !r.Dynamic() {
			in.Account = &phases.ImportedAccount{Name: r.UserName, UserID: r.UserID, ProjectID: r.ProjectID}
		}
		out = append(out, in)
	}
	return out, nil
}

func readOriginal(path string) (*original.Resources, error) {
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		var info os.FileInfo
		if info, err = f.Stat(); err == nil && info.IsDir() {
			return nil, errors.New("it is a directory; name the file persistent.resource in it")
		}
	}
	if err != nil {
		var p *os.PathError
		if errors.As(err, &p) { // the caller names the path
			err = p.Err
		}
		return nil, err
	}
	return original.Read(f)
}
