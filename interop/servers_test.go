//go:build interop

package interop

// stopServers shuts every server off, as an upgrade does that loses guests.
func (w *workspace) stopServers() {}
