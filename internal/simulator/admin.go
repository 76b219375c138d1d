package simulator

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// administer serves the endpoint through which a person or a script steers a
// running cloud:
//
//	GET    /simulator/faults       the active faults
//	POST   /simulator/faults       body: one fault a line in ParseFault's form
//	DELETE /simulator/faults       end all faults; …/faults/ID ends one
//	GET    /simulator/requests     the request log; DELETE empties it
//	GET    /simulator/inventory    what the cloud holds, one thing a line
//	POST   /simulator/restart      see Cloud.Restart
//	POST   /simulator/upgrade/NAME see Cloud.Upgrade
func (c *Cloud) administer(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/simulator/")
	id, oneFault := strings.CutPrefix(path, "faults/")
	release, upgrade := strings.CutPrefix(path, "upgrade/")
	switch {
	case r.Method == http.MethodGet && path == "faults":
		writeJSON(w, http.StatusOK, c.listFaults())
	case r.Method == http.MethodPost && path == "faults":
		c.postFaults(w, r)
	case r.Method == http.MethodDelete && path == "faults":
		c.ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodDelete && oneFault:
		n, err := strconv.Atoi(id)
		if err != nil || !c.faults.remove(n) {
			http.Error(w, "no such fault", http.StatusNotFound)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodGet && path == "requests":
		writeJSON(w, http.StatusOK, c.Requests())
	case r.Method == http.MethodDelete && path == "requests":
		c.ResetRequests()
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodGet && path == "inventory":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		for _, line := range c.Inventory() {
			_, _ = io.WriteString(w, line+"\n")
		}
	case r.Method == http.MethodPost && path == "restart":
		c.restart(connOf(r))
		lastAnswer(w)
	case r.Method == http.MethodPost && upgrade:
		if err := c.upgrade(release, connOf(r)); err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		lastAnswer(w)
	default:
		http.NotFound(w, r)
	}
}

// lastAnswer ends the connection that a restart has left, once it is done: who
// asks again after this answer meets the restarted services.
func lastAnswer(w http.ResponseWriter) {
	w.Header().Set("Connection", "close")
	w.WriteHeader(http.StatusNoContent)
}

type listedFault struct {
	ID    int    `json:"id"`
	Fault string `json:"fault"`
	Seen  int    `json:"seen"` // matching requests so far
}

func (c *Cloud) listFaults() []listedFault {
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	list := []listedFault{}
	for _, f := range c.faults.all {
		list = append(list, listedFault{f.id, f.String(), f.seen})
	}
	return list
}

func (c *Cloud) postFaults(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var faults []Fault
	for line := range strings.Lines(string(body)) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		f, err := ParseFault(line)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		faults = append(faults, f)
	}
	added := []listedFault{}
	for _, f := range faults {
		added = append(added, listedFault{ID: c.faults.add(f), Fault: f.String()})
	}
	writeJSON(w, http.StatusCreated, added)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that has gone is no fault of ours
}
