package nova

import (
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// body is what a token sees of a server.
func (s *Service) body(c *wire.Call, sv *server) wire.M {
	body := s.briefBody(c, sv)
	var launched, task, key any
	if sv.scheduled() {
		launched = wire.Stamp(sv.launched, "2006-01-02T15:04:05.000000")
	}
	if sv.taskState != "" {
		task = sv.taskState
	}
	if sv.keyName != "" {
		key = sv.keyName
	}
	body["key_name"], body["config_drive"] = key, sv.configDrive
	body["OS-EXT-STS:vm_state"], body["OS-EXT-STS:task_state"] = sv.vmState, task
	body["OS-EXT-STS:power_state"] = powerStates[sv.vmState]
	body["OS-SRV-USG:launched_at"], body["OS-SRV-USG:terminated_at"] = launched, nil
	body["OS-EXT-AZ:availability_zone"] = ""
	if sv.scheduled() {
		body["OS-EXT-AZ:availability_zone"] = zone
	}
	body["os-extended-volumes:volumes_attached"] = []wire.M{}
	if groups := s.groupNames(sv); len(groups) > 0 {
		body["security_groups"] = groups
	}
	body["addresses"] = s.addresses(sv, true)
	newer(c, sv, body)
	if c.Token.Admin() {
		adminBody(c, sv, body)
	}
	return body
}

// briefBody are the members that the oldest API had, which an update answers
// with.
func (s *Service) briefBody(c *wire.Call, sv *server) wire.M {
	body := wire.M{
		"id": sv.id, "name": sv.name, "status": sv.status(), "tenant_id": sv.projectID, "user_id": sv.userID,
		"metadata": sv.metadata, "hostId": sv.hostID(), "flavor": sv.flavor.embedded(c), "links": links(c, "servers", sv.id),
		"image":   wire.M{"id": sv.imageID, "links": []wire.M{bookmark(c, "images", sv.imageID)}},
		"created": wire.Stamp(sv.created, wire.TimeSecond), "updated": wire.Stamp(sv.updated, wire.TimeSecond),
		"accessIPv4": sv.accessIPv4, "accessIPv6": sv.accessIPv6, "OS-DCF:diskConfig": "MANUAL",
		"addresses": s.addresses(sv, false),
	}
	switch sv.status() {
	case "ACTIVE", "BUILD":
		body["progress"] = 0
	case "ERROR":
		if sv.fault != nil {
			body["fault"] = wire.M{
				"code": sv.fault.code, "message": sv.fault.message, "created": wire.Stamp(sv.fault.created, wire.TimeSecond),
			}
		}
	}
	return body
}

// newer adds what later microversions brought.
func newer(c *wire.Call, sv *server, body wire.M) {
	for _, member := range []struct {
		minor int
		name  string
		value any
	}{
		{9, "locked", sv.locked},
		{19, "description", sv.description},
		{26, "tags", sv.tags},
		{63, "trusted_image_certificates", nil},
		{71, "server_groups", []string{}},
		{73, "locked_reason", nil},
		{90, "OS-EXT-SRV-ATTR:hostname", sv.hostname},
		{96, "pinned_availability_zone", nil},
		{100, "scheduler_hints", wire.M{}},
	} {
		if since(c, member.minor) {
			body[member.name] = member.value
		}
	}
	if image, ok := body["image"].(wire.M); ok && since(c, 98) {
		image["properties"] = sv.imageProperties
	}
}

func adminBody(c *wire.Call, sv *server, body wire.M) {
	var host, hypervisor any
	if sv.scheduled() {
		host, hypervisor = hostName, hypervisorHostname
	}
	body["OS-EXT-SRV-ATTR:host"], body["OS-EXT-SRV-ATTR:hypervisor_hostname"] = host, hypervisor
	body["OS-EXT-SRV-ATTR:instance_name"] = "instance-" + sv.id[:8]
	if since(c, 3) {
		body["OS-EXT-SRV-ATTR:hostname"], body["OS-EXT-SRV-ATTR:launch_index"] = sv.hostname, 0
		body["OS-EXT-SRV-ATTR:reservation_id"] = "r-" + sv.id[:8]
		body["OS-EXT-SRV-ATTR:root_device_name"], body["OS-EXT-SRV-ATTR:user_data"] = "/dev/vda", sv.userData
		body["OS-EXT-SRV-ATTR:kernel_id"], body["OS-EXT-SRV-ATTR:ramdisk_id"] = "", ""
	}
	if since(c, 16) {
		body["host_status"] = "UP"
	}
}

func (s *Service) groupNames(sv *server) []wire.M {
	var names []wire.M
	for _, group := range s.networks.GroupsOf(sv.id) {
		names = append(names, wire.M{"name": group.Name})
	}
	return names
}

// addresses lists the server's addresses by the names of their networks.
func (s *Service) addresses(sv *server, extended bool) wire.M {
	byNetwork := map[string][]wire.M{}
	for _, port := range s.networks.Ports(sv.id) {
		add := func(address, kind string) {
			version := 4
			if strings.Contains(address, ":") {
				version = 6
			}
			entry := wire.M{"addr": address, "version": version}
			if extended {
				entry["OS-EXT-IPS:type"], entry["OS-EXT-IPS-MAC:mac_addr"] = kind, port.MAC
			}
			byNetwork[port.NetworkName] = append(byNetwork[port.NetworkName], entry)
		}
		for _, fixed := range port.Fixed {
			add(fixed.Address, "fixed")
		}
		for _, floating := range port.Floating {
			add(floating, "floating")
		}
	}
	shown := wire.M{}
	for name, entries := range byNetwork {
		shown[name] = slices.Clone(entries)
	}
	return shown
}
