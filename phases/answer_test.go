package phases

import (
	"encoding/json"
	"errors"
	"io"
	"testing"
)

func TestMisread(t *testing.T) {
	var object struct{ Server map[string]any }
	broken := &json.SyntaxError{}
	for body, want := range map[string]string{
		`<html>`:           ErrNoResource.Error() + " (it is no JSON: invalid character '<' looking for beginning of value)",
		`[]`:               ErrNoResource.Error() + " (it holds JSON of another kind: array)",
		`{"Server": "up"}`: ErrNoResource.Error() + " (it holds JSON of another kind: string)",
		`{}`:               ErrNoResource.Error(),
	} {
		err := Misread(json.Unmarshal([]byte(body), &object), object.Server == nil)
		if err == nil || err.Error() != want || !errors.Is(err, ErrNoResource) {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
	if err := Misread(io.EOF, true); !errors.Is(err, ErrNoResource) {
		t.Errorf("an empty body: %v", err)
	}
	if err := Misread(errShelf, true); !errors.Is(err, errShelf) || errors.Is(err, ErrNoResource) || errors.As(err, &broken) {
		t.Errorf("an error of the request: %v", err)
	}
	if err := Misread(nil, false); err != nil {
		t.Errorf("an answer that shows the resource: %v", err)
	}
}
