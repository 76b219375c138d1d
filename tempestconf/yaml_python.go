package tempestconf

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// This file holds what PyYAML, which reads the files of openstacksdk and Tempest, does otherwise than the YAML library used
// here.

var (
	// yamlDirective is a %YAML line before the document: PyYAML takes any version 1.x, the library 1.1 only.
	yamlDirective = regexp.MustCompile(`\A((?:\x{FEFF})?(?:(?:[#%][^\n]*|[ \r]*)\n)*?)%YAML +0*1\.[0-9]+`)
	// unknownAnchor is the library's error that names what may be a part of an unquoted password.
	unknownAnchor = regexp.MustCompile(`unknown anchor '(.*)' referenced`)
)

// decodeYAML reads the first document as nodes.
func decodeYAML(data []byte) (*yaml.Decoder, *yaml.Node, error) {
	if bytes.Contains(data, []byte("%YAML")) {
		data = yamlDirective.ReplaceAll(data, []byte("${1}%YAML 1.1"))
	}
	dec, doc, err := firstDocument(data)
	// JSON's \/, which the library does not know.
	slashes := err != nil && strings.Contains(err.Error(), "unknown escape character") && bytes.Contains(data, []byte(`\/`))
	if slashes {
		data = escapeSlashes(data)
		dec, doc, err = firstDocument(data)
	}
	if err == nil {
		err = stricter(data, doc)
	}
	if err == nil && slashes {
		eachNode(doc, func(n *yaml.Node) {
			if n.Style&yaml.DoubleQuotedStyle == 0 {
				n.Value = strings.ReplaceAll(n.Value, slash, `\/`)
			}
		})
	}
	return dec, doc, err
}

func firstDocument(data []byte) (*yaml.Decoder, *yaml.Node, error) {
	doc := new(yaml.Node)
	dec := yaml.NewDecoder(bytes.NewReader(data))
	err := dec.Decode(doc)
	return dec, doc, err
}

const slash = `\x2f`

func escapeSlashes(data []byte) []byte {
	out := make([]byte, 0, len(data)+64)
	for i := 0; i < len(data); i++ {
		switch {
		case data[i] != '\\' || i+1 == len(data):
			out = append(out, data[i])
		case data[i+1] == '/':
			out = append(out, slash...)
			i++
		default:
			out = append(out, data[i], data[i+1])
			i++
		}
	}
	return out
}

// stricter finds what PyYAML refuses and the library takes: tabs between tokens, and an anchor that is there twice.
func stricter(data []byte, doc *yaml.Node) error {
	seen := map[string]bool{}
	var err error
	eachNode(doc, func(n *yaml.Node) {
		if n.Anchor != "" && n.Kind != yaml.AliasNode && seen[n.Anchor] && err == nil {
			err = fmt.Errorf("yaml: line %d: found duplicate anchor %s", n.Line, pyRepr(n.Anchor))
		}
		seen[n.Anchor] = true
	})
	if err == nil {
		if line := misplacedTab(data, doc); line > 0 {
			err = fmt.Errorf("yaml: line %d: found character '\\t' that cannot start any token", line)
		}
	}
	return err
}

func eachNode(n *yaml.Node, do func(*yaml.Node)) {
	do(n)
	for _, child := range n.Content {
		eachNode(child, do)
	}
}

// misplacedTab is the line of the first tab that is neither in a comment nor in a quoted or block scalar; 0 when there is
// none. With such a tab made a letter the document is another one, or none; any other tab can be a letter.
func misplacedTab(data []byte, doc *yaml.Node) int {
	if bytes.IndexByte(data, '\t') < 0 {
		return 0
	}
	most := min(200, 1<<20/len(data)) // how many tabs are looked at alone to find the line: each is a reading of the whole
	letter := rune(0xe000)
	for bytes.ContainsRune(data, letter) {
		letter++
	}
	word := utf8.AppendRune(nil, letter)
	if sameYAML(bytes.ReplaceAll(data, []byte("\t"), word), doc, letter) {
		return 0
	}
	first := 0
	for at, n := 0, 0; n < most; n++ {
		next := bytes.IndexByte(data[at:], '\t')
		if next < 0 {
			break
		}
		at += next
		line := 1 + bytes.Count(data[:at], []byte("\n"))
		if first == 0 {
			first = line
		}
		if !sameYAML(bytes.Join([][]byte{data[:at], data[at+1:]}, word), doc, letter) {
			return line
		}
		at++
	}
	return first
}

