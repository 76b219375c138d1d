package reports

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

func jsonReport(t *testing.T, o JSONOptions, streams ...labelled) []byte {
	t.Helper()
	var out bytes.Buffer
	j := NewJSON(&out, o)
	for _, l := range streams {
		s := j.Stream(l.label)
		for _, r := range l.results {
			if err := s.Result(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if !json.Valid(out.Bytes()) {
		t.Fatalf("not JSON: %s", &out)
	}
	return out.Bytes()
}

func TestJSONGolden(t *testing.T) {
	created := result(prefix+"compute.test_create_compute_resources.ComputePersistentResources.test_create_persistent_server[persistent-create]",
		subunit.Success, 0, 0)
	golden(t, "results.golden.json", jsonReport(t, JSONOptions{Properties: [][2]string{{"release", "2025.2"}, {"cloud", "<old>"}}},
		labelled{"create", []*subunit.Result{created}}, labelled{"verify", everyOutcome()}))
	golden(t, "results-full.golden.json", jsonReport(t, JSONOptions{Attachments: true}, labelled{"verify", everyOutcome()}))
	golden(t, "results-empty.golden.json", jsonReport(t, JSONOptions{}, labelled{"verify", nil}))
	golden(t, "results-none.golden.json", jsonReport(t, JSONOptions{}))
}

// Whatever an attachment holds comes back from the document, however it is cut while it is written.
func TestJSONContents(t *testing.T) {
	long := strings.Repeat("x", pieceSize-1) + strings.Repeat("é€😀\"\\\n", pieceSize/8)
	binary := []byte{0, 1, 2, 0xff}
	r := result("m.C.t", subunit.Success, 0, 0, attachment("long", long), attachment("damaged", "a\xffb\x00"),
		subunit.Attachment{Name: "binary", MIME: "application/octet-stream", Content: binary}, attachment("empty", ""))
	var doc struct {
		Runs []struct {
			Tests []struct {
				Attachments []struct{ Text, Base64 string }
			}
		}
	}
	if err := json.Unmarshal(jsonReport(t, JSONOptions{Attachments: true}, labelled{"", []*subunit.Result{r}}), &doc); err != nil {
		t.Fatal(err)
	}
	got := doc.Runs[0].Tests[0].Attachments
	if len(got) != 4 {
		t.Fatalf("%d attachments", len(got))
	}
	if got[0].Text != long {
		t.Errorf("the long text of %d bytes came back as %d bytes", len(long), len(got[0].Text))
	}
	if want := "a\uFFFDb\x00"; got[1].Text != want {
		t.Errorf("got %q, want %q", got[1].Text, want)
	}
	if b, err := base64.StdEncoding.DecodeString(got[2].Base64); err != nil || !bytes.Equal(b, binary) {
		t.Errorf("got %q, %v", b, err)
	}
}

func TestJSONReportsWriteErrors(t *testing.T) {
	j := NewJSON(fullDisk{}, JSONOptions{})
	j.Stream("verify")
	if err := j.Close(); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
	t.Setenv("TMPDIR", "/nonexistent")
	j = NewJSON(io.Discard, JSONOptions{Attachments: true})
	r := result("m.C.t", subunit.Fail, 0, 0, attachment("traceback", strings.Repeat("x", 2*spoolInMemory)))
	if err := errors.Join(j.Stream("verify").Result(r), j.Close()); err == nil {
		t.Error("no error without a place for the spool file")
	}
}
