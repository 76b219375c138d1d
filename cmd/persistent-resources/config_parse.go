package main

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/tempestconf"
)

func newConfigParseCommand(env environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "parse FILE",
		Short: "Show how oslo.config reads one file",
		Long: `parse reads one file in oslo.config's dialect and writes
{"sections": {section: {key: [values in order]}}} with every value as the text
that stands there, passwords included: nothing is interpolated or converted. The
names of sections are folded as oslo.config compares them.

Where the file does not parse it writes {"error": {"class", "message"}} with the
exception that oslo.config raises.`,
		Args: cobra.ExactArgs(1),
	}
	form := formatFlag(c, "json")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if _, err := form(); err != nil {
			return err
		}
		file, err := tempestconf.ParseFile(args[0])
		// oslo.config has exceptions of its own for files that it cannot open.
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return errorDocumentOf(env, "ConfigFilesNotFoundError", "Failed to find some config files: "+args[0], err)
		case errors.Is(err, fs.ErrPermission):
			return errorDocumentOf(env, "ConfigFilesPermissionDeniedError", "Failed to open some config files: "+args[0], err)
		case errors.Is(err, syscall.EISDIR):
			return errorDocumentOf(env, "IsADirectoryError", "[Errno 21] Is a directory: '"+args[0]+"'", err)
		case err != nil:
			return errorDocument(env, err)
		}
		return writeJSON(env.stdout, file)
	}
	return c
}
