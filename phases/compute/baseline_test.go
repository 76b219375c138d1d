package compute

import (
	"encoding/json"
	"strings"
	"testing"
)

// shown is a server as Nova shows it at microversion 2.1.
const shown = `{
	"id": "88c6624c", "name": "tempest-server-1", "status": "ACTIVE", "created": "2026-11-22T11:32:16Z", "key_name": "tempest-keypair-1",
	"flavor": {"id": "42", "links": []}, "image": {"id": "e2dd1328", "links": []}, "metadata": {"persistent-resources-run": "262a9b9b3ce8"},
	"addresses": {"net": [
		{"version": 4, "addr": "10.100.0.12", "OS-EXT-IPS:type": "fixed", "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:98:d1:fe"},
		{"version": 4, "addr": "172.24.4.194", "OS-EXT-IPS:type": "floating", "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:98:d1:fe"}]},
	"security_groups": [{"name": "b"}, {"name": "a"}, {"name": "b"}], "OS-EXT-STS:task_state": null}`

func TestServerChanges(t *testing.T) {
	for _, tt := range []struct {
		name         string
		replace, now string
		want         string // part of the only difference; empty for none
	}{
		{"nothing", "", "", ""},
		{"floating IP not shown yet", `,
		{"version": 4, "addr": "172.24.4.194", "OS-EXT-IPS:type": "floating", "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:98:d1:fe"}`, "", ""},
		{"order of security groups", `{"name": "b"}, {"name": "a"}, {"name": "b"}`, `{"name": "a"}, {"name": "b"}`, ""},
		{"flavor in the other form", `{"id": "42", "links": []}`, `{"original_name": "m1.nano", "vcpus": 1, "ram": 128, "disk": 1, "ephemeral": 0, "swap": 0}`, ""},
		{"flavor", `"id": "42"`, `"id": "84"`, `its flavor: "84", recorded "42"`},
		{"image", "e2dd1328", "f9dd8540", `its image: "f9dd8540", recorded "e2dd1328"`},
		{"booted from a volume", `{"id": "e2dd1328", "links": []}`, `""`, `its image: "", recorded "e2dd1328"`},
		{"name", "tempest-server-1", "other", `its name: "other", recorded "tempest-server-1"`},
		{"created", "11:32:16", "12:00:00", "its time of creation"},
		{"id", "88c6624c", "99c6624c", "its id"},
		{"key pair", "tempest-keypair-1", "mine", "its key pair"},
		{"metadata changed", "262a9b9b3ce8", "0", "its metadata persistent-resources-run"},
		{"metadata gone", `"persistent-resources-run": "262a9b9b3ce8"`, "", `metadata persistent-resources-run is gone, recorded "262a9b9b3ce8"`},
		{"metadata added", `"metadata": {`, `"metadata": {"a": "b", `, `metadata a was added: "b"`},
		{"security group lost", `{"name": "a"}, `, "", `its security groups: "b", recorded "a, b"`},
		{"address added", `"addresses": {`, `"addresses": {"other": [{"version": 4, "addr": "10.0.0.9", "OS-EXT-IPS:type": "fixed", "OS-EXT-IPS-MAC:mac_addr": "x"}], `, "address 10.0.0.9 (MAC x) on network other was added"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.replace != "" && !strings.Contains(shown, tt.replace) {
				t.Fatalf("the server does not show %s", tt.replace)
			}
			got := recordedBaseline(t, shown).changes(baselineOf(parse(t, strings.Replace(shown, tt.replace, tt.now, 1)), "2.1"))
			switch {
			case tt.want == "" && len(got) > 0:
				t.Errorf("differences %q, want none", got)
			case tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)):
				t.Errorf("differences %q, want one with %s", got, tt.want)
			}
		})
	}
}

func TestAddressesThatChanged(t *testing.T) {
	now := baselineOf(parse(t, strings.Replace(shown, "10.100.0.12", "10.100.0.13", 1)), "")
	want := "address 10.100.0.12 (MAC fa:16:3e:98:d1:fe) on network net is gone; address 10.100.0.13 (MAC fa:16:3e:98:d1:fe) on network net was added"
	if got := strings.Join(recordedBaseline(t, shown).changes(now), "; "); got != want {
		t.Errorf("differences %s, want %s", got, want)
	}
}

func TestFlavorOfNewerMicroversions(t *testing.T) {
	newer := strings.Replace(shown, `{"id": "42", "links": []}`, `{"original_name": "m1.nano", "vcpus": 1, "ram": 128, "disk": 1, "ephemeral": 0, "swap": 0, "extra_specs": {}}`, 1)
	b := recordedBaseline(t, newer)
	if want := "m1.nano (1 vcpus, 128 MiB, 1 GiB, ephemeral 0 GiB, swap 0 MiB)"; b.Flavor != want {
		t.Errorf("flavor %q, want %q", b.Flavor, want)
	}
	got := b.changes(baselineOf(parse(t, strings.Replace(newer, `"ram": 128`, `"ram": 256`, 1)), "2.47"))
	if len(got) != 1 || !strings.Contains(got[0], "256 MiB") {
		t.Errorf("differences %q, want the flavor's memory", got)
	}
}

// recordedBaseline is a baseline that went through the journal.
func recordedBaseline(t *testing.T, text string) baseline {
	t.Helper()
	data, err := json.Marshal(baselineOf(parse(t, text), ""))
	if err != nil {
		t.Fatal(err)
	}
	var b baseline
	if err := json.Unmarshal(data, &b); err != nil {
		t.Fatal(err)
	}
	return b
}

func parse(t *testing.T, text string) *server {
	t.Helper()
	s := &server{}
	if err := json.Unmarshal([]byte(text), s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMicroversionOrder(t *testing.T) {
	for version, want := range map[string]bool{"": false, "2.1": false, "2.36": false, "2.37": true, "2.100": true, "latest": true, "nonsense": false} {
		if got := atLeast(version, 37); got != want {
			t.Errorf("atLeast(%q, 37) is %t", version, got)
		}
	}
}
