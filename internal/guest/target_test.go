package guest

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestTargetShowsNoSecret(t *testing.T) {
	target := Target{Address: "2001:db8::3", User: "root", Password: "do-not-show", PrivateKey: "do-not-show"}.withDefaults()
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "target", target)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		fmt.Fprintf(&log, verb+"\n", target)
	}
	if text := log.String(); strings.Contains(text, "do-not-show") || strings.Count(text, "root@[2001:db8::3]:22") != 6 {
		t.Errorf("printed:\n%s", text)
	}
}

func TestTargetDefaults(t *testing.T) {
	got := Target{}.withDefaults()
	if got.Port != 22 || got.ConnectTimeout != time.Minute || got.Timeout != 5*time.Minute || got.Prologue != "" {
		t.Errorf("defaults: port %d, connect %s, whole %s, prologue %q", got.Port, got.ConnectTimeout, got.Timeout, got.Prologue)
	}
	want := Target{Port: 2222, ConnectTimeout: 1, Timeout: 2}
	if got := want.withDefaults(); got != want {
		t.Errorf("changed: %d %d %d", got.Port, got.ConnectTimeout, got.Timeout)
	}
}

func TestCommandLine(t *testing.T) {
	for prologue, want := range map[string]string{
		"":              "hostname",
		"set -eu;":      "set -eu; hostname",
		DefaultPrologue: "set -eu -o pipefail; PATH=$PATH:/sbin; hostname",
	} {
		if got := (Target{Prologue: prologue}).commandLine("hostname"); got != want {
			t.Errorf("after %q: %q, want %q", prologue, got, want)
		}
	}
}

func TestReadable(t *testing.T) {
	for text, want := range map[string]string{
		"plain\ttext\n":            "plain\ttext\n",
		"ünïcode �":                "ünïcode �",
		"a\r\nb\rc":                "a\nb\uFFFDc",
		"\xff\xfe\x00\x1b[0m\x7f":  "\uFFFD\uFFFD\uFFFD[0m\uFFFD",
		"cut in the middle \xc3":   "cut in the middle \uFFFD",
		"next line control \u0085": "next line control \uFFFD",
	} {
		if got := readable(text); got != want {
			t.Errorf("readable(%q) = %q, want %q", text, got, want)
		}
	}
}
