package glance

import (
	"fmt"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// The states of an image that the service uses.
const (
	queued      = "queued"
	active      = "active"
	deactivated = "deactivated"
)

type image struct {
	id, owner        string
	status           string
	created, updated time.Time
	fields           wire.M // name, visibility, disk_format … as the API shows them
	data             []byte
	checksum, hash   string // MD5 and SHA-512 of the data
	members          []*member
}

// fieldDefaults are the settable members of an image.
func fieldDefaults() wire.M {
	return wire.M{
		"name": nil, "visibility": "shared", "disk_format": nil, "container_format": nil, "tags": []any{},
		"min_disk": 0, "min_ram": 0, "protected": false, "os_hidden": false,
	}
}

// readOnly are the members that clients may not set.
var readOnly = map[string]bool{
	"checksum": true, "created_at": true, "updated_at": true, "file": true, "schema": true, "self": true, "size": true,
	"status": true, "virtual_size": true, "os_hash_algo": true, "os_hash_value": true, "stores": true, "direct_url": true,
}

func newImage(id, owner string) *image {
	now := time.Now()
	return &image{id: id, owner: owner, status: queued, created: now, updated: now, fields: fieldDefaults()}
}

// ReadyImageName is the name of the image every cloud begins with.
const ReadyImageName = "cirros-simulated"

func readyImage(owner string) *image {
	im := newImage(wire.UUID(), owner)
	im.fields["name"] = ReadyImageName
	im.fields["visibility"] = "public"
	im.fields["disk_format"] = "qcow2"
	im.fields["container_format"] = "bare"
	im.store([]byte("a simulated disk\n"))
	return im
}

func (im *image) body() wire.M {
	body := wire.M{
		"id": im.id, "owner": im.owner, "status": im.status,
		"created_at": wire.Stamp(im.created, wire.TimeSecond), "updated_at": wire.Stamp(im.updated, wire.TimeSecond),
		"checksum": nil, "os_hash_algo": nil, "os_hash_value": nil, "size": nil, "virtual_size": nil,
		"self": "/v2/images/" + im.id, "file": "/v2/images/" + im.id + "/file", "schema": "/v2/schemas/image",
	}
	if im.status != queued {
		body["checksum"], body["os_hash_algo"], body["os_hash_value"] = im.checksum, "sha512", im.hash
		body["size"], body["virtual_size"], body["stores"] = len(im.data), len(im.data), "fs"
	}
	for name, value := range im.fields {
		body[name] = value
	}
	return body
}

// number is a member of the image that counts something.
func (im *image) number(name string) int {
	switch n := im.fields[name].(type) {
	case int:
		return n
	case float64:
		return int(n)
	}
	return 0
}

// properties are the formats, and what clients have added.
func (im *image) properties() map[string]string {
	usual := fieldDefaults()
	properties := map[string]string{}
	for name, value := range im.fields {
		_, known := usual[name]
		if text, ok := value.(string); ok && (!known || strings.HasSuffix(name, "_format")) {
			properties[name] = text
		}
	}
	return properties
}

func (im *image) visibility() string { return fmt.Sprint(im.fields["visibility"]) }

// visibleTo tells whether a token may see the image.
func (im *image) visibleTo(t *wire.Token) bool {
	return t.Admin() || im.owner == t.ProjectID || im.visibility() == "public" || im.visibility() == "community"
}

func (im *image) ownedBy(t *wire.Token) bool { return t.Admin() || im.owner == t.ProjectID }
