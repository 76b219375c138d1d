package phases

import (
	"sync"

	"opendev.org/x/persistent-resources/subunit"
)

// turns lets classes run at once and their events come out in the order of the classes: the first class's at once, those
// of a later class when all before it have ended.
type turns struct {
	sink  func(*subunit.Event)
	mu    sync.Mutex
	queue []*turn
}

type turn struct {
	held []*subunit.Event
	done bool
}

func newTurns(sink func(*subunit.Event)) *turns { return &turns{sink: sink} }

// next registers a class. Its events go to sink; done says that there will be no more.
func (t *turns) next() (sink func(*subunit.Event), done func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	mine := &turn{}
	t.queue = append(t.queue, mine)
	t.advance()
	sink = func(e *subunit.Event) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.queue[0] == mine {
			t.sink(e)
			return
		}
		mine.held = append(mine.held, e)
	}
	done = func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		mine.done = true
		t.advance()
	}
	return sink, done
}

// advance gives the turn to the first class that has not ended, letting out what was held back on the way.
func (t *turns) advance() {
	for len(t.queue) > 1 && t.queue[0].done {
		t.queue = t.queue[1:]
		for _, e := range t.queue[0].held {
			t.sink(e)
		}
		t.queue[0].held = nil
	}
}
