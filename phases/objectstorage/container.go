package objectstorage

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/objectstorage/v1/containers"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// runMark is the metadata by which a container or an object says which run made it.
const runMark = "Persistent-Resources-Run"

// markHeader is the mark as a container's header, in the form of a baseline's key.
const markHeader = "x-container-meta-persistent-resources-run"

// containerBaseline is what must not change of a container: its headers of these kinds, by their names in lower case.
type containerBaseline map[string]string

// kept reports whether a container's header is part of its baseline: metadata, access, policy, versioning.
func kept(name string) bool {
	for _, p := range []string{"x-container-meta-", "x-container-read", "x-container-write", "x-storage-policy", "x-versions-location", "x-history-location", "x-container-sync-to"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

func containerHeaders(h http.Header) containerBaseline {
	b := containerBaseline{}
	for name := range h {
		if lower := strings.ToLower(name); kept(lower) {
			b[lower] = h.Get(name)
		}
	}
	return b
}

// createContainer is the test test_create_persistent_container.
func (r *resources) createContainer(ctx context.Context) error {
	client, err := r.client(ctx)
	if err != nil {
		return err
	}
	_, err = r.ensureContainer(ctx, client)
	return err
}

// ensureContainer makes the container, or keeps it, and takes its baseline.
func (r *resources) ensureContainer(ctx context.Context, client *gophercloud.ServiceClient) (state.Record, error) {
	maker := &containerMaker{r: r, client: client}
	record, err := r.Ensure(ctx, state.Record{Key: "container/1", Kind: "container", Name: r.RandName("TestContainer")}, maker)
	if err != nil {
		return record, err
	}
	if maker.made != nil {
		if err := r.assertHeaders(container, http.MethodPut, maker.made); err != nil {
			return record, err
		}
	}
	var known containerBaseline
	if ok, err := record.ReadBaseline(&known); err == nil && ok && known[markHeader] == r.RunID() {
		return record, nil
	}
	// What is no answer of the container's own, as a gateway may give it, would turn every verify red.
	name, err := maker.Check(ctx, record)
	if err != nil {
		return record, fmt.Errorf("read container %s: %w", record.Name, err)
	}
	if name != record.Name {
		return record, phases.Fail("the container that was just made is %s", name)
	}
	if err := r.assertHeaders(container, http.MethodHead, maker.seen); err != nil {
		return record, err
	}
	return record, r.Journal.Baseline(record.Key, containerHeaders(maker.seen))
}

// verifyContainers is the test test_verify_persistent_container_existance.
func (r *resources) verifyContainers(ctx context.Context) error {
	records := r.Journal.Records("container")
	if len(records) == 0 {
		return phases.Fail("[] is not true : No containers were found in the file.")
	}
	client, err := r.client(ctx)
	if err != nil {
		return err
	}
	return eachOf(records, func(record state.Record) error {
		resp, err := client.Get(ctx, client.ServiceURL(record.Name), nil, &gophercloud.RequestOpts{
			OkCodes: []int{200, 204}, MoreHeaders: map[string]string{"Accept": "text/plain"},
		})
		if err != nil {
			return fmt.Errorf("get container %s: %w", record.Name, err)
		}
		headers := withLength(resp.Header, resp.ContentLength, resp.TransferEncoding)
		if err := r.assertHeaders(container, http.MethodGet, headers); err != nil {
			return err
		}
		return r.compareContainer(ctx, record, containerHeaders(resp.Header))
	})
}

func (r *resources) compareContainer(ctx context.Context, record state.Record, now containerBaseline) error {
	var was containerBaseline
	known, err := record.ReadBaseline(&was)
	if err != nil {
		return fmt.Errorf("read the baseline of container %s: %w", record.Name, err)
	}
	if !known {
		r.NotRecorded(ctx, "Of container %s policy, access and metadata are not compared: not recorded.", record.Name)
		return nil
	}
	return phases.Changed("container "+record.Name, differences(was, now))
}

// containerMaker makes, finds and removes containers.
type containerMaker struct {
	r      *resources
	client *gophercloud.ServiceClient
	made   http.Header // answer to the PUT, when there was one
	seen   http.Header // answer to the last HEAD
}

func (m *containerMaker) Make(ctx context.Context, rec state.Record) (string, map[string]string, error) {
	result := containers.Create(ctx, m.client, rec.Name, containers.CreateOpts{Metadata: map[string]string{runMark: m.r.RunID()}})
	if result.Err == nil {
		m.made = result.Header
	}
	return rec.Name, nil, result.Err
}

func (m *containerMaker) Find(ctx context.Context, rec state.Record) (string, error) {
	name, err := m.Check(ctx, rec)
	if phases.NotFound(err) || err == nil && name != rec.Name {
		return "", nil
	}
	return name, err
}

func (m *containerMaker) Check(ctx context.Context, rec state.Record) (string, error) {
	got := containers.Get(ctx, m.client, rec.Name, nil)
	if got.Err != nil {
		return "", got.Err
	}
	m.seen = got.Header
	if mark := got.Header.Get(markHeader); mark != m.r.RunID() && rec.Detail(phases.Imported) == "" {
		return fmt.Sprintf("%s of another run (%s)", rec.Name, mark), nil
	}
	return rec.Name, nil
}

func (m *containerMaker) Delete(ctx context.Context, rec state.Record) error {
	return containers.Delete(ctx, m.client, rec.Name).Err
}
