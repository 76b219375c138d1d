package original

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/internal/pickle"
	"opendev.org/x/persistent-resources/internal/state"
)

// TestFilesOfTheOriginal reads what the original's classes wrote, under every protocol of Python 2 and 3: all say the same.
func TestFilesOfTheOriginal(t *testing.T) {
	for service, want := range map[string]Resources{
		Compute: {
			UserID: "a439e7af21d34a52884047145f5aaac8", UserName: "tempest-ComputePersistentResources-501704629-project",
			ProjectID: "d5f2d23f2f8a416080b3bf31386adcf8", ProjectName: "tempest-ComputePersistentResources-501704629",
			SecurityGroup: &Named{"05f0231a-e8d3-4970-a8df-7dc1ab15bac4", "tempest-securitygroup--1396622730"},
			Keypair:       &Keypair{Name: "tempest-keypair-494417681", Fingerprint: "3e:3e:3e:3e:3e:3e:3e:3e:3e:3e:3e:3e:3e:3e:3e:3e"},
			Servers:       []string{"7a082b74-b5ab-499c-93ec-260614930eb5"},
		},
		ObjectStorage: {
			UserID: "9691b5e204394d9596aba8df2e24da87", UserName: "tempest-ObjectStoragePersistentResources-811517616-project-member",
			ProjectID: "25dd47a656f244cabdc43e5e7d64e361", ProjectName: "tempest-ObjectStoragePersistentResources-811517616",
			Containers: []string{"tempest-TestContainer-240266321"}, Objects: []string{"tempest-TestObject-374415006"}, Data: []string{"testtesttesttes"},
		},
	} {
		files, err := filepath.Glob(filepath.Join("testdata", service+".*.resource"))
		if err != nil || len(files) < 5 {
			t.Fatalf("%d files of %s: %v", len(files), service, err)
		}
		want.Service = service
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				f, err := os.Open(file)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				got, err := Read(f)
				if err != nil {
					t.Fatal(err)
				}
				if len(got.Password) != 15 {
					t.Errorf("a password of %d characters", len(got.Password))
				}
				got.Password = ""
				if k := got.Keypair; k != nil {
					if !strings.HasPrefix(k.PrivateKey, "-----BEGIN EC PRIVATE KEY--") || !strings.HasPrefix(k.PublicKey, "ecdsa-sha2-nistp384 AAAA") {
						t.Errorf("the key pair %.30q, %.30q", k.PrivateKey, k.PublicKey)
					}
					k.PrivateKey, k.PublicKey = "", ""
				}
				if diff := cmp.Diff(&want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if !got.Dynamic() {
					t.Error("not taken for dynamic credentials")
				}
			})
		}
	}
}

// In protocol 0 a pickle can be written by hand: (d begins a dictionary, S'…' is a string, s sets an entry.
func pickled(pairs ...string) string {
	out := "(d"
	for i := 0; i < len(pairs); i += 2 {
		out += "S'" + pairs[i] + "'\n" + pairs[i+1] + "s"
	}
	return out + "."
}

func str(s string) string { return "S'" + s + "'\n" }

// sub is a dictionary in a dictionary.
func sub(pairs ...string) string { return strings.TrimSuffix(pickled(pairs...), ".") }

func owner(more ...string) string {
	return pickled(append([]string{
		"user_id", str("u1"), "username", str("tempest-ComputePersistentResources-1-project"), "tenant_id", str("p1"),
		"tenant_name", str("tempest-ComputePersistentResources-1"), "password", str("secret"), "network", "N", "router", "N", "subnet", "N",
	}, more...)...)
}

