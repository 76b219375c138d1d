package nova

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/guest"
	"opendev.org/x/persistent-resources/internal/simulator/neutron"
	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// later does work on the server after a while, unless something newer has
// begun meanwhile.
func (s *Service) later(sv *server, d time.Duration, work func()) {
	change := sv.change
	time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.closed && sv.change == change && slices.Contains(s.servers, sv) {
			work()
			sv.touch()
		}
	})
}

// begin puts the server into a task; finish runs when the task is over.
func (s *Service) begin(sv *server, task string, finish func()) {
	sv.change++
	sv.taskState = task
	sv.touch()
	s.later(sv, s.options.Transition, func() {
		sv.taskState = ""
		finish()
	})
}

// build connects and boots a new server.
func (s *Service) build(sv *server, t *wire.Token, plugs []neutron.PlugRequest) {
	sv.change++
	s.later(sv, s.options.Transition/2, func() {
		sv.taskState = "spawning"
		s.later(sv, s.options.Transition/2, func() { s.spawn(sv, t, plugs) })
	})
}

func (s *Service) spawn(sv *server, t *wire.Token, plugs []neutron.PlugRequest) {
	sv.taskState = ""
	for _, plug := range plugs {
		id, err := s.networks.Plug(t, sv.id, plug)
		if err != nil {
			s.fail(sv, fmt.Sprintf("Build of instance %s aborted: Failed to allocate the network(s), not rescheduling.", sv.id))
			return
		}
		sv.ports = append(sv.ports, plugged{id, plug.PortID != ""})
	}
	sv.vmState, sv.launched = active, time.Now()
	s.readdress([]string{sv.id})
	s.guest(sv.id).PowerOn()
}

func (s *Service) fail(sv *server, message string) {
	s.unplug(sv)
	sv.vmState, sv.taskState = failed, ""
	sv.fault = &fault{http.StatusInternalServerError, message, time.Now()}
}

func (s *Service) unplug(sv *server) {
	for _, port := range sv.ports {
		s.networks.Unplug(port.id, port.keep)
	}
	sv.ports = nil
}

func (s *Service) deleteServer(c *wire.Call, sv *server) error {
	if sv.locked && !c.Token.Admin() {
		return wire.Errorf(http.StatusConflict, "Instance %s is locked", sv.id)
	}
	if sv.taskState != "deleting" {
		sv.record(c, "delete")
		s.begin(sv, "deleting", func() { s.forget(sv) })
	}
	return done(c, http.StatusNoContent)
}

// forget takes a server and its guest away.
func (s *Service) forget(sv *server) {
	s.unplug(sv)
	s.servers = slices.DeleteFunc(s.servers, func(o *server) bool { return o == sv })
	s.guest(sv.id).Close()
	s.guestsMu.Lock()
	defer s.guestsMu.Unlock()
	delete(s.guests, sv.id)
}

func (s *Service) addGuest(sv *server, keys []string) error {
	id := sv.id
	g, err := guest.New(guest.Options{
		Hostname: sv.hostname, User: guest.User, Keys: keys, BootTime: s.options.Transition, Port: s.options.GuestPort,
	}, func(command string) { s.powered(id, command) })
	if err != nil {
		return err
	}
	s.guestsMu.Lock()
	defer s.guestsMu.Unlock()
	s.guests[id] = g
	return nil
}

// guest returns the guest of a server that is there.
func (s *Service) guest(id string) *guest.Guest {
	s.guestsMu.Lock()
	defer s.guestsMu.Unlock()
	return s.guests[id]
}

// powered follows what a guest did by itself. A reboot from inside is not
// seen by Nova, a power off is.
func (s *Service) powered(id, command string) {
	g := s.guest(id)
	if g == nil {
		return
	}
	if command == "reboot" {
		g.Reboot()
		return
	}
	g.PowerOff()
	s.mu.Lock()
	defer s.mu.Unlock()
	if sv := s.server(id); sv != nil && sv.taskState == "" {
		sv.vmState = stopped
		sv.touch()
	}
}

// readdress tells guests which addresses are theirs now. It is Neutron's
// notification, and takes no lock of the service but that of the guests.
func (s *Service) readdress(serverIDs []string) {
	for _, id := range serverIDs {
		g := s.guest(id)
		if g == nil {
			continue
		}
		var addresses []string
		admits := false
		for _, port := range s.networks.Ports(id) {
			for _, fixed := range port.Fixed {
				addresses = append(addresses, fixed.Address)
			}
			addresses = append(addresses, port.Floating...)
			admits = admits || port.AdmitsSSH
		}
		g.SetNetwork(addresses, admits)
	}
}
