package phases

import (
	"context"
	"fmt"
	"strings"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
)

// makeCredentials is setup_credentials of create: it opens the state, begins or resumes a run, and makes or allots the
// identity that will own the resources.
func (f *Fixture) makeCredentials(s Service) func(context.Context) error {
	return func(ctx context.Context) error {
		provider, err := cloud.ProviderOf(f.Config)
		if err != nil {
			return err
		}
		var admin *cloud.Session
		if provider != cloud.PreProvisioned {
			if admin, err = f.identityAdmin(); err != nil {
				return err
			}
			// The token is asked for before anything is written: a wrong password leaves no trace of a run that made nothing.
			if _, err := admin.Token(ctx); err != nil {
				return err
			}
		}
		if err := f.openState(ctx); err != nil {
			return err
		}
		resumed := f.Journal.Exists() && !f.Journal.Deleted() && len(f.Journal.Records("")) > 0
		if resumed {
			if err := f.refuseImported(); err != nil {
				return err
			}
		}
		if provider == cloud.PreProvisioned {
			return f.allotAccount(ctx, s, resumed)
		}
		if resumed {
			if err := f.sameCloud(); err != nil {
				return err
			}
		}
		own, err := f.worksInOwnProject(ctx, admin)
		if err != nil {
			return err
		}
		if own {
			return f.useProject(ctx, admin, resumed)
		}
		if !resumed {
			if err := f.begin(state.Credential{Kind: state.Dynamic}); err != nil {
				return err
			}
		} else if kind := f.Journal.Header().Credential.Kind; kind != state.Dynamic {
			return f.otherCredential(kind)
		}
		return f.makeProject(ctx, s)
	}
}

// connected prepares the way to the cloud, once.
func (f *Fixture) connected() error {
	if f.conn != nil {
		return nil
	}
	conn, err := f.connect(f.Config)
	if err != nil {
		return err
	}
	f.conn = conn
	return nil
}

// worksInOwnProject reports whether the configured identity's project is the one to work in: a clouds.yaml cloud that is no
// admin, or any when dynamic credentials are switched off.
func (f *Fixture) worksInOwnProject(ctx context.Context, s *cloud.Session) (bool, error) {
	if f.Config.Cloud == nil {
		return false, nil
	}
	if !f.Config.Auth.UseDynamicCredentials {
		return true, nil
	}
	token, err := s.Token(ctx)
	if err != nil {
		return false, err
	}
	return !token.HasRole(f.Config.Identity.AdminRole), nil
}

func (f *Fixture) begin(c state.Credential) error {
	run, err := newRunID()
	if err != nil {
		return err
	}
	return f.beginRun(run, c)
}

// beginRun writes the first line of a run's record.
func (f *Fixture) beginRun(run string, c state.Credential) error {
	return f.Journal.Begin(f.header(run, c))
}

func (f *Fixture) header(run string, c state.Credential) state.Header {
	return state.Header{
		Run: run, Program: f.program, Service: f.ID.Service,
		Cloud:      state.Cloud{AuthURL: f.conn.AuthURL, Region: f.region()},
		Credential: c,
	}
}

// region is the region that the configuration names for services that have none of their own.
func (f *Fixture) region() string {
	if f.Config.Cloud != nil {
		return f.Config.Cloud.RegionName
	}
	return f.Config.Identity.Region
}

// useProject works in the project of a clouds.yaml cloud as it is.
func (f *Fixture) useProject(ctx context.Context, s *cloud.Session, resumed bool) error {
	token, err := s.Token(ctx)
	if err != nil {
		return err
	}
	c := state.Credential{Kind: state.NamedCloud, Name: f.Config.Cloud.Name, Project: token.ProjectID, User: token.UserID}
	if token.ProjectID == "" {
		return configurationError("the cloud %q of clouds.yaml has no project: name one with auth: project_name", f.Config.Cloud.Name)
	}
	f.user = s
	if !resumed {
		return f.begin(c)
	}
	return f.sameProject(c)
}

// loadCredentials is setup_credentials of verify and delete: the identity that create used.
func (f *Fixture) loadCredentials(ctx context.Context) error {
	if err := f.openState(ctx); err != nil {
		return err
	}
	if err := f.recordIsUsable(ctx); err != nil || f.nothing {
		return err
	}
	if f.NoAPI {
		return nil
	}
	return f.loadOwner(ctx)
}

// loadOwner prepares the identity that create used.
func (f *Fixture) loadOwner(ctx context.Context) error {
	h := f.Journal.Header()
	switch h.Credential.Kind {
	case state.Dynamic:
		return f.loadDynamic()
	case state.NamedCloud:
		return f.loadProject(ctx, h)
	case state.PreProvisioned:
		return f.loadAccount(ctx, h)
	}
	return f.otherCredential(h.Credential.Kind)
}

// recordIsUsable checks that create ran, and that what it made is not deleted.
func (f *Fixture) recordIsUsable(ctx context.Context) error {
	if !f.Journal.Exists() {
		// With another service's record beside it the directory is no mistyped one: this service was never made.
		if f.ID.Phase == Delete && f.state.HasRecords() {
			f.nothingToDo(ctx, fmt.Sprintf("No %s resources are recorded in %s; there is nothing to do.", f.ID.Service, f.state.Path))
			return nil
		}
		return &state.MissingError{Service: f.ID.Service, Path: f.Journal.Path()}
	}
	h := f.Journal.Header()
	if f.Journal.Deleted() {
		if f.ID.Phase == Delete {
			f.nothingToDo(ctx, fmt.Sprintf("The %s resources of run %s were deleted before; there is nothing to do.", h.Service, h.Run))
			return nil
		}
		return &state.Error{Op: "use", Path: f.Journal.Path(), Err: fmt.Errorf("the resources of run %s were deleted; run create first", h.Run)}
	}
	if sealed, complete := f.Journal.Sealed(); !(sealed && complete) && f.ID.Phase == Verify {
		return &state.Error{Op: "use", Path: f.Journal.Path(), Err: fmt.Errorf("create of run %s did not finish, or not all its tests passed; run create again, it goes on where it stopped", h.Run)}
	}
	return nil
}

