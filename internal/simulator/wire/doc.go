// Package wire holds what the simulated OpenStack services share: a request
// in progress, a router whose misses each service words its own way, errors
// that carry an HTTP status, identifiers in OpenStack's formats, and the
// token that says who is asking.
package wire
