package pickle

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sample is a line of what testdata/make.py writes.
type sample struct {
	Name   string `json:"name"`
	Pickle string `json:"pickle"`
	Want   string `json:"want"`
}

// checkSamples compares what is read with what Python wrote, and returns how many there were.
func checkSamples(t *testing.T, lines *bufio.Scanner) int {
	t.Helper()
	lines.Buffer(nil, 16<<20)
	n := 0
	for lines.Scan() {
		n++
		var s sample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		data, err := base64.StdEncoding.DecodeString(s.Pickle)
		if err != nil {
			t.Fatal(err)
		}
		v, err := Loads(data)
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
			continue
		}
		if got := dump(v); got != s.Want {
			t.Errorf("%s:\n got %.300s\nwant %.300s", s.Name, got, s.Want)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestWhatPythonWrote reads pickles of Python 2.7 (pickle and cPickle) and 3.11 in all their protocols.
func TestWhatPythonWrote(t *testing.T) {
	for _, python := range []string{"python2.7", "python3.11"} {
		t.Run(python, func(t *testing.T) {
			f, err := os.Open(filepath.Join("testdata", python+".jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if n := checkSamples(t, bufio.NewScanner(f)); n < 100 {
				t.Errorf("only %d samples", n)
			}
		})
	}
}

// dump writes a value down as make.py does.
func dump(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return map[bool]string{true: "True", false: "False"}[v]
	case int64, *big.Int:
		return fmt.Sprintf("int:%d", v)
	case float64:
		return "float:" + floatHex(v)
	case string:
		return "str:" + hex.EncodeToString([]byte(v))
	case Bytes:
		return "bytes:" + hex.EncodeToString([]byte(v))
	case Tuple:
		return "(" + strings.Join(dumps(v), ",") + ")"
	case *List:
		return "[" + strings.Join(dumps(v.Items), ",") + "]"
	case *Set:
		all := dumps(v.Items)
		slices.Sort(all)
		return "<" + strings.Join(all, ",") + ">"
	case *Dict:
		var all []string
		for _, k := range v.Keys() {
			value, _ := v.Get(k)
			all = append(all, dump(k)+":"+dump(value))
		}
		slices.Sort(all)
		return "{" + strings.Join(all, ",") + "}"
	case *Object: // of the dictionary's subclass in make.py
		if v.Items != nil && strings.HasSuffix(fmt.Sprint(v.Class), ".Body") {
			return dump(v.Items)
		}
	}
	return fmt.Sprintf("%#v", v)
}

func dumps(items []any) []string {
	var out []string
	for _, i := range items {
		out = append(out, dump(i))
	}
	return out
}

// TestAsPythonReads holds what no Python writes and every Python reads.
func TestAsPythonReads(t *testing.T) {
	for pickle, want := range map[string]string{
		"I010\n.": "int:8", "I0x1f\n.": "int:31", "I 7 \n.": "int:7", "K\x05(e.": "int:5", "N(u.": "None", "(N1K\x01.": "int:1", "(0N.": "None",
		"(K\x01.": "int:1", "]q\x00h\x00a0h\x000N.": "None", "N.and more": "None",
	} {
		v, err := Loads([]byte(pickle))
		if got := dump(v); err != nil || got != want {
			t.Errorf("%q: %s, %v; want %s", pickle, got, err, want)
		}
	}
}

func TestNothingIsCalled(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "executed")
	for name, tc := range map[string]struct{ pickle, want string }{
		"GLOBAL and REDUCE":       {"cos\nsystem\n(S'touch " + mark + "'\ntR.", "an object of os.system"},
		"STACK_GLOBAL and REDUCE": {"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x05touch\x85R.", "an object of os.system"},
		"INST":                    {"(S'touch " + mark + "'\nios\nsystem\n.", "an object of os.system"},
		"OBJ":                     {"(cos\nsystem\nS'touch " + mark + "'\no.", "an object of os.system"},
		"NEWOBJ":                  {"\x80\x02csubprocess\nPopen\n]U\x02lsa\x85\x81.", "an object of subprocess.Popen"},
		"NEWOBJ_EX":               {"\x80\x04csubprocess\nPopen\n)}\x92.", "an object of subprocess.Popen"},
		"BUILD of a dict":         {"}}b.", "a dict"},
		"a name alone":            {"cbuiltins\neval\n.", "the name builtins.eval"},
		"a call of a call":        {"cbuiltins\ngetattr\n(cos\nS'system'\ntR(S'id'\ntR.", "an object of an unknown class"},
		"a call of no class":      {"I5\n)R.", "an object of an unknown class"},
		"an object of an object":  {"cos\nsystem\n)R)R.", "an object of an unknown class"},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := Loads([]byte(tc.pickle))
			if err != nil {
				t.Fatal(err)
			}
			if got := Describe(v); got != tc.want {
				t.Errorf("read as %s, want %s", got, tc.want)
			}
		})
	}
	if _, err := os.Lstat(mark); err == nil {
		t.Error("something was executed")
	}
}