func TestRecords(t *testing.T) {
	mark := func(d map[string]string) map[string]string { d["imported"] = "yes"; return d }
	project := state.Record{Key: "project", Kind: "project", Name: "tempest-ComputePersistentResources-1", ID: "p1", Details: mark(map[string]string{})}
	user := state.Record{Key: "user", Kind: "user", Name: "tempest-ComputePersistentResources-1-project", ID: "u1",
		Details: mark(map[string]string{}), Secrets: map[string]string{"password": "secret"}}
	server := state.Record{Key: "server/1", Kind: "server", Name: "s1", ID: "s1", Details: mark(map[string]string{})}
	servers := "(l(d" + str("id") + str("s1") + "sa"
	for name, tc := range map[string]struct {
		pickle string
		want   []state.Record
	}{
		"a server alone":                        {owner("validation_resources", "(d", "servers", servers), []state.Record{project, user, server}},
		"no server, after a create that failed": {owner("validation_resources", "(d", "servers", "(l"), []state.Record{project, user}},
		"what Tempest 14 had of Nova": {
			owner("validation_resources", sub(
				"keypair", sub("name", str("k"), "public_key", str("ssh-rsa AAAA"), "private_key", str("PEM"), "fingerprint", str("aa:bb")),
				"security_group", sub("id", "I17\n", "name", str("g"), "rules", "(l"),
				"floating_ip", sub("id", "L18L\n", "ip", "V172.24.4.3\n", "pool", str("public"), "fixed_ip", "N", "instance_id", "N"),
			), "servers", servers),
			[]state.Record{
				project, user,
				{Key: "keypair", Kind: "keypair", Name: "k", ID: "k", Details: mark(map[string]string{"public_key": "ssh-rsa AAAA", "fingerprint": "aa:bb"}), Secrets: map[string]string{"private_key": "PEM"}},
				{Key: "security_group", Kind: "security group", Name: "g", ID: "17", Details: mark(map[string]string{})},
				{Key: "floating_ip/1", Kind: "floating IP", Name: "172.24.4.3", ID: "18", Details: mark(map[string]string{"address": "172.24.4.3"})},
				server,
			},
		},
		"a network of its own": {
			owner("servers", "(l", "network", sub("id", str("n1"), "name", str("tempest-ComputePersistentResources-2-network")),
				"subnet", sub("id", str("n2"), "name", str("tempest-ComputePersistentResources-2-subnet")),
				"router", sub("id", str("n3"), "name", str("tempest-ComputePersistentResources-2-router"))),
			[]state.Record{
				project, user,
				{Key: "network", Kind: "network", Name: "tempest-ComputePersistentResources-2-network", ID: "n1", Details: mark(map[string]string{})},
				{Key: "subnet", Kind: "subnet", Name: "tempest-ComputePersistentResources-2-subnet", ID: "n2", Details: mark(map[string]string{})},
				{Key: "router", Kind: "router", Name: "tempest-ComputePersistentResources-2-router", ID: "n3", Details: mark(map[string]string{})},
				{Key: "router_interface", Kind: "router interface", Name: "tempest-ComputePersistentResources-2-router to tempest-ComputePersistentResources-2-subnet", Details: mark(map[string]string{})},
			},
		},
		"somebody's network": {
			owner("servers", "(l", "network", sub("id", str("n1"), "name", str("public"))), []state.Record{project, user},
		},
		"an account that was lent": {
			pickled("user_id", str("u1"), "username", str("alice"), "tenant_id", str("p1"), "tenant_name", str("demo"), "password", str("secret"),
				"network", sub("id", str("n1"), "name", str("tempest-ComputePersistentResources-2-network")), "servers", servers),
			[]state.Record{server},
		},
		"objects": {
			owner("containers", "(lS'c'\na", "objects", "(lS'o1'\naS'o2'\na", "data", "(lS'testtesttesttes'\na"),
			[]state.Record{
				project, user,
				{Key: "container/1", Kind: "container", Name: "c", ID: "c", Details: mark(map[string]string{})},
				{Key: "object/0", Kind: "object", Name: "o1", ID: "o1", Details: mark(map[string]string{
					"container": "c", "text": "testtesttesttes", "size": "15", "sha256": "4fd67e7b77b593854d224ea2ec50a512213cd129f81daa81cc77708491dcedee"})},
				{Key: "object/1", Kind: "object", Name: "o2", ID: "o2", Details: mark(map[string]string{"container": "c"})},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Read(strings.NewReader(tc.pickle))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, r.Records()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	const not = "it is not what the original plugin writes: "
	for name, tc := range map[string]struct{ pickle, want string }{
		"empty file":                   {"", "the pickle is cut off (at byte 0)"},
		"a list":                       {"(l.", not + "it holds a list in place of a dict"},
		"a call":                       {"cos\nsystem\n(S'id'\ntR.", not + "it holds an object of os.system in place of a dict"},
		"another dictionary":           {pickled("a", "N"), not + `it has neither "servers" nor "containers"`},
		"no owner":                     {pickled("servers", "(l"), not + `it has no entry "user_id"`},
		"servers of another form":      {owner("servers", "(lS's1'\na"), not + `its entry "servers[0]" is a str in place of a dict`},
		"servers that are no list":     {owner("servers", "I5\n"), not + `its entry "servers" is an int in place of a list`},
		"a server without id":          {owner("servers", "(l(da"), not + `its entry "servers[0].id" is empty`},
		"an id that leads elsewhere":   {owner("servers", "(l(d"+str("id")+str("../../v3/users/x")+"sa"), not + `its entry "servers[0].id" is no id or name: "../../v3/users/x"`},
		"a call in place of an id":     {owner("servers", "(l", "user_id", "cos\nsystem\n(S'id'\ntR"), not + `its entry "user_id" is an object of os.system in place of text`},
		"no password":                  {owner("servers", "(l", "password", str("")), not + `its entry "password" is empty`},
		"validation resources a list":  {owner("servers", "(l", "validation_resources", "(l"), not + `its entry "validation_resources" is a list in place of a dict`},
		"a floating IP without id":     {owner("servers", "(l", "validation_resources", sub("floating_ip", sub("ip", str("1.2.3.4")))), not + `its entry "validation_resources.floating_ip.id" is empty`},
		"a container with a path":      {owner("containers", "(lS'a/b'\na", "objects", "(l", "data", "(l"), not + `its entry "containers[0]" is no name: "a/b"`},
		"an object in no container":    {owner("containers", "(l", "objects", "(lS'o'\na", "data", "(l"), not + "it has objects and no container"},
		"object storage without a key": {owner("containers", "(l", "objects", "(l"), not + `it has no entry "data"`},
		"bytes that are no text":       {owner("servers", "(l", "tenant_name", `S'\xff'`+"\n"), not + `its entry "tenant_name" is bytes that are no UTF-8`},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Read(strings.NewReader(tc.pickle))
			if err == nil {
				t.Fatalf("read as %+v", r)
			}
			if err.Error() != tc.want {
				t.Errorf("%q\nwant %q", err, tc.want)
			}
		})
	}
}

func TestSubclassOfDict(t *testing.T) {
	v := &pickle.Object{Class: pickle.Global{Module: "tempest.lib.common.rest_client", Name: "ResponseBody"}, Items: &pickle.Dict{}}
	if d, ok := asDict(v); !ok || d != v.Items {
		t.Error("Tempest's ResponseBody is not taken for a dictionary")
	}
}
