package compute

import (
	"context"
	"fmt"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/keypairs"

	"opendev.org/x/persistent-resources/internal/guest"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// Details and secrets of a key pair's record.
const (
	publicKey   = "public_key"
	privateKey  = "private_key"
	fingerprint = "fingerprint" // as Nova shows it
)

// ensureKeypair makes the key by which the servers will be known to be ours. It is made here and not by Nova, which makes
// none from microversion 2.92 on, and its private part is recorded before Nova hears of it.
func (r *resources) ensureKeypair(ctx context.Context, client *gophercloud.ServiceClient) error {
	rec, ok := r.Journal.Record(keypairKey)
	if !ok {
		pair, err := guest.GenerateKey(guest.KeyType(r.Config.Validation.SSHKeyType))
		if err != nil {
			return err
		}
		rec = state.Record{
			Key: keypairKey, Kind: keypairKind, Name: r.RandName("keypair"),
			Details: map[string]string{publicKey: pair.PublicKey}, Secrets: map[string]string{privateKey: pair.PrivateKey},
		}
	}
	r.Log.Secrets.Add(rec.Secret(privateKey))
	_, err := r.ensure(ctx, rec, &keypairAPI{client})
	return err
}

// keypairAPI hands keys to Nova. A key pair can hold no mark of a run; that it is ours shows in its key.
type keypairAPI struct{ client *gophercloud.ServiceClient }

func (a *keypairAPI) create(ctx context.Context, rec state.Record) (string, map[string]string, error) {
	k, err := keypairs.Create(ctx, a.client, keypairs.CreateOpts{Name: rec.Name, PublicKey: rec.Detail(publicKey)}).Extract()
	if err = phases.Misread(err, k == nil || k.Name != rec.Name); err != nil {
		return "", nil, err
	}
	return k.Name, map[string]string{fingerprint: k.Fingerprint}, nil
}

func (a *keypairAPI) list(ctx context.Context, rec state.Record) ([]thing, error) {
	rec.ID = rec.Name
	t, err := a.get(ctx, rec)
	if phases.NotFound(err) {
		return nil, nil
	}
	return []thing{t}, err
}

func (a *keypairAPI) get(ctx context.Context, rec state.Record) (thing, error) {
	k, err := keypairs.Get(ctx, a.client, rec.ID, nil).Extract()
	if err = phases.Misread(err, k == nil || k.Name != rec.ID); err != nil {
		return thing{}, err
	}
	if !sameKey(k.PublicKey, rec.Detail(publicKey)) && rec.Detail(phases.Imported) == "" {
		return thing{k.Name, k.Name + " with another key", false}, nil
	}
	return thing{k.Name, k.Name, true}, nil
}

func (a *keypairAPI) remove(ctx context.Context, rec state.Record) error {
	return keypairs.Delete(ctx, a.client, rec.ID, nil).ExtractErr()
}

// sameKey compares public keys without their comments.
func sameKey(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	return len(x) > 1 && len(y) > 1 && x[0] == y[0] && x[1] == y[1]
}

// keypairChanges says what became of the recorded key pair.
func keypairChanges(ctx context.Context, client *gophercloud.ServiceClient, rec state.Record) ([]string, error) {
	k, err := keypairs.Get(ctx, client, rec.ID, nil).Extract()
	if phases.NotFound(err) {
		return []string{fmt.Sprintf("keypair %s is gone", rec.Name)}, nil
	}
	if err = phases.Misread(err, k == nil || k.Name != rec.ID); err != nil {
		return nil, fmt.Errorf("get keypair %s: %w", rec.Name, err)
	}
	was := rec.Detail(fingerprint)
	if was == "" { // the answer to create never arrived
		pair, err := guest.LoadKey(rec.Secret(privateKey))
		if err != nil {
			return nil, fmt.Errorf("read the recorded key of keypair %s: %w", rec.Name, err)
		}
		was = pair.Fingerprint
	}
	if k.Fingerprint != was || rec.Detail(publicKey) != "" && !sameKey(k.PublicKey, rec.Detail(publicKey)) {
		return []string{fmt.Sprintf("keypair %s was replaced: its fingerprint is %s, recorded %s", rec.Name, k.Fingerprint, was)}, nil
	}
	return nil, nil
}
