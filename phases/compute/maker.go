package compute

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gophercloud/gophercloud/v2"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// The kinds of records, in the words of messages. The records' keys are these with underscores; of what there are several,
// the number follows: "server/1", "floating_ip/1".
const (
	networkKind   = "network"
	subnetKind    = "subnet"
	routerKind    = "router"
	interfaceKind = "router interface"
	keypairKind   = "keypair"
	groupKind     = "security group"
	floatingKind  = "floating IP"
	serverKind    = "server"
)

const (
	networkKey   = "network"
	subnetKey    = "subnet"
	routerKey    = "router"
	interfaceKey = "router_interface"
	keypairKey   = "keypair"
	groupKey     = "security_group"
	floatingKey  = "floating_ip/"
	serverKey    = "server/"
)

// thing is a resource as a service shows it.
type thing struct {
	id   string
	name string
	ours bool // it carries the run's mark
}

// api is what one kind of resource needs of its service.
type api interface {
	// create asks for a resource and returns its id and what else is worth recording.
	create(ctx context.Context, rec state.Record) (id string, details map[string]string, err error)
	// list returns the resources that may be the recorded one.
	list(ctx context.Context, rec state.Record) ([]thing, error)
	get(ctx context.Context, rec state.Record) (thing, error)
	remove(ctx context.Context, rec state.Record) error
}

// maker makes, finds and removes resources of one kind.
type maker struct {
	r  *resources
	of api
}

func (m maker) Make(ctx context.Context, rec state.Record) (string, map[string]string, error) {
	return m.of.create(ctx, rec)
}

func (m maker) Find(ctx context.Context, rec state.Record) (string, error) {
	all, err := m.of.list(ctx, rec)
	if err != nil {
		return "", err
	}
	for _, t := range all {
		if t.ours && t.name == rec.Name {
			return t.id, nil
		}
	}
	return "", nil
}

func (m maker) Check(ctx context.Context, rec state.Record) (string, error) {
	t, err := m.of.get(ctx, rec)
	if err != nil {
		return "", err
	}
	if t.name == rec.Name && !t.ours && rec.Detail(phases.Imported) == "" {
		return t.name + " without the mark of run " + m.r.RunID(), nil
	}
	return t.name, nil
}

// settling is how long what is being removed may still hold on to a resource: ports of a deleted server vanish within
// seconds.
const settling = time.Minute

// Delete asks for the removal, again for a while as long as something else that is going holds on to the resource.
func (m maker) Delete(ctx context.Context, rec state.Record) error {
	var answer error
	err := m.r.Wait(ctx, phases.Waiting{
		For:     fmt.Sprintf("%s %s to be free", rec.Kind, rec.Name),
		Timeout: min(settling, time.Duration(m.r.Config.Compute.BuildTimeout)*time.Second),
		Poll: func(ctx context.Context) (string, bool, error) {
			answer = m.of.remove(ctx, rec)
			return "in use", !gophercloud.ResponseCodeIs(answer, http.StatusConflict), nil
		},
		OnTimeout: func(string) error { return answer },
	})
	if err != nil {
		return err
	}
	return answer
}

var _ phases.Maker = maker{}

// ensure brings a recorded resource about.
func (r *resources) ensure(ctx context.Context, rec state.Record, of api) (state.Record, error) {
	return r.Ensure(ctx, rec, maker{r, of})
}

// planned is the record under a key, or a new one of that name.
func (r *resources) planned(key, kind, name string) state.Record {
	if rec, ok := r.Journal.Record(key); ok {
		return rec
	}
	return state.Record{Key: key, Kind: kind, Name: name}
}
