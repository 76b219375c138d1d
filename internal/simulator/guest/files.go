package guest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// files is the guest's file system and what else its programs see of it.
type files struct {
	guest *Guest

	mu   sync.Mutex
	data map[string][]byte
}

func newFiles(g *Guest) *files {
	f := &files{guest: g}
	f.reset()
	return f
}

// reset brings the files of the image back.
func (f *files) reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.data = map[string][]byte{
		"/etc/os-release": []byte("PRETTY_NAME=\"CirrOS 0.6.2 (simulated)\"\nNAME=\"CirrOS\"\nVERSION_ID=\"0.6.2\"\nID=cirros\n"),
		"/etc/passwd":     []byte("root:x:0:0:root:/root:/bin/sh\ncirros:x:1000:1000:non-root user:/home/cirros:/bin/sh\n"),
		"/proc/cpuinfo":   []byte("processor\t: 0\nmodel name\t: simulated\n"),
		"/proc/loadavg":   []byte("0.00 0.00 0.00 1/50 1234\n"),
		"/proc/meminfo":   []byte("MemTotal:         118440 kB\nMemFree:           80000 kB\n"),
	}
}

// computed are the files that say how the guest is now.
func (f *files) computed(path string) (string, bool) {
	name, release, version, _ := f.Kernel()
	switch path {
	case "/etc/hostname", "/proc/sys/kernel/hostname":
		return f.Hostname() + "\n", true
	case "/proc/sys/kernel/random/boot_id":
		return f.guest.BootID() + "\n", true
	case "/proc/uptime":
		return fmt.Sprintf("%.2f %.2f\n", f.UptimeSeconds(), f.UptimeSeconds()), true
	case "/proc/version":
		return fmt.Sprintf("%s version %s %s\n", name, release, version), true
	case "/home/" + f.guest.options.User + "/.ssh/authorized_keys":
		f.guest.mu.Lock()
		defer f.guest.mu.Unlock()
		return strings.Join(f.guest.options.Keys, "\n") + "\n", true
	case "/dev/null":
		return "", true
	}
	return "", false
}

// Hostname implements shell.Machine.
func (f *files) Hostname() string { return f.guest.options.Hostname }

// ReadFile implements shell.Machine.
func (f *files) ReadFile(path string) ([]byte, bool) {
	if text, ok := f.computed(path); ok {
		return []byte(text), true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	data, ok := f.data[path]
	return data, ok
}

// WriteFile implements shell.Machine.
func (f *files) WriteFile(path string, data []byte) bool {
	if path == "/dev/null" {
		return true
	}
	if _, ok := f.computed(path); ok || strings.HasPrefix(path, "/proc/") || strings.HasPrefix(path, "/sys/") {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.data[path] = slices.Clone(data)
	return true
}

// RemoveFile implements shell.Machine.
func (f *files) RemoveFile(path string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, ok := f.data[path]
	delete(f.data, path)
	return ok
}

// Files implements shell.Machine.
func (f *files) Files(directory string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	prefix := strings.TrimSuffix(directory, "/") + "/"
	return slices.Sorted(func(yield func(string) bool) {
		for path := range maps.Keys(f.data) {
			if strings.HasPrefix(path, prefix) && !yield(path) {
				return
			}
		}
	})
}

// Kernel implements shell.Machine.
func (f *files) Kernel() (name, release, version, machine string) {
	return "Linux", "5.15.0-71-generic", "#78-Ubuntu SMP Tue Apr 18 09:00:29 UTC 2023", "x86_64"
}

// UptimeSeconds implements shell.Machine.
func (f *files) UptimeSeconds() float64 { return f.guest.uptime().Seconds() }

// Power implements shell.Machine.
func (f *files) Power(command string) { f.guest.onPower(command) }
