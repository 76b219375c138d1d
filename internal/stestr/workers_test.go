package stestr

import (
	"context"
	"testing"
	"time"
)

// TestAwaitGivesTimeToStartOnce: workers that have not begun by the first wait do not begin by the second.
func TestAwaitGivesTimeToStartOnce(t *testing.T) {
	w := OpenWorkers(t.TempDir())
	defer w.Close()
	w.opened = w.opened.Add(-startTime)
	asked := 0
	for _, service := range []string{"compute", "object_storage"} {
		w.Await(context.Background(), Phase{service, 1}, func() bool { asked++; return false }, time.Minute)
	}
	if asked != 0 {
		t.Errorf("it was asked %d times for a record that nobody makes", asked)
	}
}
