package wire

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// M is a JSON object under construction.
type M = map[string]any

// Call is one request in progress, with its body already read.
type Call struct {
	W     http.ResponseWriter
	R     *http.Request
	Body  []byte
	Token *Token // nil where the request carries none, or is not checked

	params map[string]string
}

// Param returns the value of a {name} segment of the matched route.
func (c *Call) Param(name string) string { return c.params[name] }

// Query returns the first value of a query parameter, or "".
func (c *Call) Query(name string) string { return c.R.URL.Query().Get(name) }

// Root returns the URL root by which the client reached the cloud, so that
// links and the catalog stay reachable through a tunnel or another name.
func (c *Call) Root() string { return "http://" + c.R.Host }

// JSON answers with a status and a JSON body.
func (c *Call) JSON(status int, body any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	h := c.W.Header()
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json")
	}
	return c.send(status, data)
}

// Text answers with a status and a body of the given type.
func (c *Call) Text(status int, contentType, body string) error {
	c.W.Header().Set("Content-Type", contentType)
	return c.send(status, []byte(body))
}

// Empty answers with a status and no body.
func (c *Call) Empty(status int) error {
	h := c.W.Header()
	if h.Get("Content-Type") == "" {
		h["Content-Type"] = nil // keeps net/http from guessing one
	}
	if status != http.StatusNoContent {
		h.Set("Content-Length", "0")
	}
	c.W.WriteHeader(status)
	return nil
}

func (c *Call) send(status int, body []byte) error {
	c.W.Header().Set("Content-Length", strconv.Itoa(len(body)))
	c.W.WriteHeader(status)
	if c.R.Method == http.MethodHead {
		return nil
	}
	_, err := c.W.Write(body)
	return err
}
