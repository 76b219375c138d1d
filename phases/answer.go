package phases

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// answerMessage finds the sentence in an error body: OpenStack's services wrap it differently.
func answerMessage(body []byte) string {
	var value any
	if json.Unmarshal(body, &value) != nil {
		return ""
	}
	return strings.TrimSpace(strings.Join(strings.Fields(messageIn(value, 0)), " "))
}

func messageIn(value any, depth int) string {
	if list, ok := value.([]any); ok && len(list) > 0 {
		value = list[0] // API-SIG's form: {"errors": [{"detail": …}]}
	}
	object, ok := value.(map[string]any)
	if !ok || depth > 2 {
		return ""
	}
	for _, key := range []string{"message", "faultstring", "detail", "title"} {
		if s, ok := object[key].(string); ok && s != "" {
			return s
		}
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if s := messageIn(object[key], depth+1); s != "" {
			return s
		}
	}
	return ""
}

// ErrNoResource is an answer of the right status that holds nothing of the right kind, as a gateway in front of the service
// may give.
var ErrNoResource = errors.New("the answer has the status of success and holds no such resource; something else than the service may have given it")

// Misread is the error of an answer that should show a resource: of the request, of a body that is something else, as a
// gateway in front of the service may give it, or of one that does not show the resource. other says the last.
func Misread(err error, other bool) error {
	var (
		syntax  *json.SyntaxError
		members *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &members):
		return fmt.Errorf("%w (it holds JSON of another kind: %s)", ErrNoResource, members.Value)
	case errors.As(err, &syntax) || err == io.EOF: //nolint:errorlint // a connection that broke wraps its EOF
		return fmt.Errorf("%w (it is no JSON: %w)", ErrNoResource, err)
	case err == nil && other:
		return ErrNoResource
	}
	return err
}
