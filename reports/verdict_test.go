package reports

import (
	"fmt"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

func TestSentences(t *testing.T) {
	const (
		create  = prefix + "compute.test_create_compute_resources.ComputePersistentResources.test_create_persistent_server"
		verify  = prefix + "compute.test_validate_compute_resources.VerifyComputePersistentResources.test_ssh"
		volume  = prefix + "volume.test_validate_volume_resources.VerifyVolumePersistentResources.test_volume"
		cleanup = prefix + "compute.test_cleanup_compute_resources.CleanupComputePersistentResources.test_cleanup"
		setUp   = "setUpClass (" + prefix + "volume.test_validate_volume_resources.VerifyVolumePersistentResources)"
		foreign = "tempest.scenario.test_x.TestServer.test_boot[id-1]"
	)
	const ok, bad, skip, xfail, ux, cut = subunit.Success, subunit.Fail, subunit.Skip, subunit.ExpectedFailure, subunit.UnexpectedSuccess, subunit.InProgress
	type results map[string]subunit.Status
	tests := []struct {
		results    results
		successful bool
		want       string
	}{
		{nil, false, "No tests ran."},
		{results{create: ok}, true, "The only test passed."},
		{results{create: ok, cleanup: ok}, true, "All 2 tests passed."},
		{results{create: ok, cleanup: skip}, true, "1 test passed, 1 skipped."},
		{results{create: skip}, true, "Nothing was tested: the only test was skipped."},
		{results{verify: ok, volume: xfail}, true, "Nothing is lost: all 2 tests passed."},
		{results{verify: ok, volume: skip}, true, "Nothing that was checked is lost: 1 test passed, 1 skipped."},
		{results{verify: skip, volume: skip}, true, "Nothing was checked: all 2 tests were skipped."},
		{results{verify: skip, create: ok}, true, "Nothing was checked: the only verify test was skipped. 1 other test passed."},
		{results{create: ok, verify: ok}, true, "Nothing is lost: all 2 tests passed."},
		{results{create: bad}, false, "Not created: compute. 1 of 1 test failed."},
		{results{verify: bad, volume: ok}, false, "Lost or changed: compute. 1 of 2 tests failed."},
		{results{setUp: bad}, false, "Not checked: volume. 1 of 1 test failed."},
		{results{verify: cut}, false, "Not checked: compute. 1 of 1 test never ended."},
		{results{cleanup: bad, verify: cut}, false, "Not checked: compute. Not removed: compute. 1 of 2 tests failed and 1 never ended."},
		{results{verify: ux}, false, "Failed: compute. 1 of 1 test failed."},
		{results{foreign: bad, verify: ok}, false, "Failed: TestServer. 1 of 2 tests failed."},
		{results{subunit.ParserTestID: bad, verify: ok}, false, "Not readable: a part of the stream. 1 of 2 tests failed."},
		{results{"noclass": bad}, false, "Failed: noclass. 1 of 1 test failed."},
	}
	for _, tc := range tests {
		run := NewRun("")
		for _, id := range sortedKeys(tc.results) {
			if err := run.Result(result(id, tc.results[id], 0, 0)); err != nil {
				t.Fatal(err)
			}
		}
		if v := run.Verdict(); v.Sentence != tc.want || v.Successful != tc.successful {
			t.Errorf("%v: got %q, %v, want %q", tc.results, v.Sentence, v.Successful, tc.want)
		}
	}
}

func TestSentenceNamesSomeOfMany(t *testing.T) {
	run := NewRun("")
	for i := range 9 {
		id := fmt.Sprintf("%ss%d.test_create_s%d_resources.C.test_%d", prefix, i, i, i)
		if err := run.Result(result(id, subunit.Fail, 0, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if want, got := "Not created: s0, s1, s2, s3, s4, s5 and 3 more. 9 of 9 tests failed.", run.Verdict().Sentence; got != want {
		t.Errorf("got %q", got)
	}
}
