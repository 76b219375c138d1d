package nova

import (
	"encoding/json"
	"net/http"
	"slices"

	"opendev.org/x/persistent-resources/internal/simulator/neutron"
	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) interfaceRoutes() {
	base := "/v2.1/servers/{id}/os-interface"
	s.router.Handle("GET", base, s.on(s.listInterfaces))
	s.router.Handle("POST", base, s.on(s.attachInterface))
	s.router.Handle("GET", base+"/{port}", s.on(s.showInterface))
	s.router.Handle("DELETE", base+"/{port}", s.on(s.detachInterface))
}

func interfaceBody(c *wire.Call, port neutron.Port) wire.M {
	fixed := []wire.M{}
	for _, ip := range port.Fixed {
		fixed = append(fixed, wire.M{"subnet_id": ip.SubnetID, "ip_address": ip.Address})
	}
	body := wire.M{
		"port_id": port.ID, "net_id": port.NetworkID, "mac_addr": port.MAC, "port_state": port.Status, "fixed_ips": fixed,
	}
	if since(c, 70) {
		body["tag"] = nil
	}
	return body
}

func (s *Service) listInterfaces(c *wire.Call, sv *server) error {
	list := []wire.M{}
	for _, port := range s.networks.Ports(sv.id) {
		list = append(list, interfaceBody(c, port))
	}
	return c.JSON(http.StatusOK, wire.M{"interfaceAttachments": list})
}

func (s *Service) findInterface(sv *server, id string) (neutron.Port, bool) {
	ports := s.networks.Ports(sv.id)
	i := slices.IndexFunc(ports, func(p neutron.Port) bool { return p.ID == id })
	if i < 0 {
		return neutron.Port{}, false
	}
	return ports[i], true
}

func (s *Service) showInterface(c *wire.Call, sv *server) error {
	port, ok := s.findInterface(sv, c.Param("port"))
	if !ok {
		return wire.Errorf(http.StatusNotFound, "Port id %s could not be found.", c.Param("port"))
	}
	return c.JSON(http.StatusOK, wire.M{"interfaceAttachment": interfaceBody(c, port)})
}

func (s *Service) attachInterface(c *wire.Call, sv *server) error {
	var sent struct {
		Attachment struct {
			NetID    string `json:"net_id"`
			PortID   string `json:"port_id"`
			FixedIPs []struct {
				Address string `json:"ip_address"`
			} `json:"fixed_ips"`
		} `json:"interfaceAttachment"`
	}
	if err := json.Unmarshal(c.Body, &sent); err != nil {
		return badRequest("Malformed request body")
	}
	if err := allowed(c, sv, "attach_interface", []string{active, paused, stopped}); err != nil {
		return err
	}
	plug := neutron.PlugRequest{NetworkID: sent.Attachment.NetID, PortID: sent.Attachment.PortID, Host: hostName}
	if len(sent.Attachment.FixedIPs) > 0 {
		plug.Address = sent.Attachment.FixedIPs[0].Address
	}
	switch missing := s.networks.Missing(c.Token, plug); {
	case missing != "" && plug.PortID == "":
		// Nova of the Zed release does not expect this.
		return wire.Errorf(http.StatusInternalServerError, "%s", unexpected("oslo_messaging.rpc.client.RemoteError"))
	case missing != "":
		return badRequest("%s", missing)
	}
	id, err := s.networks.Plug(c.Token, sv.id, plug)
	if err != nil {
		return badRequest("%s", wire.AsError(err).Message)
	}
	sv.ports = append(sv.ports, plugged{id, plug.PortID != ""})
	sv.record(c, "attach_interface")
	port, _ := s.findInterface(sv, id)
	return c.JSON(http.StatusOK, wire.M{"interfaceAttachment": interfaceBody(c, port)})
}

// detachInterface is accepted for any port: Nova finds out later.
func (s *Service) detachInterface(c *wire.Call, sv *server) error {
	if err := allowed(c, sv, "detach_interface", []string{active, paused, stopped}); err != nil {
		return err
	}
	id := c.Param("port")
	s.later(sv, s.options.Transition, func() {
		i := slices.IndexFunc(sv.ports, func(p plugged) bool { return p.id == id })
		if i >= 0 {
			s.networks.Unplug(id, sv.ports[i].keep)
			sv.ports = slices.Delete(sv.ports, i, i+1)
		}
	})
	return done(c, http.StatusAccepted)
}
