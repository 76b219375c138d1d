// Package simulator is an embedded OpenStack: an HTTP server on one loopback
// port that speaks the wire formats of Keystone, Swift, Glance, Nova and
// Neutron as the releases Zed and Epoxy do, error bodies included, with state
// in memory and faults on demand. What it answers is held to recordings of
// real clouds of both releases: testdata/scripts are the requests, among them
// all that create, verify and delete of this program send, and
// testdata/recordings the answers, which testcloud/record writes.
//
//	cloud, err := simulator.Start(ctx, simulator.Options{})
//	if err != nil { … }
//	defer cloud.Close()
//	err = cloud.WriteConfig(dir) // tempest.conf and clouds.yaml
//
// The services live under path prefixes as in DevStack (/identity/v3,
// /object-store/v1/AUTH_<project>, /image, /compute/v2.1, /network); /info is
// Swift's as well, because Tempest asks for it at the server's root. Under
// /simulator an HTTP client can set faults and read the request log.
package simulator
