package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/internal/state"
)

// TestScripts shows the program as its users see it. Beside testscript's own commands there are:
//
//	cloud [lifetime=DURATION]       start an embedded OpenStack, its configuration in etc/
//	fault RULE                      make it misbehave
//	restart                         restart its services: all tokens are lost
//	tamper WHAT                     change what the run made, behind its back
//	accounts N                      use N pre-provisioned accounts in place of dynamic credentials
//	unchanged                       the cloud holds what it held at the start
//	original SERVICE FILE           make what the original plugin makes, and its persistent.resource
//	original-loss WHAT              change what that made, behind everybody's back
//
// $PROGRAMS is the directory that has the program under all of its names, and nothing else.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			program, err := exec.LookPath("persistent-resources")
			if err != nil {
				return err
			}
			e.Setenv("PROGRAMS", filepath.Dir(program))
			e.Values[scriptKey{}] = &scriptCloud{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"cloud": cloudCommand, "fault": faultCommand, "restart": restartCommand, "tamper": tamperCommand, "accounts": accountsCommand, "unchanged": unchangedCommand,
			"original": originalCommand, "original-loss": originalLossCommand,
		},
	})
}

type scriptKey struct{}

type scriptCloud struct {
	sim    *simulator.Cloud
	before []string

	original  map[string]string // what the last "original" made
	bystander string            // the server that the one before it made
}

func cloudOf(ts *testscript.TestScript) *scriptCloud {
	c, ok := ts.Value(scriptKey{}).(*scriptCloud)
	if !ok {
		ts.Fatalf("no cloud")
	}
	return c
}

func cloudCommand(ts *testscript.TestScript, _ bool, _ []string) {
	sim, err := simulator.Start(context.Background(), simulator.Options{})
	ts.Check(err)
	ts.Defer(func() { sim.Close() })
	c := cloudOf(ts)
	c.sim, c.before = sim, sim.Inventory()
	ts.Check(os.MkdirAll(ts.MkAbs("etc"), 0o700))
	ts.Check(sim.WriteConfig(ts.MkAbs("etc")))
	ts.Setenv("CLOUD", sim.URL())
}

func faultCommand(ts *testscript.TestScript, _ bool, args []string) {
	f, err := simulator.ParseFault(strings.Join(args, " "))
	ts.Check(err)
	cloudOf(ts).sim.AddFault(f)
}

func restartCommand(ts *testscript.TestScript, _ bool, _ []string) { cloudOf(ts).sim.Restart() }

func unchangedCommand(ts *testscript.TestScript, _ bool, _ []string) {
	c := cloudOf(ts)
	if after := c.sim.Inventory(); !slices.Equal(c.before, after) {
		ts.Fatalf("the cloud holds something else than before:\n%s", inventoryDifference(c.before, after))
	}
}

// tamperCommand changes what the object storage journal names.
func tamperCommand(ts *testscript.TestScript, _ bool, args []string) {
	sim := cloudOf(ts).sim
	j, err := state.Dir{Path: ts.MkAbs(".persistent-resources")}.Open("object_storage")
	ts.Check(err)
	project, _ := j.Record("project")
	box, _ := j.Record("container/1")
	object, _ := j.Record("object/2")
	switch strings.Join(args, " ") {
	case "object content":
		ts.Check(sim.OverwriteObject(project.ID, box.Name, object.Name, []byte("something else")))
	case "object missing":
		ts.Check(sim.DeleteObject(project.ID, box.Name, object.Name))
	case "object metadata":
		ts.Check(sim.SetObjectHeader(project.ID, box.Name, object.Name, "X-Object-Meta-Color", "red"))
	case "container acl":
		ts.Check(sim.SetContainerHeader(project.ID, box.Name, "X-Container-Read", ".r:*"))
	case "container missing":
		ts.Check(sim.DeleteContainer(project.ID, box.Name))
	case "container mark":
		ts.Check(sim.SetContainerHeader(project.ID, box.Name, "X-Container-Meta-Persistent-Resources-Run", "another"))
	default:
		ts.Fatalf("no such tampering: %s", fmt.Sprint(args))
	}
}
