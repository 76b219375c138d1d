package releases

import (
	"strings"
	"testing"
)

func TestTold(t *testing.T) {
	for _, tc := range []struct {
		told Told
		want string
	}{
		// As the packages of Debian 12 (Zed) and 13 (Epoxy) answer.
		{Told{Service: "compute", API: "v2.1", Min: "2.1", Max: "2.93"}, "2.1 to 2.93 (Zed)"},
		{Told{Service: "compute", API: "v2.1", Min: "2.1", Max: "2.100"}, "2.1 to 2.100 (2025.1 Epoxy or later)"},
		{Told{Service: "object-store", API: "v1", Version: "2.30.1"}, "2.30.1 (Zed)"},
		{Told{Service: "object-store", API: "v1", Version: "2.35.1"}, "2.35.1 (2025.1 Epoxy)"},
		{Told{Service: "image", API: "v2.15"}, "v2.15 (2024.2 Dalmatian or earlier)"},
		{Told{Service: "image", API: "v2.16"}, "v2.16 (2024.2 Dalmatian or earlier)"},
		{Told{Service: "image", API: "v2.17"}, "v2.17 (2023.1 Antelope or later)"},
		{Told{Service: "identity", API: "v3.14"}, "v3.14 (Ussuri or later)"},
		{Told{Service: "volumev3", API: "v3.0", Min: "3.0", Max: "3.70"}, "3.0 to 3.70 (Zed to 2023.2 Bobcat)"},
		{Told{Service: "block-storage", API: "v3.0", Min: "3.0", Max: "3.71"}, "3.0 to 3.71 (2024.1 Caracal or later)"},
		{Told{Service: "network", API: "v2.0", Extensions: []string{"router", "qinq"}}, "v2.0, 2 extensions (2023.1 Antelope or later)"},

		{Told{Service: "compute", Min: "2.1", Max: "2.87"}, "2.1 to 2.87 (Ussuri or Victoria)"},
		{Told{Service: "compute", Min: "2.1", Max: "2.94"}, "2.1 to 2.94 (2023.1 Antelope or 2023.2 Bobcat)"},
		{Told{Service: "compute", Min: "2.1", Max: "2.101"}, "2.1 to 2.101 (2025.2 Flamingo or later)"},
		{Told{Service: "compute", Min: "2.1", Max: "2.12"}, "2.1 to 2.12 (Mitaka)"},
		{Told{Service: "object-store", Version: "2.10.0"}, "2.10.0 (Stein or earlier)"},
		{Told{Service: "object-store", Version: "2.38.0"}, "2.38.0 (later than 2026.1 Gazpacho)"},
		{Told{Service: "object-store", Version: "2.31.1"}, "2.31.1 (2023.1 Antelope)"},
		{Told{Service: "identity", API: "v3.13"}, "v3.13 (Ussuri or earlier)"},

		// Nothing follows from these.
		{Told{Service: "network", API: "v2.0", Extensions: []string{"router"}}, "v2.0, 1 extension"},
		{Told{Service: "compute", API: "v2.0"}, "v2.0"},
		{Told{Service: "compute", Min: "2.1", Max: "latest"}, "2.1 to latest"},
		{Told{Service: "compute", Min: "3.1", Max: "3.5"}, "3.1 to 3.5"},
		{Told{Service: "image", API: "v3.1"}, "v3.1"},
		{Told{Service: "identity", API: "v2.0"}, "v2.0"},
		{Told{Service: "object-store", Version: "ceph"}, "ceph"},
		{Told{Service: "placement", API: "v1.0", Min: "1.0", Max: "1.39"}, "1.0 to 1.39"},
		{Told{Service: "dns"}, ""},
	} {
		if got := tc.told.String(); got != tc.want {
			t.Errorf("%+v: %q, want %q", tc.told, got, tc.want)
		}
	}
}

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		text string
		want Release
	}{
		{"zed", Zed}, {"Zed", Zed}, {"EPOXY", Epoxy}, {"2025.1", Epoxy}, {"2025.1 Epoxy", Epoxy}, {" caracal ", Caracal}, {"2026.1", Gazpacho}, {"2023.1", Antelope},
	} {
		if got, err := Parse(tc.text); err != nil || got != tc.want {
			t.Errorf("Parse(%q) = %v, %v", tc.text, got, err)
		}
	}
	for _, text := range []string{"", "zeds", "2022.2", "26"} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), "it can be one of mitaka, newton") {
			t.Errorf("Parse(%q): %v", text, err)
		}
	}
}

func TestIncludes(t *testing.T) {
	zed := Told{Service: "compute", Max: "2.93"}.Releases()
	if !zed.Includes(Zed) || zed.Includes(Epoxy) || zed.Includes(Yoga) {
		t.Errorf("%v", zed)
	}
	if !(Range{}).Includes(Mitaka) {
		t.Error("a service that tells nothing contradicts no release")
	}
}

// TestTables holds that every table is in order and ends where it should.
func TestTables(t *testing.T) {
	for name, table := range map[string][]row{"nova": nova(), "cinder": cinder(), "swift": swift()} {
		for i, r := range table {
			if r.from > r.to || i > 0 && (r.minor <= table[i-1].minor || r.from != table[i-1].to+1) {
				t.Errorf("%s: row %d is not in order: %+v", name, i, r)
			}
		}
		if end := table[len(table)-1]; end.to != last {
			t.Errorf("%s ends with %v", name, end.to)
		}
	}
	if n := len(names()); n != int(last)+1 {
		t.Errorf("%d names of %d releases", n, last+1)
	}
}
