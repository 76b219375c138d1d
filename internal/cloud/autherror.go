package cloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
)

// AuthError says that no token was issued.
type AuthError struct {
	AuthURL string
	User    string
	Err     error
}

func (e *AuthError) Error() string {
	switch {
	case gophercloud.ResponseCodeIs(e.Err, 401):
		return fmt.Sprintf("authentication of %s at %s was refused (401 Unauthorized): check user name, password, project and domains", e.User, ShownURL(e.AuthURL))
	case gophercloud.ResponseCodeIs(e.Err, 404):
		return fmt.Sprintf("there is no Identity v3 service at %s (404 Not Found): check the URL, which usually ends with /v3", ShownURL(e.AuthURL))
	case errors.As(e.Err, new(*NotIdentityError)):
		return fmt.Sprintf("cannot authenticate %s: %v", e.User, e.Err)
	case IsConnection(e.Err):
		return fmt.Sprintf("cannot authenticate %s: %s", e.User, Explain(e.Err))
	}
	return fmt.Sprintf("authenticate %s at %s: %v", e.User, ShownURL(e.AuthURL), e.Err)
}

// Unwrap returns the answer or the connection's error.
func (e *AuthError) Unwrap() error { return e.Err }

// NotIdentityError says that something answered the request for a token that is no Identity v3 service: a dashboard, a
// proxy's own page, the list of an API's versions.
type NotIdentityError struct {
	URL  string // of the Identity API, with a slash at its end
	What string // what came, as "answered " goes on
	Err  error  // what the reader of the answer said; may be nil
}

func (e *NotIdentityError) Error() string {
	return fmt.Sprintf("POST %sauth/tokens answered %s, as no Identity v3 service does; check the URL, [identity] uri_v3 or auth_url in clouds.yaml: a dashboard or a proxy may answer there", ShownURL(e.URL), e.What)
}

// Unwrap returns the reader's error.
func (e *NotIdentityError) Unwrap() error { return e.Err }

// notIdentity recognises an answer that no Identity service gives; any other error is returned as it is.
func notIdentity(endpoint string, err error) error {
	var code gophercloud.ErrUnexpectedResponseCode
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &code) && (code.Actual < 400 || code.Actual == http.StatusMethodNotAllowed):
		what := fmt.Sprintf("%d %s", code.Actual, http.StatusText(code.Actual))
		if kind, _, _ := strings.Cut(code.ResponseHeader.Get("Content-Type"), ";"); kind != "" {
			what += " with " + kind
		}
		return &NotIdentityError{URL: endpoint, What: what, Err: err}
	case IsConnection(err):
	case errors.As(err, &syntax):
		return &NotIdentityError{URL: endpoint, What: "with what is no JSON (" + syntax.Error() + ")", Err: err}
	case errors.Is(err, io.EOF):
		return &NotIdentityError{URL: endpoint, What: "with an empty body", Err: err}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &NotIdentityError{URL: endpoint, What: "with JSON that ends too early", Err: err}
	}
	return err
}
