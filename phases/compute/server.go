package compute

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/keypairs"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// runMark is the metadata by which a server says which run made it.
const runMark = "persistent-resources-run"

// requestID is the detail that holds the id of the create request, for those who search Nova's logs.
const requestID = "request_id"

// server is what Nova shows of a server, as far as it is looked at. The forms are those of every microversion.
type server struct {
	ID             string               `json:"id"`
	Name           string               `json:"name"`
	Status         string               `json:"status"`
	TaskState      string               `json:"OS-EXT-STS:task_state"` // "" is null
	Created        string               `json:"created"`
	Flavor         map[string]any       `json:"flavor"`
	Image          any                  `json:"image"` // an object, or "" for a server that boots from a volume
	KeyName        string               `json:"key_name"`
	Addresses      map[string][]netAddr `json:"addresses"`
	Metadata       map[string]string    `json:"metadata"`
	SecurityGroups []struct {
		Name string `json:"name"`
	} `json:"security_groups"`
	Fault json.RawMessage `json:"fault"`

	raw json.RawMessage // the whole answer
}

// netAddr is one address of a server.
type netAddr struct {
	Address string `json:"addr"`
	Version int    `json:"version"`
	Type    string `json:"OS-EXT-IPS:type"`
	MAC     string `json:"OS-EXT-IPS-MAC:mac_addr"`
}

// fault is the message of a server in ERROR.
func (s *server) fault() string {
	var f struct {
		Message string `json:"message"`
	}
	if len(s.Fault) == 0 || json.Unmarshal(s.Fault, &f) != nil {
		return ""
	}
	return f.Message
}

func getServer(ctx context.Context, client *gophercloud.ServiceClient, id string) (*server, error) {
	var body struct {
		Server json.RawMessage `json:"server"`
	}
	_, err := client.Get(ctx, client.ServiceURL("servers", id), &body, nil)
	if err = phases.Misread(err, len(body.Server) == 0); err != nil {
		return nil, err
	}
	s := &server{raw: body.Server}
	err = json.Unmarshal(body.Server, s)
	if err = phases.Misread(err, s.ID != id); err != nil {
		return nil, err
	}
	return s, nil
}

// serversNamed are the servers of the project that have a name.
func serversNamed(ctx context.Context, client *gophercloud.ServiceClient, name string) ([]server, error) {
	// Nova takes the name as a regular expression.
	found, err := listAll[server](ctx, client, "servers/detail", "servers", url.Values{"name": {"^" + regexp.QuoteMeta(name) + "$"}})
	return slices.DeleteFunc(found, func(s server) bool { return s.Name != name }), err
}

// serverAPI makes servers.
type serverAPI struct {
	r        *resources
	client   *gophercloud.ServiceClient
	removing bool // Nova was asked to delete the server
	seen     *server
}

func (a *serverAPI) create(ctx context.Context, rec state.Record) (string, map[string]string, error) {
	o := servers.CreateOpts{
		Name: rec.Name, ImageRef: a.r.Config.Compute.ImageRef, FlavorRef: a.r.Config.Compute.FlavorRef,
		AvailabilityZone: a.r.Config.Compute.ComputeVolumeCommonAZ,
		Metadata:         map[string]string{runMark: a.r.RunID()},
	}
	if a.r.network != "" {
		o.Networks = []servers.Network{{UUID: a.r.network}}
	} else if atLeast(a.client.Microversion, 37) {
		// From there on Nova wants to be told, and Tempest tells it this.
		o.Networks = "none"
	}
	if group, ok := a.r.Journal.Record(groupKey); ok {
		o.SecurityGroups = []string{group.Name}
	}
	key, _ := a.r.Journal.Record(keypairKey)
	result := servers.Create(ctx, a.client, keypairs.CreateOptsExt{CreateOptsBuilder: o, KeyName: key.Name}, nil)
	if result.Err != nil {
		return "", nil, result.Err
	}
	var answer struct {
		ID string `json:"id"`
	}
	if err := result.ExtractInto(&answer); err != nil || answer.ID == "" {
		return "", nil, phases.Fail("'' is not true : Nova accepted server %s and named no id", rec.Name)
	}
	return answer.ID, map[string]string{requestID: result.Header.Get("X-Openstack-Request-Id")}, nil
}

// atLeast reports whether a microversion is 2.minor or newer.
func atLeast(microversion string, minor int) bool {
	if microversion == "latest" {
		return true
	}
	major, rest, _ := strings.Cut(microversion, ".")
	m, err := strconv.Atoi(rest)
	return err == nil && major == "2" && m >= minor
}

func (a *serverAPI) list(ctx context.Context, rec state.Record) ([]thing, error) {
	found, err := serversNamed(ctx, a.client, rec.Name)
	var out []thing
	for _, s := range found {
		out = append(out, thing{s.ID, s.Name, s.Metadata[runMark] == a.r.RunID()})
	}
	return out, err
}

// get also helps a deletion along, as Tempest does: a server that is only put aside is deleted by force, and one that
// could not be deleted ends the wait.
func (a *serverAPI) get(ctx context.Context, rec state.Record) (thing, error) {
	s, err := getServer(ctx, a.client, rec.ID)
	if err != nil {
		return thing{}, err
	}
	a.seen = s
	if a.removing && s.TaskState == "" {
		switch s.Status {
		case "SOFT_DELETED":
			if err := servers.ForceDelete(ctx, a.client, rec.ID).ExtractErr(); err != nil && !phases.NotFound(err) {
				return thing{}, fmt.Errorf("delete the soft-deleted server %s: %w", rec.Name, err)
			}
		case "ERROR":
			return thing{}, fmt.Errorf("server %s could not be deleted (%s): %w", rec.Name, s.fault(), phases.FailWith(
				"tempest.lib.exceptions.DeleteErrorException", "Resource %s failed to delete and is in ERROR status\nDetails: Server %s failed to delete and is in ERROR status.", rec.ID, rec.ID))
		}
	}
	return thing{s.ID, recordedName(rec, s.Name), s.Metadata[runMark] == a.r.RunID()}, nil
}

func (a *serverAPI) remove(ctx context.Context, rec state.Record) error {
	a.removing = true
	return servers.Delete(ctx, a.client, rec.ID).ExtractErr()
}

// number is the part of a record's key that tells servers and their floating IPs apart.
func number(rec state.Record) string {
	_, n, _ := strings.Cut(rec.Key, "/")
	return n
}

// numbered returns the records of a kind in the order of their numbers: with several made at once they are recorded as it
// happens.
func (r *resources) numbered(kind string) []state.Record {
	out := r.Journal.Records(kind)
	slices.SortStableFunc(out, func(a, b state.Record) int {
		x, _ := strconv.Atoi(number(a))
		y, _ := strconv.Atoi(number(b))
		return x - y
	})
	return out
}