// sameYAML reports whether data is the same document but for letters in scalars that may hold tabs.
func sameYAML(data []byte, doc *yaml.Node, letter rune) bool {
	var other yaml.Node
	return yaml.Unmarshal(data, &other) == nil && sameNode(doc, &other, letter)
}

func sameNode(a, b *yaml.Node, letter rune) bool {
	if a.Kind != b.Kind || a.Style != b.Style || a.Tag != b.Tag || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return false
	}
	x, y := a.Value, b.Value
	if a.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		// Tabs beside the end of a line are not a part of the value, letters are.
		bare := func(r rune) rune {
			if r == letter || unicode.IsSpace(r) {
				return -1
			}
			return r
		}
		x, y = strings.Map(bare, x), strings.Map(bare, y)
	}
	if x != y {
		return false
	}
	for i := range a.Content {
		if !sameNode(a.Content[i], b.Content[i], letter) {
			return false
		}
	}
	return true
}

// safeYAMLError keeps a part of an unquoted password, which begins with a * there, out of an error, and adds the line.
func safeYAMLError(data []byte, err error) error {
	found := unknownAnchor.FindStringSubmatch(err.Error())
	if found == nil {
		return err
	}
	for i, line := range strings.Split(string(data), "\n") {
		key, _, ok := strings.Cut(line, "*"+found[1])
		if !ok {
			continue
		}
		if secretIn(key) {
			return fmt.Errorf("yaml: line %d: a value that begins with * refers to an anchor, and there is none of that name; quote it", i+1)
		}
		return fmt.Errorf("yaml: line %d: %s", i+1, found[0])
	}
	return err
}

// secretIn reports whether the last key in a line is that of a secret.
func secretIn(line string) bool {
	line = strings.TrimRight(line, " \t\"'")
	key, ok := strings.CutSuffix(line, ":")
	if !ok {
		return false
	}
	key = strings.TrimRight(key, " \t\"'")
	return secretSetting(key[strings.LastIndexAny(key, " \t\"'{,")+1:])
}

// timestamp is what PyYAML takes for a date or a time.
var timestamp = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)$|` +
	`^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$`)

// checkTimestamp refuses dates and times that do not exist, as Python's datetime does.
func checkTimestamp(s string) error {
	if len(s) < len("2001-01-01") || s[4] != '-' {
		return nil
	}
	parts := timestamp.FindStringSubmatch(s)
	if parts == nil {
		return nil
	}
	if parts[1] == "" {
		parts = parts[3:]
	}
	var n [7]int
	for i := 1; i < 7; i++ {
		if i < len(parts) {
			n[i], _ = strconv.Atoi(parts[i]) // digits, or nothing in a date
		}
	}
	switch {
	case n[1] == 0:
		return errors.New("year 0 is out of range")
	case n[2] < 1 || n[2] > 12:
		return errors.New("month must be in 1..12")
	case n[3] < 1 || time.Date(n[1], time.Month(n[2]), n[3], 0, 0, 0, 0, time.UTC).Day() != n[3]:
		return errors.New("day is out of range for month")
	case n[4] > 23:
		return errors.New("hour must be in 0..23")
	case n[5] > 59:
		return errors.New("minute must be in 0..59")
	case n[6] > 59:
		return errors.New("second must be in 0..59")
	}
	return nil
}
