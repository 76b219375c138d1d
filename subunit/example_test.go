package subunit_test

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

// A runner writes a test as its beginning, its attachments and its end. A report joins them again.
func Example() {
	start := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	var stream bytes.Buffer
	w := subunit.NewWriter(&stream)
	for _, e := range []subunit.Event{
		{TestID: "compute.test_create", Status: subunit.InProgress, Time: start},
		{TestID: "compute.test_create", FileName: "reason", MIME: "text/plain;charset=utf8", Content: []byte("Nova is not available"), EOF: true},
		{TestID: "compute.test_create", Status: subunit.Skip, Time: start.Add(2 * time.Second)},
	} {
		if err := w.Write(&e); err != nil {
			log.Fatal(err)
		}
	}

	c := subunit.NewCollector(func(r *subunit.Result) {
		fmt.Printf("%s: %s after %s (%s)\n", r.TestID, r.Status, r.Duration(), r.Attachment("reason").Content)
	})
	for e, err := range subunit.Open(&stream, subunit.Recover).All() {
		if err != nil {
			log.Fatal(err)
		}
		c.Add(e)
	}
	c.Flush()
	s := c.Summary()
	fmt.Println("successful:", s.Successful())
	// Output:
	// compute.test_create: skip after 2s (Nova is not available)
	// successful: true
}

// Text between packets and damaged data are events too.
func ExampleReader() {
	packet, err := subunit.AppendPacket(nil, &subunit.Event{TestID: "a", Status: subunit.Success})
	if err != nil {
		log.Fatal(err)
	}
	stream := append([]byte("make: hello\n"), packet...)
	stream = append(stream, packet[:9]...) // cut off

	out := subunit.NewJSONWriter(os.Stdout)
	for e, err := range subunit.NewReader(bytes.NewReader(stream), subunit.Recover).All() {
		if err != nil {
			log.Fatal(err)
		}
		if err := out.Write(e); err != nil {
			log.Fatal(err)
		}
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// {"file_bytes_b64": "bWFrZTogaGVsbG8K", "file_bytes_len": 12, "nonsubunit": true}
	// {"eof": false, "file_bytes": null, "file_name": null, "mime_type": null, "nonsubunit": false, "nsec": null, "route_code": null, "runnable": true, "sec": null, "test_id": "a", "test_status": "success", "test_tags": null}
	// {"packet_b64": "sykDCgFh3cHH", "packet_len": 9, "parser_error": "truncated"}
}
