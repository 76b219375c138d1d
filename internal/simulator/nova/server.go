package nova

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// The states of a server, vm_state in Nova's words.
const (
	building  = "building"
	active    = "active"
	suspended = "suspended"
	paused    = "paused"
	stopped   = "stopped"
	failed    = "error"
)

// statuses are what the API shows as status for a vm_state.
var statuses = map[string]string{
	building: "BUILD", active: "ACTIVE", suspended: "SUSPENDED", paused: "PAUSED", stopped: "SHUTOFF", failed: "ERROR",
}

// powerStates are what the API shows for a vm_state.
var powerStates = map[string]int{active: 1, paused: 3, suspended: 4, stopped: 4}

// server is one server. What its guest is stands in Service.guests.
type server struct {
	id, name, hostname string
	projectID, userID  string
	imageID            string
	imageProperties    map[string]string // as they were at creation
	flavor             *flavor
	keyName            string
	userData           string
	metadata           map[string]string
	description        any
	tags               []string
	groups             []string // ids of the security groups asked for
	vmState, taskState string
	change             int // counts the changes of state begun: a newer one makes an older void
	created, updated   time.Time
	launched           time.Time
	locked             bool
	configDrive        string
	fault              *fault
	ports              []plugged
	actions            []action
	accessIPv4         string
	accessIPv6         string
}

type fault struct {
	code    int
	message string
	created time.Time
}

type plugged struct {
	id   string
	keep bool // was there before the server, and stays after it
}

type action struct {
	name, request, user, project string
	at                           time.Time
}

// Where all servers run.
const (
	hostName           = "simulated"
	hypervisorHostname = "simulated"
	zone               = "nova"
)

func (sv *server) status() string {
	switch sv.taskState {
	case "rebooting":
		return "REBOOT"
	case "rebooting_hard":
		return "HARD_REBOOT"
	}
	return statuses[sv.vmState]
}

// scheduled tells whether the server has been given a host.
func (sv *server) scheduled() bool { return !sv.launched.IsZero() }

// hostID hides the host's name from the project, as Nova does.
func (sv *server) hostID() string {
	if !sv.scheduled() {
		return ""
	}
	sum := sha256.Sum224([]byte(sv.projectID + hostName))
	return hex.EncodeToString(sum[:])
}

// setAccess takes over the addresses under which the server is to be reached.
func (sv *server) setAccess(sent wire.M) {
	if address, ok := sent["accessIPv4"].(string); ok {
		sv.accessIPv4 = address
	}
	if text, ok := sent["accessIPv6"].(string); ok {
		if address, err := netip.ParseAddr(text); err == nil {
			text = address.String() // the shortest form
		}
		sv.accessIPv6 = text
	}
}

func (sv *server) touch() { sv.updated = time.Now() }

// maxHostname is the longest name a guest takes.
const maxHostname = 63

// hostnameFor makes a host name of a server's name as Nova does.
func hostnameFor(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r == ' ' || r == '_':
			b.WriteByte('-')
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.':
			b.WriteRune(r)
		}
	}
	host := strings.Trim(b.String(), ".-")
	return host[:min(len(host), maxHostname)]
}

func (s *Service) server(id string) *server {
	for _, sv := range s.servers {
		if sv.id == id {
			return sv
		}
	}
	return nil
}

func (sv *server) record(c *wire.Call, name string) {
	sv.actions = append(sv.actions, action{
		name: name, request: c.W.Header().Get("X-Openstack-Request-Id"), user: c.Token.UserID, project: c.Token.ProjectID, at: time.Now(),
	})
}
