package wire

import (
	"net/http"
	"slices"
	"strings"
)

// Handler serves one route. What it returns is written by the service.
type Handler func(*Call) error

// Router finds the handler of a method and path. A {name} segment matches any
// one segment.
type Router struct{ routes []route }

type route struct {
	method   string
	segments []string
	handler  Handler
}

// Handle adds a route, such as Handle("GET", "/v3/projects/{id}", show).
func (r *Router) Handle(method, pattern string, h Handler) {
	r.routes = append(r.routes, route{method, split(pattern), h})
}

// Find returns the handler for the request and sets its parameters. Without
// one it returns the methods the path has; none means that the path is
// unknown. A HEAD is served as a GET whose body is not sent.
func (r *Router) Find(c *Call) (h Handler, allowed []string) {
	path := split(c.R.URL.Path)
	method := c.R.Method
	for _, rt := range r.routes {
		params, ok := match(rt.segments, path)
		if !ok {
			continue
		}
		if rt.method == method || (rt.method == http.MethodGet && method == http.MethodHead) {
			c.params = params
			return rt.handler, nil
		}
		if !slices.Contains(allowed, rt.method) {
			allowed = append(allowed, rt.method)
		}
	}
	return nil, allowed
}

func split(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

func match(pattern, path []string) (map[string]string, bool) {
	if len(pattern) != len(path) {
		return nil, false
	}
	params := map[string]string{}
	for i, p := range pattern {
		switch {
		case strings.HasPrefix(p, "{"):
			params[strings.Trim(p, "{}")] = path[i]
		case p != path[i]:
			return nil, false
		}
	}
	return params, true
}
