package nova

import (
	"fmt"
	"time"

	"golang.org/x/crypto/ssh"

	"opendev.org/x/persistent-resources/internal/simulator/guest"
)

// behind runs work on a server and its guest, behind the API's back.
func (s *Service) behind(id string, work func(*server, *guest.Guest) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sv := s.server(id)
	if sv == nil {
		return fmt.Errorf("no server %s", id)
	}
	return work(sv, s.guest(id))
}

// RebootGuest boots the guest anew; the API shows nothing of it.
func (s *Service) RebootGuest(id string) error {
	return s.behind(id, func(_ *server, g *guest.Guest) error {
		g.Reboot()
		return nil
	})
}

// ChangeHostKey gives the guest other host keys.
func (s *Service) ChangeHostKey(id string) error {
	return s.behind(id, func(_ *server, g *guest.Guest) error { return g.NewIdentity(false) })
}

// Recreate replaces the server by a new one of the same id: the guest is
// another machine, and the API shows when that was made.
func (s *Service) Recreate(id string) error {
	return s.behind(id, func(sv *server, g *guest.Guest) error {
		now := time.Now()
		if least := sv.created.Add(time.Second); now.Before(least) {
			now = least // the API shows full seconds
		}
		sv.created, sv.launched, sv.updated = now, now, now
		return g.NewIdentity(true)
	})
}

// Stop switches the guest off and shows the server as SHUTOFF.
func (s *Service) Stop(id string) error {
	return s.behind(id, func(sv *server, g *guest.Guest) error {
		g.PowerOff()
		sv.change++
		sv.vmState, sv.taskState = stopped, ""
		sv.touch()
		return nil
	})
}

// Break shows the server in ERROR with a fault; its guest goes on.
func (s *Service) Break(id, message string) error {
	return s.behind(id, func(sv *server, _ *guest.Guest) error {
		sv.change++
		sv.vmState, sv.taskState, sv.fault = failed, "", &fault{500, message, time.Now()}
		sv.touch()
		return nil
	})
}

// Rename changes a server's name; its guest keeps its host name.
func (s *Service) Rename(id, name string) error {
	return s.behind(id, func(sv *server, _ *guest.Guest) error {
		sv.name = name
		return nil
	})
}

// Remove takes a server away at once.
func (s *Service) Remove(id string) error {
	return s.behind(id, func(sv *server, _ *guest.Guest) error {
		s.forget(sv)
		return nil
	})
}

// ReplaceKeypair puts another public key under a key pair's name; guests that
// have the old one keep it.
func (s *Service) ReplaceKeypair(userID, name, public string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.keypair(userID, name)
	if k == nil {
		return fmt.Errorf("user %s has no key pair %s", userID, name)
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(public))
	if err != nil {
		return fmt.Errorf("read the public key: %w", err)
	}
	k.public, k.fingerprint = public, ssh.FingerprintLegacyMD5(key)
	return nil
}
