package reports

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

func csvTable(t *testing.T, rs []*subunit.Result) []byte {
	t.Helper()
	var out bytes.Buffer
	c := NewCSV(&out)
	for _, r := range rs {
		if err := c.Result(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCSVGolden(t *testing.T) {
	rs := everyOutcome()
	rs = append(rs, &subunit.Result{TestID: `m.C.untimed, "quoted"`, Status: subunit.Success})
	whole := result("m.C.whole_seconds", subunit.Success, 0, 0)
	whole.Start = epoch.Truncate(time.Second).In(time.FixedZone("", 3600))
	whole.End = whole.Start
	golden(t, "results.golden.csv", csvTable(t, append(rs, whole)))
}

func TestCSVReportsWriteErrors(t *testing.T) {
	if err := NewCSV(fullDisk{}).Close(); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

func TestResourceParseGolden(t *testing.T) {
	create := NewRun("create")
	before, after := NewRun("before_upgrade.subunit"), NewRun("after_upgrade")
	cleanup := NewRun("cleanup")
	add := func(run *Run, id string, s subunit.Status) {
		if err := run.Result(result(id, s, time.Second, time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	add(create, prefix+"compute.test_create_compute_resources.ComputePersistentResources.test_create_persistent_server[persistent-create]", subunit.Success)
	add(create, prefix+"volume.test_create_volume_resources.VolumePersistentResources.test_create_persistent_volume[id-1,persistent-create]", subunit.Skip)
	for _, run := range []*Run{before, after} {
		add(run, "setUpClass ("+prefix+"compute.test_validate_compute_resources.VerifyComputePersistentResources)", subunit.Fail)
		for _, test := range []string{"test_verify_persistent_container_existance", "test_get_persistent_object"} {
			add(run, prefix+"object_storage.test_validate_object_storage_resources.VerifyObjectStoragePersistentResources."+test+"[persistent-verify]", subunit.Success)
		}
	}
	add(cleanup, "tearDownClass ("+prefix+"object_storage.test_cleanup_object_storage_resources.CleanupObjectStoragePersistentResources)", subunit.Fail)
	add(cleanup, "tempest.api.compute.servers.ServersTest.test_list", subunit.Success)
	var out bytes.Buffer
	if err := WriteResourceParse(&out, []*Run{create, before, after, cleanup}); err != nil {
		t.Fatal(err)
	}
	pretty := strings.ReplaceAll(out.String(), "[{", "[\n{")
	golden(t, "resource-parse.golden.json", []byte(strings.ReplaceAll(pretty, "},{", "},\n{")))
	if err := WriteResourceParse(fullDisk{}, nil); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}
