package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/internal/stestr"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/phases/all"
	"opendev.org/x/persistent-resources/subunit"
	"opendev.org/x/persistent-resources/tempestconf"
)

// session prepares one run of phases from a configuration.
type session struct {
	env     environment
	config  *tempestconf.Config
	secrets *cloud.Secrets
	log     *phases.Log
	logFile *os.File
	trace   *os.File
	record  *cloud.Recorder

	mu    sync.Mutex
	conns []*cloud.Connection
}

func newSession(cfg *tempestconf.Config, env environment) (*session, error) {
	s := &session{env: env, config: cfg, secrets: cloud.NewSecrets()}
	s.log = &phases.Log{Secrets: s.secrets}
	if cfg == nil {
		return s, nil
	}
	if cfg.PersistentResources.StateDir == "" {
		return s, usagef("[persistent_resources] state_dir (--state-dir) is empty: name a directory, which will hold passwords and keys")
	}
	s.log.Debug = cfg.Default.Debug
	// A password that was configured may appear anywhere, on a guest's console for one. A default may be a common word.
	for _, src := range cfg.Effective() {
		if src.Secret && src.Origin != tempestconf.FromDefault {
			s.secrets.Add(src.Value)
		}
	}
	return s, s.openLog()
}

// openLog opens the log file that tempest.conf names, relative to log_dir or to the working directory.
func (s *session) openLog() error {
	path := s.config.Default.LogFile
	if path == "" {
		return nil
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.config.Dir, s.config.Default.LogDir, path)
		if filepath.IsAbs(s.config.Default.LogDir) {
			path = filepath.Join(s.config.Default.LogDir, s.config.Default.LogFile)
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return usagef("[DEFAULT] log_file cannot be written: %v", err)
	}
	s.logFile, s.log.File = f, f
	return nil
}

// openTrace begins the record of exchanges; "" means none. Secrets are masked in it, but it tells all else of a project: it is
// for its owner only, also where a file of another mode is there.
func (s *session) openTrace(path string) error {
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return usagef("--trace cannot be written: %v", err)
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		if err := f.Chmod(0o600); err != nil {
			_ = f.Close()
			return usagef("--trace cannot be kept from others: %v", err)
		}
	}
	s.trace, s.record = f, cloud.NewRecorder(f)
	s.log.Trace = s.record
	return nil
}

// closeTrace ends the record and says whether it is whole.
func (s *session) closeTrace() error {
	if s.trace == nil {
		return nil
	}
	if err := errors.Join(s.record.Err(), s.trace.Close()); err != nil {
		return fmt.Errorf("write the trace: %w", err)
	}
	return nil
}

func (s *session) close() {
	if s.logFile != nil {
		_ = s.logFile.Close()
	}
}

// stateDir is the state directory, relative to the working directory.
func (s *session) stateDir() state.Dir {
	path := s.config.PersistentResources.StateDir
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.config.Dir, path)
	}
	return state.Dir{Path: path}
}

// connect prepares a connection whose exchanges go to the log.
func (s *session) connect(cfg *tempestconf.Config) (*cloud.Connection, error) {
	o, err := cloud.FromConfig(cfg)
	if err != nil {
		return nil, err
	}
	o.Observer, o.Secrets, o.Wrap = s.log, s.secrets, s.env.wrap
	conn, err := cloud.Connect(o)
	if err != nil {
		return nil, usageError{err}
	}
	s.mu.Lock()
	s.conns = append(s.conns, conn)
	s.mu.Unlock()
	return conn, nil
}

// notes are what the configuration and the choice of endpoints assumed.
func (s *session) notes() []string {
	var out []string
	seen := map[string]bool{}
	add := func(notes []string) {
		for _, n := range notes {
			if !seen[n] {
				seen[n] = true
				out = append(out, s.secrets.Clean(n))
			}
		}
	}
	if s.config != nil {
		add(s.config.Notes)
	}
	for _, c := range s.conns {
		add(c.Notes())
	}
	return out
}

// options of a run of all services.
func (s *session) options() phases.Options {
	o := phases.Options{
		Services: all.Services(), Config: s.config, Connect: s.connect, Log: s.log, Env: s.env.getenv, Program: version(),
		LateAnswers: s.env.late,
	}
	if s.config != nil {
		o.State = s.stateDir()
	}
	return o
}

// say tells people what went wrong, one sentence each.
func (s *session) say(w io.Writer, out phases.Outcome) {
	said := map[string]bool{}
	for _, err := range out.Errors {
		// What was not run because the run was stopped is said once, by whoever stopped it.
		if out.Stopped != nil && errors.Is(err, out.Stopped) {
			continue
		}
		if text := s.secrets.Clean(phases.Describe(err)); !said[text] {
			said[text] = true
			fmt.Fprintf(w, "persistent-resources: %s\n", text)
		}
	}
}

// streamSink writes events to a stream and remembers the first error, because a test must end before the run may stop.
type streamSink struct {
	w   *subunit.Writer
	raw io.Writer // that w writes to
	// guard, when set, is told of what was written.
	guard *stestr.Guarded
	mu    sync.Mutex
	err   error
}

func newStreamSink(w io.Writer) *streamSink { return &streamSink{w: subunit.NewWriter(w), raw: w} }

func (s *streamSink) event(e *subunit.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return
	}
	if s.err = s.w.Write(e); errors.Is(s.err, syscall.EPIPE) {
		s.err = phases.ErrOutputGone
	}
	s.guard.Event(e)
}

// failure is the first error.
func (s *streamSink) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *streamSink) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	return s.w.Flush()
}

// runPhases runs with the events going to sink.
func (s *session) runPhases(ctx context.Context, o phases.Options, sink func(*subunit.Event)) phases.Outcome {
	o.Sink = sink
	return phases.Run(ctx, o)
}
