package reports

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/subunit"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const prefix = "persistent_resources_tempest_plugin.tests.api."

var epoch = time.Date(2026, 11, 22, 8, 28, 16, 988583000, time.UTC)

// golden compares got with testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s differs (-want +got):\n%s", path, cmp.Diff(string(want), string(got)))
	}
}

func attachment(name, content string) subunit.Attachment {
	kind := `text/plain; charset="utf8"`
	if name == "traceback" {
		kind = `text/x-traceback; charset="utf8"; language="python"`
	}
	return subunit.Attachment{Name: name, MIME: kind, Content: []byte(content)}
}

func result(id string, s subunit.Status, after, took time.Duration, a ...subunit.Attachment) *subunit.Result {
	start := epoch.Add(after)
	return &subunit.Result{TestID: id, Status: s, Start: start, End: start.Add(took), Attachments: a}
}

const shutoff = `Traceback (most recent call last):
  File "/opt/prt/persistent_resources_tempest_plugin/tests/api/compute/test_validate_compute_resources.py", line 97, in test_verify_persistent_servers_existance
    self.assertEqual('ACTIVE', fetched_server['status'])
testtools.matchers._impl.MismatchError: 'ACTIVE' != 'SHUTOFF'
`

const refused = `Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/tempest/lib/common/rest_client.py", line 900, in _error_checker
    raise exceptions.UnexpectedResponseCode(str(resp.status),
          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
tempest.lib.exceptions.UnexpectedResponseCode: Unexpected response code received
Details: 503
`

// everyOutcome has a result of each status, with the attachments that go with it.
func everyOutcome() []*subunit.Result {
	compute := prefix + "compute.test_validate_compute_resources.VerifyComputePersistentResources."
	object := prefix + "object_storage.test_validate_object_storage_resources.VerifyObjectStoragePersistentResources"
	rs := []*subunit.Result{
		result(compute+"test_verify_persistent_servers_existance[persistent-verify]", subunit.Fail, 0, 8093*time.Microsecond,
			attachment("traceback", shutoff),
			attachment("pythonlogging:''", "2026-11-22 08:28:16,992 2748 INFO [tempest.lib.common.rest_client] 200 GET http://127.0.0.1/<servers>\n")),
		result(compute+"test_can_ssh_into_persistent_servers[persistent-verify]", subunit.Skip, 10*time.Millisecond, 0,
			attachment("reason", "Instance validation tests are disabled.")),
		result(compute+"test_suspend_resume_persistent_server[persistent-verify]", subunit.Success, 11*time.Millisecond, 62*time.Second,
			attachment("pythonlogging:''", ""), attachment("stdout", "resumed & reachable\n"), attachment("stderr", "slow \"guest\"\n")),
		result("setUpClass ("+object+")", subunit.Fail, 0, 0, attachment("traceback", refused)),
		result(prefix+"volume.test_validate_volume_resources.VerifyVolumePersistentResources.test_known_bug[id-7c63f08b,persistent-verify]",
			subunit.ExpectedFailure, time.Second, time.Millisecond, attachment("traceback", refused)),
		result(prefix+"volume.test_validate_volume_resources.VerifyVolumePersistentResources.test_mended_bug[id-7c63f08c,persistent-verify]",
			subunit.UnexpectedSuccess, time.Second, time.Millisecond),
		result(compute+"test_cut_off[persistent-verify]", subunit.InProgress, 2*time.Second, 0,
			attachment("stdout", "console ]]> of the \x1b[31mguest\x1b[0m \xff\xfe\x00 ]]]\x00]>\r\n"),
			subunit.Attachment{Name: "screen", MIME: "image/png", Content: []byte("\x89PNG\r\n")}),
	}
	rs[2].Tags = []string{"slow", "worker-1"}
	rs[6].Tags = []string{"worker-3"}
	return rs
}

func summaryOf(rs []*subunit.Result) subunit.Summary {
	var s subunit.Summary
	for _, r := range rs {
		s.Add(r)
	}
	return s
}
