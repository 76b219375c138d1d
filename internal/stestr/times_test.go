package stestr

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTimes writes the database twice: values are aligned to blocks of 512 bytes, known ids keep their place.
func TestTimes(t *testing.T) {
	dir := t.TempDir()
	r, err := InitRepository(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, times := range [][]TestTime{
		{{"a.C.one[x,y]", 1500 * time.Millisecond}, {"a.C.it's", time.Second}, {"a.C.two", 12 * time.Second}},
		{{"a.C.one[x]", 20346 * time.Microsecond}, {"a.C.three", 30 * time.Microsecond}},
	} {
		if err := r.updateTimes(times); err != nil {
			t.Fatal(err)
		}
	}
	index, err := os.ReadFile(filepath.Join(dir, ".stestr", "times.dbm.dir"))
	if want := "'a.C.one', (0, 8)\n'a.C.two', (512, 4)\n'a.C.three', (1024, 5)\n"; err != nil || string(index) != want {
		t.Errorf("index %q, %v, want %q", index, err, want)
	}
	data, err := os.ReadFile(filepath.Join(dir, ".stestr", "times.dbm.dat"))
	if err != nil || string(data[:8]) != "0.020346" || string(data[512:516]) != "12.0" || string(data[1024:]) != "3e-05" {
		t.Errorf("data %q, %v", data, err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".stestr", "times.dbm.dir"), []byte("nonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.updateTimes([]TestTime{{"a.C.one", time.Second}}); err != nil {
		t.Errorf("a damaged index: %v", err)
	}
	if index, err := os.ReadFile(filepath.Join(dir, ".stestr", "times.dbm.dir")); err != nil || string(index) != "'a.C.one', (1536, 3)\n" {
		t.Errorf("after a damaged index %q, %v", index, err)
	}
}

func TestPrintSlowest(t *testing.T) {
	times := []TestTime{{"a.C.quick[x]", 5 * time.Millisecond}, {"a.C.slow", 12345 * time.Millisecond}}
	for i := range 12 {
		times = append(times, TestTime{"a.C.other" + strings.Repeat("o", i), time.Second})
	}
	var b bytes.Buffer
	if err := PrintSlowest(&b, times); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 12 || !strings.HasPrefix(lines[0], "Test id ") || !strings.HasPrefix(lines[2], "a.C.slow  ") || !strings.HasSuffix(lines[2], "  12.345") || !strings.HasSuffix(lines[3], "   1.000") {
		t.Errorf("%s", b.String())
	}
	b.Reset()
	if err := PrintSlowest(&b, nil); err != nil || b.Len() > 0 {
		t.Errorf("no times: %q, %v", b.String(), err)
	}
}
