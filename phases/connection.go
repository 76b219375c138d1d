package phases

import (
	"sync"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/tempestconf"
)

// sharedConnection is the one connection of a run's classes: they share its sockets and the admin's token.
type sharedConnection struct {
	connect func(*tempestconf.Config) (*cloud.Connection, error)

	mu   sync.Mutex
	conn *cloud.Connection
}

// get returns the connection, making it at the first call. An attempt that failed is made again by the next class, whose
// result names the cause as well.
func (s *sharedConnection) get(cfg *tempestconf.Config) (*cloud.Connection, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		return s.conn, nil
	}
	conn, err := s.connect(cfg)
	if err != nil {
		return nil, err
	}
	s.conn = conn
	return conn, nil
}

func (s *sharedConnection) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		s.conn.Close()
	}
}
