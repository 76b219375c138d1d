package nova

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) actionRoutes() {
	s.router.Handle("POST", "/v2.1/servers/{id}/action", s.on(s.act))
}

// act runs the one action the body names.
func (s *Service) act(c *wire.Call, sv *server) error {
	var body map[string]json.RawMessage
	if err := json.Unmarshal(c.Body, &body); err != nil || len(body) != 1 {
		return badRequest("Malformed request body")
	}
	for name, raw := range body {
		switch name {
		case "suspend":
			return s.transit(c, sv, "suspend", "suspending", suspended, active)
		case "resume":
			return s.transit(c, sv, "resume", "resuming", active, suspended)
		case "pause":
			return s.transit(c, sv, "pause", "pausing", paused, active)
		case "unpause":
			return s.transit(c, sv, "unpause", "unpausing", active, paused)
		case "os-stop":
			return s.transit(c, sv, "stop", "powering-off", stopped, active, failed)
		case "os-start":
			return s.transit(c, sv, "start", "powering-on", active, stopped)
		case "reboot":
			return s.reboot(c, sv, raw)
		case "lock", "unlock":
			sv.locked = name == "lock"
			return done(c, http.StatusAccepted)
		case "os-getConsoleOutput":
			return s.console(c, sv, raw)
		case "os-resetState":
			return s.resetState(c, sv, raw)
		default:
			return badRequest("There is no such action: %s", name)
		}
	}
	return nil
}

// allowed checks that the server is not busy and in one of the states.
func allowed(c *wire.Call, sv *server, action string, from []string) error {
	conflict := func(attribute, value string) error {
		return wire.Errorf(http.StatusConflict, "Cannot '%s' instance %s while it is in %s %s", action, sv.id, attribute, value)
	}
	switch {
	case sv.locked && !c.Token.Admin():
		return wire.Errorf(http.StatusConflict, "Instance %s is locked", sv.id)
	case !slices.Contains(from, sv.vmState):
		return conflict("vm_state", sv.vmState)
	case sv.taskState != "":
		return conflict("task_state", sv.taskState)
	}
	return nil
}

// transit takes a server from one state to another.
func (s *Service) transit(c *wire.Call, sv *server, action, task, to string, from ...string) error {
	if err := allowed(c, sv, action, from); err != nil {
		return err
	}
	sv.record(c, action)
	before := sv.vmState
	if to != active {
		s.still(sv, to)
	}
	s.begin(sv, task, func() {
		sv.vmState = to
		if to == active {
			s.wake(sv, before)
		}
	})
	return done(c, http.StatusAccepted)
}

// still stops a guest in the way of the state its server is to have.
func (s *Service) still(sv *server, to string) {
	g := s.guest(sv.id)
	if to == stopped {
		g.PowerOff()
		s.networks.SetLink(sv.id, false)
	} else {
		g.Freeze()
	}
}

func (s *Service) wake(sv *server, before string) {
	g := s.guest(sv.id)
	if before == stopped {
		g.PowerOn()
		s.networks.SetLink(sv.id, true)
	} else {
		g.Thaw()
	}
}

// rebootKinds as Nova spells them.
var rebootKinds = []string{"HARD", "Hard", "hard", "SOFT", "Soft", "soft"}

func (s *Service) reboot(c *wire.Call, sv *server, raw json.RawMessage) error {
	var sent struct{ Type string }
	_ = json.Unmarshal(raw, &sent) // what is no object has no type
	if !slices.Contains(rebootKinds, sent.Type) {
		return badRequest("Invalid input for field/attribute type. Value: %s. '%s' is not one of ['%s']",
			sent.Type, sent.Type, strings.Join(rebootKinds, "', '"))
	}
	task, from := "rebooting", []string{active}
	if strings.EqualFold(sent.Type, "hard") {
		task, from = "rebooting_hard", []string{active, stopped, paused, suspended, failed}
	}
	if err := allowed(c, sv, "reboot", from); err != nil {
		return err
	}
	sv.record(c, "reboot")
	s.guest(sv.id).PowerOff()
	s.begin(sv, task, func() {
		sv.vmState = active
		s.guest(sv.id).PowerOn()
		s.networks.SetLink(sv.id, true)
	})
	return done(c, http.StatusAccepted)
}

func (s *Service) console(c *wire.Call, sv *server, raw json.RawMessage) error {
	if !sv.scheduled() {
		return wire.Errorf(http.StatusConflict, "Instance %s is not ready", sv.id)
	}
	var sent struct{ Length json.Number }
	_ = json.Unmarshal(raw, &sent) // no length means everything
	lines, _ := sent.Length.Int64()
	return c.JSON(http.StatusOK, wire.M{"output": s.guest(sv.id).Console(int(lines))})
}

func (s *Service) resetState(c *wire.Call, sv *server, raw json.RawMessage) error {
	if !c.Token.Admin() {
		return notAllowed("os-admin-actions:reset_state")
	}
	var sent struct{ State string }
	if err := json.Unmarshal(raw, &sent); err != nil || (sent.State != active && sent.State != failed) {
		return badRequest("Invalid input for field/attribute state. Value: %s. '%s' is not one of ['active', 'error']", sent.State, sent.State)
	}
	sv.change++
	sv.vmState, sv.taskState = sent.State, ""
	sv.touch()
	return done(c, http.StatusAccepted)
}