func TestDamage(t *testing.T) {
	for name, tc := range map[string]struct{ pickle, want string }{
		"empty":                    {"", "the pickle is cut off (at byte 0)"},
		"no pickle":                {"\x7fELF", `this is not a pickle: it begins with the byte '\x7f' (at byte 0)`},
		"JSON":                     {`{"a": 1}`, `this is not a pickle: it begins with the byte '{' (at byte 0)`},
		"newer protocol":           {"\x80\x06N.", "the pickle has protocol 6; protocols 0 to 5 can be read (at byte 0)"},
		"no end":                   {"(dp0\n", "the pickle is cut off (at byte 5)"},
		"half a line":              {"S'abc", "the pickle is cut off (at byte 0)"},
		"length beyond the end":    {"X\xff\xff\xff\xffabc", "the pickle is cut off (at byte 0)"},
		"length of 64 bits":        {"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc", "the pickle is cut off (at byte 2)"},
		"frame beyond the end":     {"\x80\x04\x95\xff\x00\x00\x00\x00\x00\x00\x00N.", "the pickle is cut off (at byte 2)"},
		"unknown opcode":           {"N\xff.", "the pickle is damaged: 0xff is no opcode (at byte 1)"},
		"nothing on the stack":     {".", "the pickle is damaged: it uses a value that it did not make (at byte 0)"},
		"nothing above the mark":   {"N(.", "the pickle is damaged: it uses a value that it did not make (at byte 2)"},
		"tuple without mark":       {"t.", "the pickle is damaged: it ends something that it did not begin (at byte 0)"},
		"append to None":           {"NNa.", "the pickle is damaged: it appends to None (at byte 2)"},
		"key of a list":            {"](NNu.", "the pickle is damaged: it sets keys of a list (at byte 4)"},
		"key without value":        {"}(NNNu.", "the pickle is damaged: it sets a key without a value (at byte 5)"},
		"list as key":              {"}]Ns.", "the pickle is damaged: a list cannot be a key (at byte 3)"},
		"items of no set":          {"\x80\x04](N\x90.", "the pickle is damaged: it adds to a list as to a set (at byte 5)"},
		"empty place in the memo":  {"h\x05.", "the pickle is damaged: it takes value 5 out of its memo, where none was put (at byte 0)"},
		"memo at a negative place": {"Np-1\n.", "the pickle is damaged: it puts a value into its memo at a negative place (at byte 1)"},
		"memo at no place":         {"Npx\n.", "the pickle is damaged: an index of its memo is no number (at byte 1)"},
		"persistent id":            {"Pid\n.", "the pickle refers to something outside of it (a persistent id) (at byte 0)"},
		"extension":                {"\x82\x01.", "the pickle names a class by a code that only the program that wrote it knows (at byte 0)"},
		"buffer":                   {"\x97.", "the pickle refers to buffers that are not part of it (at byte 0)"},
		"string without quotes":    {"Sabc\n.", "the pickle is damaged: it holds a string without its quotes (at byte 0)"},
		"half an escape":           {"S'\\x1'\n.", "the pickle is damaged: it holds a string with half an escape (at byte 0)"},
		"text that is not UTF-8":   {"\x8c\x01\xff.", "the pickle is damaged: it holds text that is not UTF-8 (at byte 0)"},
		"int that is none":         {"Ifoo\n.", "the pickle is damaged: it holds an int that is none (at byte 0)"},
		"float that is none":       {"Ffoo\n.", "the pickle is damaged: it holds a float that is none (at byte 0)"},
		"too many digits":          {"L" + strings.Repeat("9", 5000) + "L\n.", "the pickle holds a number of more than 4300 digits (at byte 0)"},
		"half a unicode escape":    {"V\\u12\n.", "the pickle is damaged: it holds text with half an escape (at byte 0)"},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := Loads([]byte(tc.pickle))
			if err == nil {
				t.Fatalf("read as %s", Describe(v))
			}
			if err.Error() != tc.want {
				t.Errorf("%q, want %q", err, tc.want)
			}
		})
	}
}

