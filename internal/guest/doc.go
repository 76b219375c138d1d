// Package guest reaches into a server: ping, TCP, SSH and commands.
//
// It knows addresses and keys only, never Nova or Neutron, so everything here works
// while the cloud's API is down. The usual way through it:
//
//	client, err := guest.Dial(ctx, guest.Target{
//		Address:    "10.0.0.3",
//		User:       "cirros",
//		PrivateKey: pair.PrivateKey,
//		Prologue:   guest.DefaultPrologue,
//	}, guest.Options{Log: log})
//	if err != nil {
//		return errors.Join(err, errors.New(guest.Diagnose(ctx, target, guest.DiagnoseOptions{})))
//	}
//	defer client.Close()
//	now, err := client.Baseline(ctx)
//	...
//	result := guest.Compare(recorded, now)
//
// Retries, pauses and failure texts are those of Tempest's own SSH client, so that
// existing searches over job logs keep finding them. Two things differ by intent:
// the host key is learned once and checked from then on, and no error, log line or
// diagnosis holds a password or a private key.
package guest
