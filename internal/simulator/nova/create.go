package nova

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/neutron"
	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// createMembers are the members of a server to create, with the microversion
// that brought them.
var createMembers = map[string]int{
	"name": 1, "imageRef": 1, "flavorRef": 1, "key_name": 1, "networks": 1, "security_groups": 1, "metadata": 1, "user_data": 1,
	"adminPass": 1, "availability_zone": 1, "config_drive": 1, "personality": 1, "block_device_mapping": 1,
	"block_device_mapping_v2": 1, "OS-DCF:diskConfig": 1, "accessIPv4": 1, "accessIPv6": 1, "min_count": 1, "max_count": 1,
	"return_reservation_id": 1, "description": 19, "tags": 52, "trusted_image_certificates": 63, "hostname": 90,
}

func (s *Service) createServer(c *wire.Call) error {
	sent, raw, err := sentBody(c, "server")
	if err != nil {
		return err
	}
	if err := checkServer(c, sent, raw); err != nil {
		return err
	}
	least, _ := count(sent["min_count"])
	number := max(least, 1)
	if most, ok := count(sent["max_count"]); ok {
		if most < least {
			return badRequest("min_count must be <= max_count")
		}
		number = most
	}
	var first *server
	for i := range number {
		sv := newServer(c, sent)
		if number > 1 {
			sv.name = fmt.Sprintf("%s-%d", sv.name, i+1)
			sv.hostname = hostnameFor(sv.name)
		}
		if err := s.make(c, sv, sent, number-i); err != nil {
			return err
		}
		if first == nil {
			first = sv
		}
	}
	return s.created(c, first, sent)
}

// newServer is a server as a request wants it.
func newServer(c *wire.Call, sent wire.M) *server {
	now := time.Now()
	sv := &server{
		id: wire.UUID(), projectID: c.Token.ProjectID, userID: c.Token.UserID, metadata: map[string]string{}, tags: []string{},
		vmState: building, taskState: "scheduling", created: now, updated: now,
	}
	sv.name, _ = sent["name"].(string)
	sv.hostname = hostnameFor(sv.name)
	sv.userData, _ = sent["user_data"].(string)
	sv.setAccess(sent)
	if sv.configDrive = ""; sent["config_drive"] == true || sent["config_drive"] == "True" {
		sv.configDrive = "True"
	}
	if sv.description = sent["description"]; sv.description == nil && !since(c, 19) {
		sv.description = sv.name
	}
	metadata, _ := sent["metadata"].(wire.M)
	for name, value := range metadata {
		sv.metadata[name] = fmt.Sprint(value)
	}
	tags, _ := sent["tags"].([]any)
	for _, tag := range tags {
		sv.tags = append(sv.tags, fmt.Sprint(tag))
	}
	return sv
}

// make begins to build a server; number is how many the request still wants.
func (s *Service) make(c *wire.Call, sv *server, sent wire.M, number int) error {
	plugs, err := s.resolve(c, sv, sent, number)
	if err != nil {
		return err
	}
	keys := []string{}
	if k := s.keypair(c.Token.UserID, sv.keyName); k != nil {
		keys = append(keys, k.public)
	}
	if err := s.addGuest(sv, keys); err != nil {
		return err
	}
	s.servers = slices.Insert(s.servers, 0, sv)
	sv.record(c, "create")
	s.build(sv, c.Token, plugs)
	return nil
}

func (s *Service) created(c *wire.Call, sv *server, sent wire.M) error {
	password, _ := sent["adminPass"].(string)
	if password == "" {
		password = wire.Secret(9)
	}
	names := []wire.M{{"name": "default"}}
	if groups, ok := sent["security_groups"].([]any); ok && len(groups) > 0 {
		names = names[:0]
		for _, g := range groups {
			group, _ := g.(wire.M)
			names = append(names, wire.M{"name": group["name"]})
		}
	}
	link := links(c, "servers", sv.id)
	c.W.Header().Set("Location", fmt.Sprint(link[0]["href"]))
	return c.JSON(http.StatusAccepted, wire.M{"server": wire.M{
		"id": sv.id, "links": link, "adminPass": password, "OS-DCF:diskConfig": "MANUAL", "security_groups": names,
	}})
}

