package simulator

import (
	"bytes"
	"maps"
	"net"
	"net/http"
	"strconv"
)

// recorder keeps a service's answer until it is decided whether the client
// gets it.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

// record lets the service act.
func record(svc *service, r *http.Request) *recorder {
	rec := &recorder{header: http.Header{}}
	svc.backend.ServeHTTP(rec, r)
	rec.WriteHeader(http.StatusOK)
	return rec
}

// refuse makes the service's own error without letting it act.
func refuse(svc *service, r *http.Request, f *Fault) *recorder {
	rec := &recorder{header: http.Header{}}
	svc.backend.Fail(rec, r, f.Status, f.Message)
	maps.Copy(rec.header, f.Header)
	return rec
}

// replay sends the kept answer and returns its status.
func (r *recorder) replay(w http.ResponseWriter, req *http.Request) int {
	maps.Copy(w.Header(), r.header)
	w.WriteHeader(r.status)
	if req.Method != http.MethodHead {
		_, _ = w.Write(r.body.Bytes()) // a client that has gone is no fault of ours
	}
	return r.status
}

// truncate announces the whole body, sends half of it and hangs up.
func (r *recorder) truncate(w http.ResponseWriter) {
	maps.Copy(w.Header(), r.header)
	w.Header().Set("Content-Length", strconv.Itoa(r.body.Len()))
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body.Bytes()[:r.body.Len()/2])
	hangUp(w)
}

// reset drops the connection with nothing sent: the client sees it broken.
func reset(w http.ResponseWriter) {
	if conn := hijack(w); conn != nil {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // a reset, not an orderly end
		}
		_ = conn.Close()
	}
}

// hangUp closes the connection after what was sent so far.
func hangUp(w http.ResponseWriter) {
	_ = http.NewResponseController(w).Flush()
	if conn := hijack(w); conn != nil {
		_ = conn.Close()
	}
}

func hijack(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil
	}
	return conn
}
