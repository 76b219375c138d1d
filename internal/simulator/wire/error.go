package wire

import (
	"errors"
	"fmt"
	"net/http"
)

// Error is a refusal: the services turn it into their own error bodies.
type Error struct {
	Status  int
	Message string
	Type    string      // how the service is to word it: the exception's name, the media type
	Header  http.Header // sent beside the service's own, may be nil
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s", e.Status, e.Message) }

// Errorf returns a refusal with the given status and message.
func Errorf(status int, format string, args ...any) error {
	return &Error{Status: status, Message: fmt.Sprintf(format, args...)}
}

// AsError returns err as a refusal; anything unforeseen becomes a 500.
func AsError(err error) *Error {
	var refusal *Error
	if errors.As(err, &refusal) {
		return refusal
	}
	return &Error{Status: http.StatusInternalServerError, Message: err.Error()}
}