// nothingToDo makes delete pass without asking the cloud, and says why.
func (f *Fixture) nothingToDo(ctx context.Context, sentence string) {
	f.nothing = true
	f.Note(ctx, "%s", sentence)
}

func (f *Fixture) recordedSecrets() []string {
	var out []string
	for _, r := range f.Journal.Records("") {
		for _, s := range r.Secrets {
			out = append(out, s)
		}
	}
	return out
}

// loadDynamic prepares the recorded user of a dynamic project. Nothing is sent.
func (f *Fixture) loadDynamic() error {
	if err := f.connected(); err != nil {
		return err
	}
	if err := f.sameCloud(); err != nil {
		return err
	}
	f.user = f.dynamicUser()
	return nil
}

// dynamicUser is the session of the recorded user, or nil when create did not come so far.
func (f *Fixture) dynamicUser() *cloud.Session {
	user, haveUser := f.Journal.Record(userKey)
	project, haveProject := f.Journal.Record(projectKey)
	if !haveUser || !haveProject || !user.Made || !project.Made {
		return nil
	}
	return f.conn.Session(cloud.Auth{UserID: user.ID, Display: user.Name, Password: user.Secret("password"), ProjectID: project.ID})
}

// loadProject authenticates the clouds.yaml cloud again and checks that its project is the recorded one.
func (f *Fixture) loadProject(ctx context.Context, h state.Header) error {
	if f.Config.Cloud == nil {
		return configurationError("the %s resources were made in the project of the clouds.yaml cloud %q; run this phase with --os-cloud %s", h.Service, h.Credential.Name, h.Credential.Name)
	}
	s, err := f.Admin(ctx)
	if err != nil {
		return err
	}
	if err := f.sameCloud(); err != nil {
		return err
	}
	token, err := s.Token(ctx)
	if err != nil {
		return err
	}
	f.user = s
	return f.sameProject(state.Credential{Kind: state.NamedCloud, Name: f.Config.Cloud.Name, Project: token.ProjectID, User: token.UserID})
}

// sameCloud refuses to work on another cloud's record.
func (f *Fixture) sameCloud() error {
	h := f.Journal.Header()
	if region := f.region(); region != "" && h.Cloud.Region != "" && region != h.Cloud.Region {
		return configurationError("the %s resources of run %s were made in region %s, and the configuration names %s; use that region's configuration, or another --state-dir", h.Service, h.Run, h.Cloud.Region, region)
	}
	if sameURL(h.Cloud.AuthURL, f.conn.AuthURL) {
		return nil
	}
	return configurationError("the %s resources of run %s were made in the cloud at %s, and the configuration names %s; use that cloud's configuration, or another --state-dir", h.Service, h.Run, h.Cloud.AuthURL, f.conn.AuthURL)
}

// sameURL compares Identity URLs without regard to a trailing slash or version.
func sameURL(a, b string) bool {
	bare := func(u string) string {
		u = strings.TrimRight(u, "/")
		for _, v := range []string{"/v3", "/v2.0"} {
			u = strings.TrimSuffix(u, v)
		}
		return strings.ToLower(strings.TrimRight(u, "/"))
	}
	return bare(a) == bare(b)
}

func (f *Fixture) sameProject(c state.Credential) error {
	was := f.Journal.Header().Credential
	if was.Kind != c.Kind {
		return f.otherCredential(was.Kind)
	}
	if was.Project == c.Project {
		return nil
	}
	return configurationError("the %s resources were made in project %s (cloud %q), and the configuration leads to project %s (cloud %q); use the same cloud of clouds.yaml, or another --state-dir", f.ID.Service, was.Project, was.Name, c.Project, c.Name)
}

func (f *Fixture) otherCredential(kind string) error {
	return configurationError("the %s resources of run %s were made with %s credentials, and the configuration gives another kind; use the configuration of create, or another --state-dir", f.ID.Service, f.RunID(), kind)
}

func configurationError(format string, args ...any) error {
	return &cloud.ConfigurationError{Text: fmt.Sprintf(format, args...)}
}

// clearCredentials is delete's clear_credentials: what create made of users and projects goes, and the run is closed.
func (f *Fixture) clearCredentials(s Service) func(context.Context) error {
	return func(ctx context.Context) error {
		if f.nothing {
			return nil
		}
		ctx = cloud.WithRetries(ctx)
		kind := f.Journal.Header().Credential.Kind
		if kind == state.Dynamic {
			if err := f.removeProject(ctx, s); err != nil {
				return &LeftoverError{Service: f.ID.Service, Err: err}
			}
		}
		if left := f.Journal.Records(""); len(left) > 0 {
			return &LeftoverError{Service: f.ID.Service, Err: fmt.Errorf("%s %s was not deleted", left[0].Kind, left[0].Name)}
		}
		if kind == state.PreProvisioned {
			// Before the tombstone: over that a repeated delete would find nothing to do.
			if err := f.returnAccount(ctx); err != nil {
				return err
			}
		}
		return f.Journal.Tombstone()
	}
}
