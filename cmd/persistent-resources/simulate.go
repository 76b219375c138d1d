package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/internal/simulator"
)

func newSimulateCommand(env environment) *cobra.Command {
	var (
		o      simulator.Options
		dir    string
		faults []string
	)
	c := &cobra.Command{
		Use:   "simulate",
		Short: "Run the embedded OpenStack until interrupted",
		Long: `simulate runs the embedded OpenStack on a loopback port until it is interrupted.
Any OpenStack client can use it; nothing of it outlives the process. It can be
told to misbehave, with --fault or while it runs with

  curl -X POST -d 'object-store PUT /v1/*/*/* 503 times=2' URL/simulator/faults

A rule's ACTION is a status to answer without acting, act+STATUS to answer it
after acting, drop or act+drop to break the connection before or after, truncate
to cut the answer's body, or pass, which with delay=3s only takes its time.

A POST to URL/simulator/restart restarts all services on the same data, one to
URL/simulator/upgrade/RELEASE makes them those of another release.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return simulate(c.Context(), o, dir, faults, env) },
	}
	f := c.Flags()
	f.StringVar(&o.Listen, "listen", "127.0.0.1:0", "loopback `ADDRESS:PORT` to serve on; port 0 takes a free one")
	f.StringVar(&dir, "write-config", "", "write a ready tempest.conf and clouds.yaml into this `DIR`")
	f.DurationVar(&o.Transition, "transition", 50*time.Millisecond, "how long a change of state takes")
	f.DurationVar(&o.TokenLifetime, "token-lifetime", time.Hour, "how long a token is good for")
	f.StringVar(&o.Release, "release", simulator.Releases()[0], "answer as the services of this OpenStack release: "+strings.Join(simulator.Releases(), " or "))
	f.StringArrayVar(&faults, "fault", nil, "misbehave: `RULE` is SERVICE METHOD PATH ACTION [skip=N] [times=N] [delay=TIME] [header=NAME:VALUE] [message=TEXT]; may be given several times")
	return c
}

func simulate(ctx context.Context, o simulator.Options, dir string, faults []string, env environment) error {
	var parsed []simulator.Fault
	for _, text := range faults {
		f, err := simulator.ParseFault(text)
		if err != nil {
			return usagef("--fault: %v", err)
		}
		parsed = append(parsed, f)
	}
	// The embedded cloud has known users and believes everybody: it is not for other machines.
	host, _, err := net.SplitHostPort(o.Listen)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usagef("--listen wants a loopback address and a port, such as 127.0.0.1:0, not %q", o.Listen)
	}
	sim, err := simulator.Start(ctx, o)
	if err != nil {
		return usagef("start the embedded OpenStack: %v", err)
	}
	defer sim.Close()
	for _, f := range parsed {
		sim.AddFault(f)
	}
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return usagef("write the configuration: %v", err)
		}
		if err := sim.WriteConfig(dir); err != nil {
			return usagef("write the configuration: %v", err)
		}
		abs, err := filepath.Abs(dir)
		if err != nil {
			return fmt.Errorf("find %s: %w", dir, err)
		}
		fmt.Fprintf(env.stdout, "export OS_CLIENT_CONFIG_FILE=%s\nexport TEMPEST_CONFIG_DIR=%s\n", filepath.Join(abs, "clouds.yaml"), abs)
	}
	fmt.Fprintf(env.stdout, "# the embedded OpenStack answers at %s until interrupted\n", sim.AuthURL())
	<-ctx.Done()
	return nil
}