// TestHostile holds what a pickle of allowed size can make the reader do: memory and time stay bounded.
func TestHostile(t *testing.T) {
	big := "X\x00\x00\x08\x00" + strings.Repeat("a", 0x80000) // half a MiB of text
	for name, tc := range map[string]struct{ pickle, want string }{
		"too large":                  {"N0" + strings.Repeat("N0", MaxSize), "the pickle is larger than 1 MiB"},
		"the same text encoded":      {big + "q\x00" + "U\x06latin1q\x010" + strings.Repeat("c_codecs\nencode\nh\x00h\x01\x86R0", 1000) + "N.", "makes much more than its size"},
		"the same large key":         {"}" + big + "Ns.", "a key has more than 4096 bytes"},
		"a tuple that grows":         {"}N" + strings.Repeat("2\x86", 64) + "Ns.", "a key has more than 4096 bytes"},
		"a tuple that is deep":       {"}N" + strings.Repeat("\x85", 100000) + "Ns.", "a key has more than 4096 bytes"},
		"lists in lists, very deep":  {strings.Repeat("]", 300000) + strings.Repeat("a", 299999) + ".", ""},
		"a list that holds itself":   {"]q\x00h\x00a.", ""},
		"marks without end":          {strings.Repeat("(", MaxSize-2) + "N.", ""},
		"empty dictionaries":         {strings.Repeat("}", MaxSize-1) + ".", ""},
		"a memo of everything":       {"N" + strings.Repeat("\x94", MaxSize-2) + ".", ""},
		"a set of one thing":         {"\x80\x04\x8f(" + strings.Repeat("K\x01", 1000) + "\x90.", ""},
		"a dictionary that grows up": {"}" + strings.Repeat("K\x01Ns", 10000) + ".", ""},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := Load(strings.NewReader(tc.pickle))
			switch {
			case tc.want == "" && err != nil:
				t.Error(err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("%v (%s), want %q", err, Describe(v), tc.want)
			}
		})
	}
}

// TestEveryTruncation cuts a real file at every byte: each is an error, none a panic.
func TestEveryTruncation(t *testing.T) {
	f, err := os.Open(filepath.Join("testdata", "python2.7.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var s sample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		data, _ := base64.StdEncoding.DecodeString(s.Pickle)
		if len(data) > 400 {
			continue
		}
		for n := range data {
			var broken *Error
			if v, err := Loads(data[:n]); !errors.As(err, &broken) {
				t.Fatalf("%s, cut after %d of %d bytes: %v, %v", s.Name, n, len(data), v, err)
			}
		}
	}
}

func FuzzLoads(f *testing.F) {
	for _, seed := range []string{"(dp0\nS'a'\nI1\ns.", "\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00]\x94K\x01a.", "cos\nsystem\n)R.", "\x8f(K\x01\x90."} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		if len(data) < 4096 {
			v, _ := Loads(data)
			_ = Describe(v)
		}
	})
}
func floatHex(f float64) string { return fmt.Sprintf("%016x", math.Float64bits(f)) }
