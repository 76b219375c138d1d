package original

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"opendev.org/x/persistent-resources/internal/state"
)

// details are a record's, with the mark of what the original made: it carries no mark of a run in the cloud.
func details(pairs ...string) map[string]string {
	d := map[string]string{"imported": "yes"}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			d[pairs[i]] = pairs[i+1]
		}
	}
	return d
}

// Records are the resources as the services' own create would have recorded them. Project, user and network are among them
// only where they were made for the class.
func (r *Resources) Records() []state.Record {
	var out []state.Record
	add := func(key, kind, name, id string, pairs ...string) *state.Record {
		if name == "" {
			name = id
		}
		out = append(out, state.Record{Key: key, Kind: kind, Name: name, ID: id, Details: details(pairs...)})
		return &out[len(out)-1]
	}
	if r.Dynamic() {
		add("project", "project", r.ProjectName, r.ProjectID)
		add("user", "user", r.UserName, r.UserID).Secrets = map[string]string{"password": r.Password}
		for _, n := range []struct {
			kind string
			of   *Named
		}{{"network", r.Network}, {"subnet", r.Subnet}, {"router", r.Router}} {
			if n.of != nil && madeNetwork.MatchString(n.of.Name) {
				add(n.kind, n.kind, n.of.Name, n.of.ID)
			}
		}
		if r.Subnet != nil && r.Router != nil && madeNetwork.MatchString(r.Router.Name) {
			// The port between the two is in no file: without an id it is looked for by its ends.
			add("router_interface", "router interface", r.Router.Name+" to "+r.Subnet.Name, "")
		}
	}
	if k := r.Keypair; k != nil {
		add("keypair", "keypair", k.Name, k.Name, "public_key", k.PublicKey, "fingerprint", k.Fingerprint).Secrets =
			map[string]string{"private_key": k.PrivateKey}
	}
	if g := r.SecurityGroup; g != nil {
		add("security_group", "security group", g.Name, g.ID)
	}
	if ip := r.FloatingIP; ip != nil {
		add("floating_ip/1", "floating IP", ip.Address, ip.ID, "address", ip.Address)
	}
	for i, id := range r.Servers {
		// Its name is not in the file; the id stands for it.
		add("server/"+strconv.Itoa(i+1), "server", id, id)
	}
	for i, name := range r.Containers {
		add("container/"+strconv.Itoa(i+1), "container", name, name)
	}
	for i, name := range r.Objects {
		var known []string
		if i < len(r.Data) {
			sum := sha256.Sum256([]byte(r.Data[i]))
			known = []string{"text", r.Data[i], "size", strconv.Itoa(len(r.Data[i])), "sha256", hex.EncodeToString(sum[:])}
		}
		add("object/"+strconv.Itoa(i), "object", name, name, append(known, "container", r.Containers[0])...)
	}
	return out
}
