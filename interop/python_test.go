//go:build interop

package interop

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// decoder prints python-subunit's reading of a stream, one event a line.
const decoder = `
import base64, json, sys, subunit, testtools

class Printer(testtools.StreamResult):
    def status(self, test_id=None, test_status=None, test_tags=None, runnable=True, file_name=None, file_bytes=None,
               eof=False, mime_type=None, route_code=None, timestamp=None):
        content = None if file_bytes is None else base64.b64encode(bytes(file_bytes)).decode()
        print(json.dumps(dict(ID=test_id or "", Status=test_status or "", Tags=sorted(test_tags or []), Runnable=runnable,
                              Name=file_name or "", Content=content, EOF=eof, MIME=mime_type or "", Route=route_code or "",
                              Time=timestamp.isoformat() if timestamp else "")))

subunit.ByteStreamToStreamResult(sys.stdin.buffer, non_subunit_name="stdout").run(Printer())
`

type pythonEvent struct {
	ID, Status        string
	Tags              []string
	Runnable          bool
	Name              string
	Content           []byte
	EOF               bool
	MIME, Route, Time string
}

// python compares python-subunit's reading of a stream with ours, event by event.
func (w *workspace) python(t *testing.T, stream []byte) {
	t.Helper()
	cmd := w.command(interpreter(t), "-c", decoder)
	cmd.Stdin = bytes.NewReader(stream)
	r := runCommand(t, cmd).must(t, 0)
	var theirs, ours []pythonEvent
	for d := json.NewDecoder(bytes.NewReader(r.stdout)); d.More(); {
		var e pythonEvent
		if err := d.Decode(&e); err != nil {
			t.Fatal(err)
		}
		if e.Time != "" {
			at, err := time.Parse(time.RFC3339Nano, e.Time)
			if err != nil {
				t.Fatal(err)
			}
			e.Time = at.UTC().Format(time.RFC3339Nano)
		}
		theirs = append(theirs, e)
	}
	for _, e := range events(t, stream) {
		p := pythonEvent{
			ID: e.TestID, Status: e.Status.String(), Tags: append([]string{}, e.Tags...), Runnable: !e.NotRunnable, Name: e.FileName,
			Content: e.Content, EOF: e.EOF, MIME: e.MIME, Route: e.Route,
		}
		slices.Sort(p.Tags)
		if !e.Time.IsZero() {
			p.Time = e.Time.Format(time.RFC3339Nano)
		}
		if e.HasFile() && p.Content == nil {
			p.Content = []byte{}
		}
		ours = append(ours, p)
	}
	if diff := cmp.Diff(theirs, ours); diff != "" {
		t.Errorf("the two readings differ (-python-subunit +ours):\n%s", diff)
	}
}
