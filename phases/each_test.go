package phases

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"opendev.org/x/persistent-resources/internal/state"
)

func TestEachKeepsTheOrderAndTheLimit(t *testing.T) {
	f := &Fixture{Concurrency: 2}
	var (
		mu           sync.Mutex
		busy, busier int
	)
	records := []state.Record{{Key: "a"}, {Key: "b"}, {Key: "c"}, {Key: "d"}}
	err := f.Each(records, func(r state.Record) error {
		mu.Lock()
		busy++
		busier = max(busier, busy)
		mu.Unlock()
		// The first ends last.
		if r.Key == "a" {
			<-time.After(20 * time.Millisecond)
		}
		mu.Lock()
		busy--
		mu.Unlock()
		if r.Key == "c" {
			panic("a bug")
		}
		return errors.New(r.Key + " is lost")
	})
	if want := "a is lost\nb is lost\npanic: a bug\nd is lost"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if busier > 2 {
		t.Errorf("%d at once, want at most 2", busier)
	}
}

func TestJoin(t *testing.T) {
	lost := errors.New("lost")
	if Join(nil, nil) != nil {
		t.Error("no error joined to one")
	}
	if got := Join(nil, lost); got != lost {
		t.Errorf("a single error became %v", got)
	}
	if got := Join(lost, nil, errors.New("gone")); !errors.Is(got, lost) || !strings.Contains(got.Error(), "gone") {
		t.Errorf("two errors became %v", got)
	}
}
