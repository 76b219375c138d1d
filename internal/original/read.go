package original

import (
	"errors"
	"fmt"
	"io"

	"opendev.org/x/persistent-resources/internal/pickle"
)

// The services of which the original has files, by their names in module paths.
const (
	Compute       = "compute"
	ObjectStorage = "object_storage"
)

// Resources are what one persistent.resource tells.
type Resources struct {
	Service string

	UserID, UserName, Password string
	ProjectID, ProjectName     string

	// Network, Subnet and Router are those of the project; nil where none was made for it, as the original's classes ask.
	Network, Subnet, Router *Named
	Keypair                 *Keypair
	SecurityGroup           *Named
	FloatingIP              *FloatingIP

	Servers             []string // ids
	Containers, Objects []string // names; all objects are in the first container
	Data                []string // contents of the objects
}

// Named is a resource with an id and a name.
type Named struct{ ID, Name string }

// Keypair is a key pair with its private part.
type Keypair struct{ Name, PublicKey, Fingerprint, PrivateKey string }

// FloatingIP is a floating IP.
type FloatingIP struct{ ID, Address string }

// Read reads a persistent.resource. The error says in one sentence why it is none, or why it cannot be used.
func Read(r io.Reader) (*Resources, error) {
	v, err := pickle.Load(r)
	if err != nil {
		return nil, err
	}
	d, ok := asDict(v)
	if !ok {
		return nil, fmt.Errorf("it is not what the original plugin writes: it holds %s in place of a dict", pickle.Describe(v))
	}
	f := &fields{dict: d}
	out := &Resources{}
	switch _, hasServers := d.Get("servers"); {
	case hasServers:
		out.Service = Compute
		out.readCompute(f)
	default:
		out.Service = ObjectStorage
		out.readObjects(f)
	}
	out.readOwner(f)
	if f.err != nil {
		return nil, fmt.Errorf("it is not what the original plugin writes: %w", f.err)
	}
	return out, nil
}

// readOwner reads what the files of both services have.
func (r *Resources) readOwner(f *fields) {
	for _, key := range []string{"user_id", "username", "tenant_id", "tenant_name", "password"} {
		f.must(key)
	}
	r.UserID, r.UserName, r.Password = f.word("user_id"), f.text("username"), f.text("password")
	r.ProjectID, r.ProjectName = f.word("tenant_id"), f.text("tenant_name")
	if r.Password == "" {
		f.fail("its entry %q is empty", "password")
	}
	r.Network, r.Subnet, r.Router = named(f, "network"), named(f, "subnet"), named(f, "router")
}

func named(f *fields, key string) *Named {
	d := f.sub(key)
	if d == nil {
		return nil
	}
	n := &Named{ID: d.word("id"), Name: d.text("name")}
	if d.err != nil {
		f.fail("%w", d.err)
	}
	return n
}

func (r *Resources) readCompute(f *fields) {
	for i, v := range f.list("servers") {
		d, ok := asDict(v)
		if !ok {
			f.fail("its entry \"servers[%d]\" is %s in place of a dict", i, pickle.Describe(v))
			return
		}
		s := &fields{where: fmt.Sprintf("servers[%d]", i), dict: d}
		r.Servers = append(r.Servers, s.word("id"))
		if s.err != nil {
			f.fail("%w", s.err)
		}
	}
	v := f.sub("validation_resources")
	if v == nil {
		return // [validation] run_validation was false
	}
	if k := v.sub("keypair"); k != nil {
		r.Keypair = &Keypair{
			Name: k.word("name"), PublicKey: k.text("public_key"), Fingerprint: k.text("fingerprint"), PrivateKey: k.text("private_key"),
		}
		v.err = errors.Join(v.err, k.err)
	}
	if g := named(v, "security_group"); g != nil {
		r.SecurityGroup = g
	}
	if ip := v.sub("floating_ip"); ip != nil {
		// Tempest 14 kept Nova's answer, later ones Neutron's with "ip" added.
		address := ip.text("ip")
		if address == "" {
			address = ip.text("floating_ip_address")
		}
		r.FloatingIP = &FloatingIP{ID: ip.word("id"), Address: address}
		v.err = errors.Join(v.err, ip.err)
	}
	if v.err != nil {
		f.fail("%w", v.err)
	}
}

func (r *Resources) readObjects(f *fields) {
	if _, ok := f.dict.Get("containers"); !ok {
		f.fail("it has neither %q nor %q", "servers", "containers")
		return
	}
	r.Containers, r.Objects, r.Data = f.words("containers"), f.words("objects"), f.texts("data")
	if len(r.Objects) > 0 && len(r.Containers) == 0 {
		f.fail("it has objects and no container")
	}
}

// Dynamic reports whether project and user were made for the class, by Tempest's dynamic credentials: they have names that
// Tempest makes. Otherwise they are an account that somebody lent, which must never be deleted.
func (r *Resources) Dynamic() bool {
	return madeName.MatchString(r.ProjectName) && madeName.MatchString(r.UserName)
}
