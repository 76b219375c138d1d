package objectstorage

import (
	"context"
	"crypto/md5" //nolint:gosec // Swift's ETag is an MD5
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/objectstorage/v1/objects"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// Details of an object's record.
const (
	inContainer = "container"
	contentType = "content_type"
	seed        = "seed" // of generated content
	text        = "text" // content given as it is
	size        = "size" // in bytes
	sha256sum   = "sha256"
)

// createObjects is the test test_create_persistent_object: the original's object of 15 bytes, and objects with generated
// content beside it.
func (r *resources) createObjects(ctx context.Context) error {
	if r.Config.PersistentResources.DataSize > maxObjectSize {
		return phases.FailWith("ValueError", "[persistent_resources] data_size is %d bytes; an object can have at most %d", r.Config.PersistentResources.DataSize, maxObjectSize)
	}
	client, err := r.client(ctx)
	if err != nil {
		return err
	}
	// A runner may be given this test without the container's: it needs the container all the same.
	box, ok := r.Journal.Record("container/1")
	if !ok || !box.Made {
		if box, err = r.ensureContainer(ctx, client); err != nil {
			return err
		}
	}
	for i := range r.Config.PersistentResources.Objects + 1 {
		record, err := r.plannedObject(i, box.Name)
		if err != nil {
			return err
		}
		maker := &objectMaker{r: r, client: client}
		if _, err := r.Ensure(ctx, record, maker); err != nil {
			return err
		}
		method, headers := http.MethodPut, maker.made
		if headers == nil {
			method, headers = http.MethodHead, maker.seen
		}
		if err := r.assertHeaders(object, method, headers); err != nil {
			return err
		}
	}
	return nil
}

// plannedObject is the record of the i-th object; the 0th is the original's.
func (r *resources) plannedObject(i int, box string) (state.Record, error) {
	rec := state.Record{Key: "object/" + strconv.Itoa(i), Kind: "object"}
	if have, ok := r.Journal.Record(rec.Key); ok {
		return have, nil
	}
	rec.Name = r.RandName("TestObject")
	if i == 0 {
		rec.Details = map[string]string{
			inContainer: box, contentType: "application/json", text: originalContent,
			size: strconv.Itoa(len(originalContent)), sha256sum: digest([]byte(originalContent)),
		}
		return rec, nil
	}
	s, err := newSeed()
	if err != nil {
		return rec, err
	}
	n := r.Config.PersistentResources.DataSize
	data, err := newGenerated(s, int64(n))
	if err != nil {
		return rec, err
	}
	sum, err := digestOf(data)
	if err != nil {
		return rec, err
	}
	rec.Details = map[string]string{
		inContainer: box, contentType: "application/octet-stream", seed: s, size: strconv.Itoa(n), sha256sum: sum,
	}
	return rec, nil
}

// maxObjectSize is Swift's limit for one object, in bytes.
const maxObjectSize = 5 << 30

// recordedContent makes the content of a record again, piece by piece.
func recordedContent(rec state.Record) (io.ReadSeeker, error) {
	if rec.Detail(seed) == "" {
		return strings.NewReader(rec.Detail(text)), nil
	}
	n, err := strconv.ParseInt(rec.Detail(size), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("the recorded size of object %s is no number: %w", rec.Name, err)
	}
	return newGenerated(rec.Detail(seed), n)
}

// objectMaker makes, finds and removes objects.
type objectMaker struct {
	r      *resources
	client *gophercloud.ServiceClient
	made   http.Header // answer to the PUT, when there was one
	seen   http.Header // answer to the last HEAD
}

func (m *objectMaker) Make(ctx context.Context, rec state.Record) (string, map[string]string, error) {
	data, err := recordedContent(rec)
	if err != nil {
		return "", nil, err
	}
	tag, err := etag(data)
	if err != nil {
		return "", nil, err
	}
	// The ETag that goes along makes Swift refuse a body that arrives damaged.
	result := objects.Create(ctx, m.client, rec.Detail(inContainer), rec.Name, objects.CreateOpts{
		Content: data, ContentType: rec.Detail(contentType), ETag: tag,
		Metadata: map[string]string{runMark: m.r.RunID()},
	})
	if result.Err != nil {
		return "", nil, result.Err
	}
	m.made = result.Header
	return rec.Name, map[string]string{"last_modified": result.Header.Get("Last-Modified")}, nil
}

func etag(data io.ReadSeeker) (string, error) {
	return hashed(md5.New(), data) //nolint:gosec // Swift's ETag is an MD5
}

// Find accepts an object only when it is whole: one with another content is written again.
func (m *objectMaker) Find(ctx context.Context, rec state.Record) (string, error) {
	got := objects.Get(ctx, m.client, rec.Detail(inContainer), rec.Name, nil)
	if phases.NotFound(got.Err) {
		return "", nil
	}
	if got.Err != nil {
		return "", got.Err
	}
	data, err := recordedContent(rec)
	if err != nil {
		return "", err
	}
	tag, err := etag(data)
	if err != nil || strings.Trim(got.Header.Get("Etag"), `"`) != tag {
		return "", err
	}
	m.seen = got.Header
	return rec.Name, nil
}

func (m *objectMaker) Check(ctx context.Context, rec state.Record) (string, error) {
	got := objects.Get(ctx, m.client, rec.Detail(inContainer), rec.Name, nil)
	if got.Err != nil {
		return "", got.Err
	}
	m.seen = got.Header
	if mark := got.Header.Get("X-Object-Meta-" + runMark); mark != m.r.RunID() && rec.Detail(phases.Imported) == "" {
		return fmt.Sprintf("%s of another run (%s)", rec.Name, mark), nil
	}
	return rec.Name, nil
}

func (m *objectMaker) Delete(ctx context.Context, rec state.Record) error {
	return objects.Delete(ctx, m.client, rec.Detail(inContainer), rec.Name, nil).Err
}

// eachOf works on every record, whatever happens to the others, so that a report names all losses.
func eachOf(records []state.Record, work func(state.Record) error) error {
	var all []error
	for _, rec := range records {
		if err := work(rec); err != nil {
			all = append(all, err)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return errors.Join(all...)
}
