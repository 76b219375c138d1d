package reports

import (
	"strings"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

type jsonVerdict struct {
	Successful bool       `json:"successful"`
	Sentence   string     `json:"sentence"`
	Counts     jsonCounts `json:"counts"`
}

type jsonCounts struct {
	Total               int `json:"total"`
	Passed              int `json:"passed"`
	Failed              int `json:"failed"`
	Skipped             int `json:"skipped"`
	ExpectedFailures    int `json:"expected_failures"`
	UnexpectedSuccesses int `json:"unexpected_successes"`
	Incomplete          int `json:"incomplete"`
}

type jsonHead struct {
	Schema     int               `json:"schema"`
	Generator  string            `json:"generator"`
	Properties map[string]string `json:"properties,omitempty"`
	jsonVerdict
}

type jsonRun struct {
	Label string `json:"label"`
	jsonVerdict
	Start   string  `json:"start,omitempty"`
	End     string  `json:"end,omitempty"`
	Seconds float64 `json:"seconds"`

	Releases         map[string]string `json:"releases,omitempty"`
	ReleasesAtCreate map[string]string `json:"releases_at_create,omitempty"`
}

type jsonTest struct {
	ID         string   `json:"id"`
	Class      string   `json:"class"`
	Name       string   `json:"name"`
	Attributes []string `json:"attributes,omitempty"`
	Fixture    bool     `json:"fixture,omitempty"`
	Service    string   `json:"service,omitempty"`
	Phase      string   `json:"phase,omitempty"`
	Status     string   `json:"status"`
	Start      string   `json:"start,omitempty"`
	End        string   `json:"end,omitempty"`
	Seconds    float64  `json:"seconds"`
	Worker     int      `json:"worker"`
	Tags       []string `json:"tags,omitempty"`
	Error      string   `json:"error,omitempty"`
	Message    string   `json:"message,omitempty"`
}

type jsonAttachment struct {
	Name string `json:"name"`
	Type string `json:"type,omitempty"`
	Size int64  `json:"size"`
}

func newJSONTest(r *subunit.Result, re reason) jsonTest {
	id := parseID(r.TestID)
	action, _ := id.task()
	t := jsonTest{
		ID: r.TestID, Class: id.class, Name: id.name, Fixture: id.fixture != "", Service: id.service(),
		Phase: phaseOf(action), Status: r.Status.String(), Start: jsonTime(r.Start), End: jsonTime(r.End),
		Seconds: seconds(max(r.Duration(), 0)), Worker: workerOf(r), Tags: r.Tags, Error: re.kind, Message: re.message,
	}
	if attrs := strings.Trim(id.attrs, "[]"); attrs != "" {
		t.Attributes = strings.Split(attrs, ",")
	}
	return t
}

// phaseOf is our word for the action in a module's name.
func phaseOf(action string) string {
	switch action {
	case "create":
		return "create"
	case "validate":
		return "verify"
	case "cleanup":
		return "delete"
	}
	return ""
}

func newJSONVerdict(b *verdictBuilder) jsonVerdict {
	v, s := b.verdict(), b.summary
	return jsonVerdict{Successful: v.Successful, Sentence: v.Sentence, Counts: jsonCounts{
		Total: s.Total(), Passed: s.Passed, Failed: s.Failed, Skipped: s.Skipped, ExpectedFailures: s.ExpectedFailures,
		UnexpectedSuccesses: s.UnexpectedSuccesses, Incomplete: s.Incomplete,
	}}
}

// jsonTime is RFC 3339 in UTC with microseconds; empty for no time.
func jsonTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}
