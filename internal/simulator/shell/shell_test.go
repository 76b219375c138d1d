package shell

import (
	"context"
	"strings"
	"testing"
)

// box is a machine of files.
type box map[string]string

func (b box) Hostname() string { return "guest-1" }
func (b box) ReadFile(path string) ([]byte, bool) {
	data, ok := b[path]
	return []byte(data), ok || path == "/dev/null"
}
func (b box) WriteFile(path string, data []byte) bool {
	if strings.HasPrefix(path, "/proc/") {
		return false
	}
	if path != "/dev/null" {
		b[path] = string(data)
	}
	return true
}
func (b box) RemoveFile(path string) bool {
	_, ok := b[path]
	delete(b, path)
	return ok
}
func (b box) Files(directory string) []string {
	var files []string
	for path := range b {
		if strings.HasPrefix(path, strings.TrimSuffix(directory, "/")+"/") {
			files = append(files, path)
		}
	}
	return files
}
func (b box) Kernel() (name, release, version, machine string) {
	return "Linux", "6.1.0", "#1 SMP", "x86_64"
}
func (b box) UptimeSeconds() float64 { return 61 }
func (b box) Power(command string)   { b["/power"] = command }

func TestRun(t *testing.T) {
	for _, tt := range []struct {
		script      string
		out, errors string
		status      int
	}{
		{script: "hostname", out: "guest-1\n"},
		{script: "set -eu -o pipefail; PATH=$PATH:/sbin; hostname", out: "guest-1\n"},
		{script: "cat /proc/uptime", out: "61.00 50.00\n"},
		{script: "uname -a", out: "Linux guest-1 6.1.0 #1 SMP x86_64 GNU/Linux\n"},
		{script: "uname -srm", out: "Linux 6.1.0 x86_64\n"},
		{script: `echo "host_name $(hostname 2>/dev/null || uname -n)"; echo "up $(cat /proc/uptime)"`, out: "host_name guest-1\nup 61.00 50.00\n"},
		{script: "nonsense", errors: "sh: nonsense: not found\n", status: 127},
		{script: "nonsense 2>/dev/null || echo no", out: "no\n"},
		{script: "false && echo yes; echo after", out: "after\n"},
		{script: "false; echo $?", out: "1\n"},
		{script: "set -e; false; echo never", status: 1},
		{script: "set -e; false || true; ! false; echo here", out: "here\n"},
		{script: "set -u; echo $nothing", errors: "sh: nothing: parameter not set\n", status: 2},
		{script: "echo ${nothing:-else} ${HOME}", out: "else /home/cirros\n"},
		{script: "exit 3; echo never", status: 3},
		{script: "(exit 4); echo $?", out: "4\n"},
		{script: "{ echo a; echo b; } | wc -l", out: "2\n"},
		{script: "printf 'a\\nb\\nc\\n' | grep -v b | tail -1", out: "c\n"},
		{script: "echo one > f; echo two >> f; cat f; ls", out: "one\ntwo\nf\n"},
		{script: "echo x > /proc/uptime", errors: "sh: can't create /proc/uptime: Permission denied\n", status: 1},
		{script: "cat /nope", errors: "cat: can't open '/nope': No such file or directory\n", status: 1},
		{script: "cat < /nope", errors: "sh: can't open /nope: no such file\n", status: 1},
		{script: "echo to >&2", errors: "to\n"},
		{script: "cat /nope 2>&1 | wc -l", out: "1\n"},
		{script: "echo 'single $HOME' \"double $USER\" plain\\ space", out: "single $HOME double cirros plain space\n"},
		{script: `x="a  b"; echo $x "$x"`, out: "a b a  b\n"},
		{script: `echo ""x "" y`, out: "x  y\n"},
		{script: "echo `hostname`", out: "guest-1\n"},
		{script: "echo a # comment\necho b", out: "a\nb\n"},
		{script: "[ -f /proc/uptime ] && echo there", out: "there\n"},
		{script: "test ! -e /nope && [ 2 -gt 1 ] && [ a != b ] && echo yes", out: "yes\n"},
		{script: "sudo whoami; whoami; sudo -n id -u", out: "root\ncirros\n0\n"},
		{script: "sh -c 'echo inner; exit 5'; echo $?", out: "inner\n5\n"},
		{script: "echo data | sudo tee /mnt/file | md5sum; cat /mnt/file", out: "6137cde4893c59f76f005a8123d8e8e6  -\ndata\n"},
		{script: "reboot", status: 1},
		{script: "sudo reboot"},
		{script: "head -n 1 /proc/uptime; cat /proc/uptime | head -1", out: "61.00 50.00\n61.00 50.00\n"},
		{script: "rm -f /nope; rm /nope", errors: "rm: can't remove '/nope': No such file or directory\n", status: 1},
		{script: "if true; then echo; fi", errors: "sh: syntax error: not supported by this shell\n", status: 2},
		{script: "sleep 1 &", errors: "sh: syntax error: not supported by this shell\n", status: 2},
		{script: "echo 'open", errors: "sh: syntax error: unterminated quoted string\n", status: 2},
		{script: "echo $(hostname", errors: "sh: syntax error: \")\" is missing\n", status: 2},
		{script: "echo )", errors: "sh: syntax error: unexpected \")\"\n", status: 2},
		{script: "cat; echo 'echo script' | sh; sh", out: "input\nscript\n", errors: "sh: input: not found\n", status: 127},
		{script: "sleep 0.001; which cat nothing", out: "/bin/cat\n", status: 1},
	} {
		t.Run(tt.script, func(t *testing.T) {
			machine := box{"/proc/uptime": "61.00 50.00\n"}
			got := Run(context.Background(), machine, "cirros", tt.script, func() []byte { return []byte("input\n") })
			if string(got.Stdout) != tt.out || string(got.Stderr) != tt.errors || got.Status != tt.status {
				t.Errorf("got %q, %q, %d; want %q, %q, %d", got.Stdout, got.Stderr, got.Status, tt.out, tt.errors, tt.status)
			}
		})
	}
}

func TestRunEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got := Run(ctx, box{}, "cirros", "sleep 100", nil); got.Status != 137 {
		t.Errorf("status %d of a script whose connection is gone, want 137", got.Status)
	}
}
