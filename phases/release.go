package phases

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"golang.org/x/sync/errgroup"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/releases"
)

// ReleasePair is what one service told of itself at create and in this run.
type ReleasePair struct {
	Service string // by its official type
	Then    string // at create; "" where that was not recorded
	Now     string // "" where it told nothing
}

// Teller is a service that is asked what it tells of its release.
type Teller struct {
	Name    string // as package releases knows it, whatever the catalog calls it: "compute"
	Service cloud.Service
}

// told is what services said of themselves to one class.
type told struct {
	mu   sync.Mutex
	all  map[string]releases.Told
	said bool // in a test's log
}

func (t *told) add(r releases.Told) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = map[string]releases.Told{}
	}
	t.all[r.Service] = r
}

// texts are what was told, for people, by service.
func (t *told) texts() map[string]string {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := map[string]string{}
	for service, r := range t.all {
		out[service] = r.String()
	}
	return out
}

// SwiftTold keeps Swift's version, which its class reads anyway, from being asked for again.
func (f *Fixture) SwiftTold(version string) {
	if version != "" {
		f.told.add(releases.Told{Service: "object-store", Version: version})
	}
}

// releaseTime bounds asking one service: what it tells is no reason to keep the tests waiting.
const releaseTime = 10 * time.Second

// readReleases asks the class's services for their versions and records them. Nothing depends on the answers but what is
// expected of them, so that no failure here ends a set-up.
func (f *Fixture) readReleases(s Service) func(context.Context) error {
	return func(ctx context.Context) error {
		if f.NoAPI || s.Tells == nil || f.user == nil {
			return nil
		}
		token, err := f.user.Token(ctx)
		if err != nil {
			return nil //nolint:nilerr // the tests will meet and tell it
		}
		var group errgroup.Group
		group.SetLimit(max(f.Concurrency, 1))
		group.Go(func() error { f.askIdentity(ctx); return nil })
		for _, t := range s.Tells() {
			group.Go(func() error { f.askService(ctx, token, t); return nil })
		}
		_ = group.Wait()
		now := f.told.texts()
		if len(now) == 0 {
			return nil
		}
		phase := strings.TrimSpace(f.ID.Phase.String() + " " + f.side)
		if err := f.Journal.RecordReleases(phase, now); err != nil {
			f.Log.Warn(ctx, "What the services told of their releases is not recorded: %s", Describe(err))
		}
		if f.onReleases != nil {
			f.onReleases(f.releasePairs())
		}
		return nil
	}
}

func (f *Fixture) askIdentity(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, releaseTime)
	defer cancel()
	v, err := cloud.Discover(ctx, f.user.Anonymous(), f.conn.AuthURL)
	f.addTold(ctx, releases.Told{Service: "identity", API: v.API, Min: v.Min, Max: v.Max}, err)
}

// askService asks a service in its own way; one that the catalog lacks tells nothing.
func (f *Fixture) askService(ctx context.Context, token *cloud.Token, t Teller) {
	endpoint, err := token.Endpoint(t.Service)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, releaseTime)
	defer cancel()
	r := releases.Told{Service: t.Name}
	if t.Name == "network" {
		r.API = "v2.0"
		r.Extensions, err = f.extensions(ctx)
	} else {
		var v cloud.Versions
		v, err = cloud.Discover(ctx, f.user.Anonymous(), endpoint.URL)
		r.API, r.Min, r.Max = v.API, v.Min, v.Max
	}
	f.addTold(ctx, r, err)
}

func (f *Fixture) addTold(ctx context.Context, r releases.Told, err error) {
	if err != nil {
		f.Log.Info(ctx, "The %s service does not tell its version: %s", r.Service, Describe(err))
		return
	}
	f.told.add(r)
}

// extensions are the aliases of Neutron's extensions: it has no versions that tell more.
func (f *Fixture) extensions(ctx context.Context) ([]string, error) {
	client, err := f.user.NetworkClient(ctx, f.Config)
	if err != nil {
		return nil, err
	}
	var body struct {
		Extensions []struct {
			Alias string `json:"alias"`
		} `json:"extensions"`
	}
	_, err = client.Get(ctx, client.ServiceURL("extensions")+"?fields=alias", &body, &gophercloud.RequestOpts{OkCodes: []int{200}})
	var out []string
	for _, e := range body.Extensions {
		out = append(out, e.Alias)
	}
	return out, err
}

// releasesAtCreate are what was recorded at create.
func (f *Fixture) releasesAtCreate() map[string]string {
	for _, r := range f.Journal.AllReleases() {
		if strings.HasPrefix(r.Phase, Create.String()) {
			return r.Services
		}
	}
	return nil
}

// releasePairs are what each service told at create and now.
func (f *Fixture) releasePairs() []ReleasePair {
	then, now := f.releasesAtCreate(), f.told.texts()
	all := maps.Clone(now)
	maps.Copy(all, then)
	var out []ReleasePair
	for _, service := range slices.Sorted(maps.Keys(all)) {
		out = append(out, ReleasePair{Service: service, Then: then[service], Now: now[service]})
	}
	return out
}

// logReleases says in the log of a class's first test what the services told, so that the stream holds it. The reports read
// these lines.
func (f *Fixture) logReleases(ctx context.Context) {
	f.told.mu.Lock()
	said := f.told.said
	f.told.said = true
	f.told.mu.Unlock()
	now := f.told.texts()
	if said || len(now) == 0 {
		return
	}
	line := func(phase string, services map[string]string) {
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(services)) {
			parts = append(parts, name+": "+services[name])
		}
		f.Log.Info(ctx, "Releases at %s: %s", phase, strings.Join(parts, "; "))
	}
	if then := f.releasesAtCreate(); then != nil && f.ID.Phase != Create {
		line(Create.String(), then)
	}
	line(f.ID.Phase.String(), now)
}

// expectRelease fails where a service told what no service of the expected release tells.
func (f *Fixture) expectRelease(ctx context.Context) error {
	if f.expected == nil || f.NoAPI || ctx.Err() != nil {
		return nil
	}
	f.told.mu.Lock()
	defer f.told.mu.Unlock()
	var others []string
	judged := 0
	for _, service := range slices.Sorted(maps.Keys(f.told.all)) {
		r := f.told.all[service]
		if !r.Releases().Known {
			continue
		}
		judged++
		if !r.Releases().Includes(*f.expected) {
			others = append(others, fmt.Sprintf("%s tells %s", service, r))
		}
	}
	if judged == 0 {
		return Fail("release %s was expected, and no service told what its release follows from", *f.expected)
	}
	if len(others) == 0 {
		return nil
	}
	return Fail("release %s was expected, and %s", *f.expected, strings.Join(others, "; "))
}
