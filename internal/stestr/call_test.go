package stestr

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseCall(t *testing.T) {
	const runner = "-m stestr.subunit_runner.run"
	tests := []struct {
		args string
		want Call
	}{
		{runner + " discover -t ./ ./tests --list", Call{List: true}},
		{runner + " discover -t /opt/tempest /opt/tempest/test_discover --load-list /tmp/x", Call{LoadList: "/tmp/x"}},
		{runner + " discover -t ./ ./tests --load-list=/tmp/x", Call{LoadList: "/tmp/x"}},
		{runner + " discover -t ./ ./tests", Call{}},
		{runner + " a.b.test_c.C", Call{Only: "a.b.test_c.C"}},
		{runner + " a.b.C --load-list f", Call{Only: "a.b.C", LoadList: "f"}},
		{"-m subunit.run discover -s tests --list", Call{List: true}},
		{"--config-file /etc/t.conf --with python3 " + runner + " discover -t ./ ./tests --list",
			Call{Before: []string{"--config-file", "/etc/t.conf", "--with", "python3"}, List: true}},
		{"runner --phase create " + runner + " discover -t ./ ./tests -v", Call{Before: []string{"runner", "--phase", "create"}}},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			args := strings.Fields(tt.args)
			got, ok, err := ParseCall(args)
			if err != nil || !ok {
				t.Fatalf("ParseCall: %v, %v", ok, err)
			}
			tt.want.Args = args[len(tt.want.Before):]
			if len(got.Before) == 0 {
				got.Before = nil
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("call (-want +got):\n%s", diff)
			}
		})
	}
	for _, args := range []string{"", "-m", "-m unittest", "create --side post-upgrade", "run --regex -m"} {
		if _, ok, err := ParseCall(strings.Fields(args)); ok || err != nil {
			t.Errorf("ParseCall(%q) = %v, %v, want no call", args, ok, err)
		}
	}
	if _, ok, err := ParseCall([]string{"-m", "stestr.subunit_runner.run", "discover", "--load-list"}); !ok || err == nil {
		t.Errorf("--load-list without a file: %v, %v", ok, err)
	}
}

func TestCallWithLoadList(t *testing.T) {
	for _, tt := range []struct{ args, file, want string }{
		{"discover -t ./ ./tests --list", "", "discover -t ./ ./tests --list"},
		{"discover -t ./ ./tests --load-list /a", "/b", "discover -t ./ ./tests --load-list /b"},
		{"discover -t ./ ./tests --load-list=/a", "", "discover -t ./ ./tests --list"},
		{"a.b.C", "/b", "a.b.C --load-list /b"},
	} {
		c := Call{Args: strings.Fields(tt.args)}
		if got := strings.Join(c.WithLoadList(tt.file), " "); got != tt.want {
			t.Errorf("WithLoadList(%q) of %q = %q, want %q", tt.file, tt.args, got, tt.want)
		}
	}
}

func TestReadIDs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ids")
	if err := os.WriteFile(path, []byte("a.b[x,y]\n\n  c.d \r\nlast"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := ReadIDs(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a.b[x,y]", "c.d", "last"}, got); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	if _, err := ReadIDs(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("an absent list is read")
	}
}

// TestIDFile: a process reads the list as often as it likes, and no file is left that has a name.
func TestIDFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	f, err := IDFile([]string{"a.b[x,y]", "c.d"})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cmd := exec.Command("cat", ListPath, ListPath)
	cmd.ExtraFiles = []*os.File{f}
	out, err := cmd.Output()
	if want := "a.b[x,y]\nc.d\na.b[x,y]\nc.d\n"; err != nil || string(out) != want {
		t.Errorf("the process reads %q, %v, want %q", out, err, want)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
	t.Setenv("TMPDIR", filepath.Join(dir, "absent"))
	if _, err := IDFile(nil); err == nil {
		t.Error("a file is made in a directory that is not there")
	}
}
