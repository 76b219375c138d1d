package phases

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
)

func TestJoinedErrorsKeepAllTheirAttachments(t *testing.T) {
	err := Join(
		fmt.Errorf("server a: %w", WithAttachments(errors.New("lost"), Attachment{Name: "console of a"})),
		WithAttachments(errors.New("lost"), Attachment{Name: "console of b"}, Attachment{Name: "diagnosis of b"}),
	)
	var names []string
	for _, a := range attachmentsOf(err) {
		names = append(names, a.Name)
	}
	if got, want := strings.Join(names, ", "), "console of a, console of b, diagnosis of b"; got != want {
		t.Errorf("attachments %s, want %s", got, want)
	}
}

func TestDescribeShortensEveryAnswer(t *testing.T) {
	answer := func(status int, message string) error {
		return gophercloud.ErrUnexpectedResponseCode{
			Method: "GET", URL: "http://nova/servers", Actual: status, Body: []byte(`{"error": {"message": "` + message + `"}}`),
		}
	}
	err := Join(fmt.Errorf("server a: %w", answer(404, "no a")), fmt.Errorf("server b: %w", answer(500, "no b")))
	want := "server a: 404 Not Found: no a (GET http://nova/servers)\nserver b: 500 Internal Server Error: no b (GET http://nova/servers)"
	if got := Describe(err); got != want {
		t.Errorf("described as\n%s\nwant\n%s", got, want)
	}
}
