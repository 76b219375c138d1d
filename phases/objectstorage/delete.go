package objectstorage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gophercloud/gophercloud/v2"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// remove removes the recorded objects and containers and sees them gone. A container that holds what was not recorded stays
// as it is: what is in it is somebody's.
func (r *resources) remove(ctx context.Context) error {
	boxes := r.Journal.Records("container")
	if len(boxes) == 0 {
		return nil
	}
	client, err := r.client(ctx)
	if err != nil {
		return err
	}
	var all []error
	for _, box := range boxes {
		all = append(all, r.removeContainer(ctx, client, box))
	}
	return errors.Join(all...)
}

func (r *resources) removeContainer(ctx context.Context, client *gophercloud.ServiceClient, box state.Record) error {
	maker := &containerMaker{r: r, client: client}
	if !box.Made {
		// A create that was killed may still be making it.
		if _, err := r.FindLate(ctx, box, maker); err != nil {
			return err
		}
	}
	name, err := phases.LookTwice(ctx, box, maker)
	if phases.NotFound(err) {
		// Two answers to one question may both be a gateway's; the listing is another question.
		if _, err := r.list(ctx, client, box.Name); phases.NotFound(err) {
			return r.containerGone(box)
		}
	}
	if err != nil {
		return fmt.Errorf("look at container %s: %w", box.Name, err)
	}
	if name != box.Name {
		return fmt.Errorf("the container is %s and is left alone", name)
	}
	listed, err := r.list(ctx, client, box.Name)
	if err != nil {
		return err
	}
	recorded := r.recordedNames(box.Name)
	if foreign := slices.DeleteFunc(slices.Clone(listed), func(n string) bool { return slices.Contains(recorded, n) }); len(foreign) > 0 {
		return fmt.Errorf("container %s holds %d objects that this run did not make (%s …); it is left alone with all that is in it: remove them and run delete again", box.Name, len(foreign), foreign[0])
	}
	for _, rec := range r.Journal.Records("object") {
		if rec.Detail(inContainer) != box.Name {
			continue
		}
		if err := r.removeObject(ctx, client, rec); err != nil {
			return err
		}
	}
	if err := r.deleteEmpty(ctx, maker, box); err != nil {
		return err
	}
	return r.Journal.Gone(box.Key)
}

// containerGone closes the records of a container that is not there, and of what was in it.
func (r *resources) containerGone(box state.Record) error {
	for _, rec := range r.Journal.Records("object") {
		if rec.Detail(inContainer) == box.Name {
			if err := r.Journal.Gone(rec.Key); err != nil {
				return err
			}
		}
	}
	return r.Journal.Gone(box.Key)
}

func (r *resources) removeObject(ctx context.Context, client *gophercloud.ServiceClient, rec state.Record) error {
	maker := &objectMaker{r: r, client: client}
	if !rec.Made {
		if _, err := r.FindLate(ctx, rec, maker); err != nil {
			return err
		}
	}
	if err := maker.Delete(ctx, rec); err != nil && !phases.NotFound(err) {
		return fmt.Errorf("delete object %s: %w", rec.Name, err)
	}
	if err := r.Wait(ctx, r.gone("object", rec, maker)); err != nil {
		return err
	}
	return r.Journal.Gone(rec.Key)
}

// deleteEmpty deletes a container. Swift answers 409 as long as the container's own listing has not caught up with the
// deletion of its objects.
func (r *resources) deleteEmpty(ctx context.Context, maker *containerMaker, box state.Record) error {
	wait := r.gone("container", box, maker)
	wait.Poll = func(ctx context.Context) (string, bool, error) {
		err := maker.Delete(ctx, box)
		if err == nil || phases.NotFound(err) {
			return "deleted", true, nil
		}
		if gophercloud.ResponseCodeIs(err, http.StatusConflict) {
			return "not empty", false, nil
		}
		return "", false, fmt.Errorf("delete container %s: %w", box.Name, err)
	}
	if err := r.Wait(ctx, wait); err != nil {
		return err
	}
	return r.Wait(ctx, r.gone("container", box, maker))
}

func (r *resources) gone(kind string, rec state.Record, maker phases.Maker) phases.Waiting {
	return phases.Waiting{
		For:     fmt.Sprintf("%s %s to be gone", kind, rec.Name),
		Timeout: time.Duration(r.Config.ObjectStorage.BuildTimeout) * time.Second,
		Poll: func(ctx context.Context) (string, bool, error) {
			_, err := maker.Check(ctx, rec)
			if phases.NotFound(err) {
				return "gone", true, nil
			}
			return "still there", false, err
		},
	}
}
