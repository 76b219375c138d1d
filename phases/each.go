package phases

import (
	"errors"

	"golang.org/x/sync/errgroup"

	"opendev.org/x/persistent-resources/internal/state"
)

// Each works on every record, up to Concurrency of them at once, whatever happens to the others, so that a report names all
// losses. The errors are joined in the order of the records.
func (f *Fixture) Each(records []state.Record, work func(state.Record) error) error {
	errs := make([]error, len(records))
	var group errgroup.Group
	group.SetLimit(max(f.Concurrency, 1))
	for i, rec := range records {
		group.Go(func() error {
			defer func() {
				if v := recover(); v != nil {
					errs[i] = panicked(v)
				}
			}()
			errs[i] = work(rec)
			return nil
		})
	}
	_ = group.Wait()
	return Join(errs...)
}

// Join is errors.Join, except that a single error stays as it is.
func Join(errs ...error) error {
	var found []error
	for _, err := range errs {
		if err != nil {
			found = append(found, err)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return errors.Join(found...)
}
