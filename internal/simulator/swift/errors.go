package swift

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// reason is a status' name and explanation in Swift's words.
type reason struct{ title, text string }

var reasons = map[int]reason{
	http.StatusAccepted:                     {"Accepted", "The request is accepted for processing."},
	http.StatusBadRequest:                   {"Bad Request", "The server could not comply with the request since it is either malformed or otherwise incorrect."},
	http.StatusUnauthorized:                 {"Unauthorized", "This server could not verify that you are authorized to access the document you requested."},
	http.StatusForbidden:                    {"Forbidden", "Access was denied to this resource."},
	http.StatusNotFound:                     {"Not Found", "The resource could not be found."},
	http.StatusMethodNotAllowed:             {"Method Not Allowed", "The method is not allowed for this resource."},
	http.StatusNotAcceptable:                {"Not Acceptable", "The resource is not available in a format acceptable to your browser."},
	http.StatusRequestTimeout:               {"Request Timeout", "The server has waited too long for the request to be sent by the client."},
	http.StatusConflict:                     {"Conflict", "There was a conflict when trying to complete your request."},
	http.StatusGone:                         {"Gone", "This resource is no longer available."},
	http.StatusLengthRequired:               {"Length Required", "Content-Length header required."},
	http.StatusPreconditionFailed:           {"Precondition Failed", "A precondition for this request was not met."},
	http.StatusRequestEntityTooLarge:        {"Request Entity Too Large", "The body of your request was too large for this server."},
	http.StatusRequestedRangeNotSatisfiable: {"Requested Range Not Satisfiable", "The Range requested is not available."},
	http.StatusUnprocessableEntity:          {"Unprocessable Entity", "Unable to process the contained instructions"},
	499:                                     {"Client Disconnect", "The client was disconnected during request."},
	http.StatusInternalServerError:          {"Internal Error", "The server has either erred or is incapable of performing the requested operation."},
	http.StatusNotImplemented:               {"Not Implemented", "The requested method is not implemented by this server."},
	http.StatusBadGateway:                   {"Bad Gateway", "Bad gateway."},
	http.StatusServiceUnavailable:           {"Service Unavailable", "The server is currently unavailable. Please try again at a later time."},
	http.StatusGatewayTimeout:               {"Gateway Timeout", "A timeout has occurred speaking to a backend server."},
	http.StatusInsufficientStorage:          {"Insufficient Storage", "There was not enough space to save the resource."},
}

// page is Swift's HTML for a status.
func page(status int) string {
	r, ok := reasons[status]
	if !ok {
		r.title = http.StatusText(status)
	}
	return fmt.Sprintf("<html><h1>%s</h1><p>%s</p></html>", r.title, r.text)
}

const (
	htmlType  = "text/html; charset=UTF-8"
	plainType = "text/plain"
)

// refuse is a status with Swift's page.
func refuse(status int) error { return &wire.Error{Status: status} }

// plain is a status with a text of its own, sent as text/plain.
func plain(status int, format string, args ...any) error {
	return &wire.Error{Status: status, Message: fmt.Sprintf(format, args...), Type: plainType}
}

// Fail answers with an error in Swift's form.
func (s *Service) Fail(w http.ResponseWriter, r *http.Request, status int, message string) {
	stampTransaction(w)
	s.fail(w, r, status, message, "")
}

func (s *Service) fail(w http.ResponseWriter, r *http.Request, status int, message, contentType string) {
	if status == http.StatusUnauthorized {
		account, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
		w.Header()["Www-Authenticate"] = []string{
			fmt.Sprintf("Swift realm=%q", account), fmt.Sprintf("Keystone uri=%q", "http://"+r.Host+"/identity/v3"),
		}
	}
	if message == "" {
		message = page(status)
	}
	if contentType == "" {
		contentType = htmlType
	}
	c := &wire.Call{W: w, R: r}
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Type", contentType)
		_ = c.Empty(status)
		return
	}
	_ = c.Text(status, contentType, message)
}

// stampTransaction sets the transaction id, in which the hexadecimal part
// after the dash is the time in seconds.
func stampTransaction(w http.ResponseWriter) {
	id := fmt.Sprintf("tx%s-%010x", wire.HexID()[:21], time.Now().Unix())
	w.Header().Set("X-Trans-Id", id)
	w.Header().Set("X-Openstack-Request-Id", id)
}

// accepted is the 202 with its page.
func (q *request) accepted() error {
	return q.Text(http.StatusAccepted, htmlType, page(http.StatusAccepted))
}

// done is a status without body.
func (q *request) done(status int) error {
	if q.W.Header().Get("Content-Type") == "" {
		q.W.Header().Set("Content-Type", htmlType)
	}
	return q.Empty(status)
}

func (q *request) notAllowed(methods string) error {
	q.W.Header().Set("Allow", methods)
	if q.R.Method == http.MethodOptions {
		return q.done(http.StatusOK)
	}
	return refuse(http.StatusMethodNotAllowed)
}
