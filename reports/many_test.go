package reports

import (
	"fmt"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

// manyResults are n tests of several services on four workers: mostly passing with a log, some of each other outcome.
func manyResults(n int) []*subunit.Result {
	services := []string{"compute", "object_storage", "volume", "network", "image"}
	ends := make([]time.Duration, 4)
	rs := make([]*subunit.Result, 0, n)
	for i := range n {
		service := services[i/40%len(services)]
		class := fmt.Sprintf("%s%s.test_validate_%s_resources.Verify%02dPersistentResources", prefix, service, service, i/40%50)
		id := fmt.Sprintf("%s.test_persistent_thing_%05d[id-%08x,persistent-verify]", class, i, i*2654435761%(1<<32))
		status, files := subunit.Success, []subunit.Attachment{attachment("pythonlogging:''", fmt.Sprintf(
			"2026-11-22 08:28:16,992 2748 INFO [tempest.lib.common.rest_client] Request (Verify:test_%05d): 200 GET http://127.0.0.1:8774/v2.1/servers/%08x 0.002s\n", i, i))}
		switch i * 7919 % 101 {
		case 3, 50:
			status, files = subunit.Fail, append([]subunit.Attachment{attachment("traceback", shutoff)}, files...)
		case 7, 8, 9, 10:
			status, files = subunit.Skip, []subunit.Attachment{attachment("reason", "Suspend is not available.")}
		case 20:
			status, files = subunit.ExpectedFailure, []subunit.Attachment{attachment("traceback", refused)}
		}
		worker := i % len(ends)
		took := time.Duration(i*7919%997) * time.Millisecond
		if i%37 == 0 {
			took *= 20
		}
		r := result(id, status, ends[worker], took, files...)
		r.Tags = []string{fmt.Sprintf("worker-%d", worker)}
		ends[worker] += took + time.Millisecond
		rs = append(rs, r)
	}
	return rs
}