// checkServer applies the schema of the request.
func checkServer(c *wire.Call, sent wire.M, raw json.RawMessage) error {
	var unknown []string
	for name := range sent {
		if minor, ok := createMembers[name]; !ok || !since(c, minor) {
			unknown = append(unknown, "'"+name+"'")
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		were := "was"
		if len(unknown) > 1 {
			were = "were"
		}
		return badRequest("Invalid input for field/attribute server. Value: %s. Additional properties are not allowed (%s %s unexpected)",
			wire.PythonRepr(raw), strings.Join(unknown, ", "), were)
	}
	for _, name := range []string{"name", "flavorRef"} {
		if _, ok := sent[name]; !ok {
			return missing("server", name, raw)
		}
	}
	if _, ok := sent["networks"]; !ok && since(c, 37) {
		return missing("server", "networks", raw)
	}
	if err := checkName(sent["name"]); err != nil {
		return err
	}
	metadata, _ := sent["metadata"].(wire.M)
	if err := checkMetadata(metadata); err != nil {
		return err
	}
	if err := checkAccess(sent); err != nil {
		return err
	}
	return checkMembers(c, sent, raw)
}

// resolve checks what the request refers to and returns the ports to make.
func (s *Service) resolve(c *wire.Call, sv *server, sent wire.M, number int) ([]neutron.PlugRequest, error) {
	var err error
	if sv.groups, err = s.findGroups(c, sent); err != nil {
		return nil, err
	}
	plugs, err := s.findNetworks(c, sent)
	if err != nil {
		return nil, err
	}
	if err := checkVolumes(sent); err != nil {
		return nil, err
	}
	if wanted, ok := sent["availability_zone"].(string); ok && wanted != zone {
		return nil, badRequest("The requested availability zone is not available")
	}
	if sv.imageID, _ = sent["imageRef"].(string); sv.imageID == "" {
		return nil, badRequest("Missing imageRef attribute")
	}
	flavorID := fmt.Sprint(sent["flavorRef"])
	if sv.flavor = s.flavor(flavorID[strings.LastIndex(flavorID, "/")+1:]); sv.flavor == nil {
		return nil, badRequest("Flavor %s could not be found.", flavorID)
	}
	if err := s.checkImage(c, sv); err != nil {
		return nil, err
	}
	if sv.keyName, _ = sent["key_name"].(string); sv.keyName != "" && s.keypair(c.Token.UserID, sv.keyName) == nil {
		return nil, badRequest("Invalid key_name provided.")
	}
	if err := s.checkQuota(sv, number); err != nil {
		return nil, err
	}
	if limit := s.limit(sv.projectID, "metadata_items"); limit >= 0 && len(sv.metadata) > limit {
		return nil, wire.Errorf(http.StatusForbidden, "Maximum number of metadata items exceeds %d", limit)
	}
	for i := range plugs {
		plugs[i].Groups, plugs[i].Host = sv.groups, hostName
		if missing := s.networks.Missing(c.Token, plugs[i]); missing != "" {
			return nil, badRequest("%s", missing)
		}
	}
	return plugs, nil
}

// checkVolumes checks the volumes a server is to have: each needs an id, as
// there is none to make one of.
func checkVolumes(sent wire.M) error {
	volumes, _ := sent["block_device_mapping_v2"].([]any)
	for _, v := range volumes {
		volume, _ := v.(wire.M)
		if id, _ := volume["uuid"].(string); id == "" && volume["source_type"] != "blank" {
			return badRequest("Block Device Mapping is Invalid: Missing device UUID.")
		}
	}
	return nil
}

// checkImage tells whether the flavor has what the image needs.
func (s *Service) checkImage(c *wire.Call, sv *server) error {
	image, ok := s.images.Find(sv.imageID, c.Token)
	const gib = 1 << 30
	switch {
	case !ok:
		return badRequest("Can not find requested image")
	case !image.Active:
		return badRequest("Image %s is not active.", sv.imageID)
	case image.MinRAM > sv.flavor.ram:
		return badRequest("Flavor's memory is too small for requested image.")
	case image.MinDisk > sv.flavor.disk:
		return badRequest("Flavor's disk is smaller than the minimum size specified in image metadata. "+
			"Flavor disk is %d bytes, minimum size is %d bytes.", sv.flavor.disk*gib, image.MinDisk*gib)
	}
	sv.imageProperties = maps.Clone(image.Properties)
	maps.Copy(sv.imageProperties, map[string]string{
		"base_image_ref": sv.imageID, "min_disk": strconv.Itoa(sv.flavor.disk), "min_ram": strconv.Itoa(image.MinRAM),
	})
	return nil
}

func (s *Service) findGroups(c *wire.Call, sent wire.M) ([]string, error) {
	wanted, _ := sent["security_groups"].([]any)
	var ids []string
	for _, w := range wanted {
		group, _ := w.(wire.M)
		name := fmt.Sprint(group["name"])
		found := s.networks.FindGroups(c.Token, name)
		switch {
		case len(found) == 0:
			return nil, badRequest("Unable to find security_group with name or id '%s'", name)
		case len(found) > 1:
			return nil, wire.Errorf(http.StatusConflict, "Multiple security_group matches found for name '%s', use an ID to be more specific.", name)
		}
		ids = append(ids, found[0].ID)
	}
	return ids, nil
}

// findNetworks reads where the server is to be connected. Without a word on
// it, or with "auto", Nova takes the one network there is.
func (s *Service) findNetworks(c *wire.Call, sent wire.M) ([]neutron.PlugRequest, error) {
	list, ok := sent["networks"].([]any)
	if !ok {
		if sent["networks"] == "none" {
			return nil, nil
		}
		usable := s.networks.Usable(c.Token)
		if len(usable) > 1 {
			return nil, wire.Errorf(http.StatusConflict, "Multiple possible networks found, use a Network ID to be more specific.")
		}
		var plugs []neutron.PlugRequest
		for _, id := range usable {
			plugs = append(plugs, neutron.PlugRequest{NetworkID: id})
		}
		return plugs, nil
	}
	var plugs []neutron.PlugRequest
	for _, item := range list {
		network, _ := item.(wire.M)
		plug := neutron.PlugRequest{}
		plug.NetworkID, _ = network["uuid"].(string)
		plug.PortID, _ = network["port"].(string)
		switch {
		case plug.NetworkID == "" && plug.PortID == "":
			return nil, badRequest("Bad network format: missing 'uuid'")
		case plug.PortID == "" && !wire.IsUUID(plug.NetworkID):
			return nil, badRequest("Bad networks format: network uuid is not in proper format (%s)", plug.NetworkID)
		}
		plug.Address, _ = network["fixed_ip"].(string)
		plugs = append(plugs, plug)
	}
	return plugs, nil
}
