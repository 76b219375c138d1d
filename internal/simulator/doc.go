// Package simulator is an embedded OpenStack: an HTTP server on one loopback
// port that speaks the wire formats of Keystone, Swift, Glance, Nova and
// Neutron as the Zed release does, error bodies included, with state in
// memory and faults on demand.
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
