package main

import (
	"bytes"
	"net/http"
	"sync"
	"testing"

	"opendev.org/x/persistent-resources/internal/simulator"
)

// TestContainerThatAppearsLate kills create while the service still works on its container. Delete and create, which come at
// once, look until it is there.
func TestContainerThatAppearsLate(t *testing.T) {
	for _, next := range []string{"delete", "create"} {
		t.Run(next, func(t *testing.T) {
			c := startCloud(t, simulator.Options{})
			c.late = "1h"
			arrived, act := make(chan struct{}), make(chan struct{})
			acted := make(chan struct{})
			c.AddFault(simulator.Fault{
				Service: "object-store", Method: http.MethodPut, Path: "/v1/*/*", Times: 1, Action: simulator.Pass,
				Before: func(*http.Request) { close(arrived); <-act }, Replied: func(*http.Request, int) { close(acted) },
			})
			var stderr bytes.Buffer
			cmd := c.start(nil, &stderr, "create", "-q", "--services", "object_storage")
			<-arrived
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			var once sync.Once
			goOn := func() { once.Do(func() { close(act) }); <-acted }
			t.Cleanup(goOn)
			c.AddFault(simulator.Fault{
				Service: "object-store", Method: http.MethodHead, Path: "/v1/*/*", Skip: 3, Times: 1, Action: simulator.Pass,
				Replied: func(_ *http.Request, status int) {
					if status != http.StatusNotFound {
						t.Errorf("the container was there before it was made: %d", status)
					}
					goOn()
				},
			})
			c.program(nil, next, "-q", "--services", "object_storage").must(t, exitOK, next)
			select {
			case <-acted:
			default:
				t.Errorf("%s ended while the container could still appear", next)
			}
			goOn()
			if next == "create" {
				c.program(nil, "verify", "-q", "--services", "object_storage").must(t, exitOK, "verify")
				c.program(nil, "delete", "-q", "--services", "object_storage").must(t, exitOK, "delete")
			}
			c.unchanged(next)
		})
	}
}
