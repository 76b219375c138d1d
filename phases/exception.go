package phases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gophercloud/gophercloud/v2"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/tempestconf"
)

// pythonText returns the exception that Tempest would have raised, and its message.
func pythonText(err error) (pythonType, text string) {
	if e, ok := find[*Failure](err); ok {
		return e.Type, e.Text
	}
	if e, ok := find[*tempestconf.OptionError](err); ok {
		return configError, "Invalid Configuration\nDetails: " + e.Error()
	}
	if e, ok := find[*cloud.ConfigurationError](err); ok {
		return configError, "Invalid Configuration\nDetails: " + e.Error()
	}
	if e, ok := find[*cloud.EndpointNotFoundError](err); ok {
		return "tempest.lib.exceptions.EndpointNotFound", "Endpoint not found\nDetails: " + e.Error()
	}
	if e, ok := Response(err); ok {
		return httpText(e)
	}
	if e, ok := find[*url.Error](err); ok {
		return "urllib3.exceptions.MaxRetryError", connectionText(e)
	}
	return "RuntimeError", Describe(err)
}

// Response returns the unexpected answer that err is about.
func Response(err error) (gophercloud.ErrUnexpectedResponseCode, bool) {
	return find[gophercloud.ErrUnexpectedResponseCode](err)
}

// tempestException is an exception of tempest.lib.exceptions and the base of its message.
type tempestException struct{ name, message string }

// httpException is what Tempest 33's REST client raises for a status; Tempest 34 and later for 406.
func httpException(status int) (e tempestException, known bool) {
	switch status {
	case http.StatusBadRequest:
		return tempestException{"BadRequest", "Bad request"}, true
	case http.StatusUnauthorized:
		return tempestException{"Unauthorized", "Unauthorized"}, true
	case http.StatusForbidden:
		return tempestException{"Forbidden", "Forbidden"}, true
	case http.StatusNotFound:
		return tempestException{"NotFound", "Object not found"}, true
	case http.StatusNotAcceptable:
		return tempestException{"NotAcceptable", "Not Acceptable"}, true
	case http.StatusConflict:
		return tempestException{"Conflict", "Conflict with state of target resource"}, true
	case http.StatusGone:
		return tempestException{"Gone", "The requested resource is no longer available"}, true
	case http.StatusPreconditionFailed:
		return tempestException{"PreconditionFailed", "Precondition Failed"}, true
	case http.StatusRequestEntityTooLarge:
		return tempestException{"OverLimit", "Request entity is too large"}, true
	case http.StatusUnsupportedMediaType:
		return tempestException{"InvalidContentType", "Invalid content type provided"}, true
	case http.StatusUnprocessableEntity:
		return tempestException{"UnprocessableEntity", "Unprocessable entity"}, true
	case http.StatusInternalServerError:
		return tempestException{"ServerFault", "Got server fault"}, true
	case http.StatusNotImplemented:
		return tempestException{"NotImplemented", "Got NotImplemented error"}, true
	}
	return tempestException{"UnexpectedResponseCode", "Unexpected response code received"}, false
}

// httpText gives Tempest's exception for an answer: the base message, and the body as details.
func httpText(r gophercloud.ErrUnexpectedResponseCode) (pythonType, text string) {
	const pkg = "tempest.lib.exceptions."
	if r.Actual < 400 {
		return pkg + "InvalidHttpSuccessCode", fmt.Sprintf("The success code is different than the expected one\nDetails: Unexpected http success status code %d, The expected status code is %s", r.Actual, pyCodes(r.Expected))
	}
	body, understood := readBody(r)
	if !understood {
		return pkg + "UnexpectedContentType", fmt.Sprintf("Unexpected content type provided\nDetails: %d", r.Actual)
	}
	e, known := httpException(r.Actual)
	details := body.details
	switch {
	case !known:
		details = fmt.Sprint(r.Actual)
	case r.Actual == http.StatusRequestEntityTooLarge:
		// A quota is a limit for good, a rate for a while.
		if body.members != nil && r.ResponseHeader.Get("Retry-After") != "" && !strings.Contains(member(body.members, "message"), "exceed") {
			e = tempestException{"RateLimitExceeded", "Rate limit exceeded"}
		}
	case r.Actual >= 500:
		details = body.fault(r.Body)
	}
	return pkg + e.name, e.message + "\nDetails: " + details
}

// answerBody is an error's body as Tempest's REST client reads it.
type answerBody struct {
	details string                     // as it is printed
	members map[string]json.RawMessage // of a JSON object
}

// readBody reads an error's body: JSON is taken out of its only member; what is no JSON stays bytes. Tempest understands
// only a few content types and takes a missing one for JSON.
func readBody(r gophercloud.ErrUnexpectedResponseCode) (b answerBody, understood bool) {
	raw := answerBody{details: pyBytes(r.Body)}
	ctype := strings.ReplaceAll(strings.ToLower(r.ResponseHeader.Get("Content-Type")), "; charset", ";charset")
	switch ctype {
	case "", "application/json", "application/json;charset=utf-8":
	case "text/plain", "text/html", "text/plain;charset=utf-8", "text/html;charset=utf-8":
		return raw, true
	default:
		return raw, false
	}
	if !json.Valid(r.Body) {
		return raw, true
	}
	inner := bytes.TrimSpace(unwrapped(r.Body))
	var s string
	if inner[0] == '"' && json.Unmarshal(inner, &s) == nil {
		return answerBody{details: s}, true
	}
	b.details = pyJSON(inner)
	_ = json.Unmarshal(inner, &b.members) // anything but an object has none
	return b, true
}

// fault is what Tempest prints of a server's fault: the message alone where it finds one.
func (b answerBody) fault(raw []byte) string {
	if b.members == nil {
		return b.details
	}
	for _, key := range []string{"cloudServersFault", "computeFault", "error"} {
		var inner map[string]json.RawMessage
		if value, ok := b.members[key]; ok && json.Unmarshal(value, &inner) == nil {
			return member(inner, "message")
		}
	}
	if message := member(b.members, "message"); message != "" {
		return message
	}
	return pyBytes(raw)
}

// member is a member of a JSON object that is a text, or "".
func member(object map[string]json.RawMessage, key string) string {
	var s string
	if json.Unmarshal(object[key], &s) != nil {
		return ""
	}
	return s
}

// pyCodes writes one status or a list of them.
func pyCodes(codes []int) string {
	if len(codes) == 1 {
		return fmt.Sprint(codes[0])
	}
	return strings.Join(strings.Fields(fmt.Sprint(codes)), ", ")
}

// connectionText is what urllib3 says when a request got no answer.
func connectionText(e *url.Error) string {
	u, err := url.Parse(e.URL)
	if err != nil {
		return cloud.Explain(e)
	}
	scheme, port := "HTTP", u.Port()
	if u.Scheme == "https" {
		scheme = "HTTPS"
	}
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return fmt.Sprintf("%sConnectionPool(host='%s', port=%s): Max retries exceeded with url: %s (Caused by %s)", scheme, u.Hostname(), port, path, e.Err)
}
