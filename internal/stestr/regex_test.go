package stestr

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRegex(t *testing.T) {
	const create = "persistent_resources_tempest_plugin.tests.api.compute.test_create_compute_resources.ComputePersistentResources.test_create_persistent_server[persistent-create]"
	const slow = "tempest.api.compute.test_x.C.test_y[id-1,slow]"
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"persistent-create", create, true},
		{"^persistent", create, true},
		{"^tempest", create, false},
		{`(?!.*\[.*\bslow\b.*\])(^tempest\.api)`, slow, false},
		{`(?!.*\[.*\bslow\b.*\])(^tempest\.api)`, strings.Replace(slow, "slow", "fast", 1), true},
		{`(^tempest\.(api|scenario)\.(?!.*\[.*\bslow\b.*\]))|(persistent-(create|verify))`, create, true},
		{`(?i)PERSISTENT-CREATE`, create, true},
		{`(?P<word>test)_create.*(?P=word)_create`, create, true},
		{`test_y\[id-1,slow\]\Z`, slow, true},
		{`\Atempest`, slow, true},
		{`slow\]$`, slow, true},
		{`slow\]$`, slow + "\n", true},
		{`slow\]\Z`, slow + "\n", false},
		{`[[]id-1`, slow, true},
		{`[^[]id-1`, slow, false},
		{`[a-z-[aeiou]x`, "[x", true},
		{`[]]`, "]", true},
		{`[^]]`, "]", false},
		{`^x{,2}y`, "xxy", true},
		{`^x{,2}y`, "xxxy", false},
		{`^x{2}$`, "xx", true},
		{`x{a}`, "x{a}", true},
		{`(?a)\w+`, "abc", true},
		{`(?u:abc)`, "abc", true},
		{`(?aix)A b`, "ab", true},
		{`(?<=api\.)compute`, create, true},
		{`(?<!api\.)compute\.`, create, false},
		{`\U0001F600`, "\U0001F600", true},
		{`\.test_`, create, true},
		{`(?#a comment)create`, create, true},
	}
	for _, tt := range tests {
		r, err := CompileRegex(tt.pattern, "here")
		if err != nil {
			t.Errorf("%q: %v", tt.pattern, err)
			continue
		}
		if got, err := r.Search(tt.text); err != nil || got != tt.want {
			t.Errorf("%q on %q: %v, %v, want %v", tt.pattern, tt.text, got, err, tt.want)
		}
	}
	for _, bad := range []string{"(", "[a", `\p{L}`, `a\`, "*", "(?<name>x)", "(?P<name", "(?P=x", `\k<x>`, `\U12`, "(?P>x)"} {
		_, err := CompileRegex(bad, "provided in filters")
		var regex *RegexError
		if !errors.As(err, &regex) || !strings.HasPrefix(err.Error(), "Invalid regex: "+bad+" provided in filters") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestRegexWithoutEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the time limit of a match")
	}
	r, err := CompileRegex(`^(a+)+$`, "here")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Search(strings.Repeat("a", 64) + "b"); err == nil || !strings.Contains(err.Error(), "does not come to an end") {
		t.Errorf("a match without end: %v", err)
	}
}

func TestSelect(t *testing.T) {
	ids := []string{"a.C.one[create]", "a.C.two[create]", "b.D.three[verify]"}
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tests := []struct {
		name string
		s    Selection
		want []string
	}{
		{"all", Selection{}, ids},
		{"a filter", Selection{Filters: []string{"create"}}, ids[:2]},
		{"any of two filters", Selection{Filters: []string{"one", "three"}}, []string{ids[0], ids[2]}},
		{"none", Selection{Filters: []string{"smoke"}}, nil},
		{"excluded", Selection{ExcludeRegex: "^a.*two"}, []string{ids[0], ids[2]}},
		{"filter and excluded", Selection{Filters: []string{"create"}, ExcludeRegex: "one"}, ids[1:2]},
		{"include list", Selection{IncludeList: file("in", "# comment\n\n  one # the first\r\nthree\n")}, []string{ids[0], ids[2]}},
		{"include list beside a filter", Selection{Filters: []string{"two"}, IncludeList: file("in2", "one")}, ids[:2]},
		{"empty include list", Selection{IncludeList: file("in3", "#one\n")}, ids},
		{"exclude list and regex", Selection{ExcludeList: file("ex", "one\n"), ExcludeRegex: "three"}, ids[1:2]},
		{"load list", Selection{LoadList: file("ids", ids[2]+"\n"+ids[0]+"\nother.E.four\n"+ids[0]+"\n")}, []string{ids[0], ids[2], "other.E.four"}},
		{"load list and filter", Selection{LoadList: file("ids2", ids[2]+"\n"+ids[0]+"\n"), Filters: []string{"create"}}, ids[:1]},
		{"worker file", Selection{WorkerFile: file("w", "- worker:\n  - one\n- worker:\n  - ^b\n  concurrency: 2\n")}, []string{ids[0], ids[2]}},
		{"worker file and filter", Selection{WorkerFile: file("w2", "- worker: [create]\n"), Filters: []string{"two"}}, ids[1:2]},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.s.Select(ids)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("selected (-want +got):\n%s", diff)
			}
		})
	}
	for name, s := range map[string]Selection{
		"bad filter":          {Filters: []string{"("}},
		"bad exclude":         {ExcludeRegex: "("},
		"bad include list":    {IncludeList: file("bad", "(\n")},
		"bad exclude list":    {ExcludeList: file("bad2", "(\n")},
		"absent list":         {IncludeList: filepath.Join(dir, "absent")},
		"absent load list":    {LoadList: filepath.Join(dir, "absent")},
		"absent worker file":  {WorkerFile: filepath.Join(dir, "absent")},
		"worker file is text": {WorkerFile: file("text", "hello")},
		"empty worker file":   {WorkerFile: file("empty", "")},
	} {
		if got, err := s.Select(ids); err == nil {
			t.Errorf("%s: %v, want an error", name, got)
		}
	}
}

func TestMendArguments(t *testing.T) {
	long := []string{"regex", "concurrency", "include-list", "exclude-list", "exclude-regex", "load-list", "list-tests"}
	for _, tt := range []struct{ args, want string }{
		{"--regex x --concurrency=2", "--regex x --concurrency=2"},
		{"--regex --concurrency=2", "--regex= --concurrency=2"},
		{"-r -w 2", "--regex= -w 2"},
		{"--regex", "--regex="},
		{"--include_list f --load_list=g_h", "--include-list f --load-list=g_h"},
		{"--conc 3 --lo f", "--concurrency 3 --load-list f"},
		{"--exclude x", "--exclude x"},
		{"--unknown_x", "--unknown-x"},
		{"a -- --include_list", "a -- --include_list"},
		{"--regex -", "--regex -"},
	} {
		if got := strings.Join(MendArguments(strings.Fields(tt.args), long), " "); got != tt.want {
			t.Errorf("MendArguments(%s) = %s, want %s", tt.args, got, tt.want)
		}
	}
}

func TestSplitRegex(t *testing.T) {
	for value, want := range map[string][]string{
		"":                         nil,
		"persistent-create\n":      {"persistent-create"},
		"a b":                      {"a", "b"},
		"'^persistent'":            {"'^persistent'"},
		" (?!x)(^tempest\\.api)\n": {`(?!x)(^tempest\.api)`},
	} {
		got, err := SplitRegex(value)
		if err != nil || strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("SplitRegex(%q) = %q, %v, want %q", value, got, err, want)
		}
	}
	for _, value := range []string{"'^persistent", `"x`, "'"} {
		if got, err := SplitRegex(value); err == nil {
			t.Errorf("SplitRegex(%q) = %q, want an error", value, got)
		}
	}
}
