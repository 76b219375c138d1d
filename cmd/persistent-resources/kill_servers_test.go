//go:build interop

package main

import "testing"

// TestKilledCreateOfServersLeaksNothing is the same for servers. It takes minutes, and so runs with the slow tests.
func TestKilledCreateOfServersLeaksNothing(t *testing.T) { killedCreate(t, "compute") }
