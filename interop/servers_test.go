//go:build interop

package interop

import "strings"

// stopServers shuts every server off, as an upgrade does that loses guests.
func (w *workspace) stopServers() {
	w.t.Helper()
	stopped := 0
	for _, line := range w.Inventory() {
		if !strings.HasPrefix(line, "server ") { // server PROJECT NAME/ID
			continue
		}
		if err := w.StopServer(line[strings.LastIndexByte(line, '/')+1:]); err != nil {
			w.t.Fatal(err)
		}
		stopped++
	}
	if stopped == 0 {
		w.t.Fatal("the cloud holds no server")
	}
}
