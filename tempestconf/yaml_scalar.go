package tempestconf

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// YAML 1.1's numbers as PyYAML resolves them: 0123 is octal, 1:30 is ninety, 1_000 is a thousand.
var (
	yamlInt = regexp.MustCompile(`^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|` +
		`[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$`)
	yamlFloat = regexp.MustCompile(`^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|` +
		`[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$`)
)

// maxDigits is how long a number Python turns into text and back.
const maxDigits = 4300

// scalar is the value of a scalar node by YAML 1.1. Dates stay texts.
func scalar(n *yaml.Node) (any, error) {
	tag := ""
	if n.Style&yaml.TaggedStyle != 0 {
		tag = n.ShortTag()
	}
	switch tag {
	case "":
		if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			return n.Value, nil
		}
		switch n.Value {
		case "=":
			return nil, errors.New("could not determine a constructor for the tag 'tag:yaml.org,2002:value'")
		case "<<":
			return nil, errors.New("could not determine a constructor for the tag 'tag:yaml.org,2002:merge'")
		}
		return plain(n.Value), checkTimestamp(n.Value)
	case "!!str", "!":
		return n.Value, nil
	case "!!timestamp":
		if timestamp.MatchString(n.Value) {
			return n.Value, checkTimestamp(n.Value)
		}
	case "!!null":
		return nil, nil
	case "!!bool":
		if b, ok := yamlBool(n.Value); ok {
			return b, nil
		}
	case "!!int":
		if len(n.Value) <= maxDigits && yamlInt.MatchString(n.Value) {
			return toYAMLInt(n.Value), nil
		}
	case "!!float":
		if len(n.Value) > maxDigits {
			break
		}
		if yamlFloat.MatchString(n.Value) || yamlInt.MatchString(n.Value) {
			return toYAMLFloat(n.Value), nil
		}
	default:
		return nil, fmt.Errorf("could not determine a constructor for the tag %s", pyRepr(tag))
	}
	return nil, fmt.Errorf("%s is not of type %s", pyRepr(n.Value), tag)
}

func plain(s string) any {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return nil
	}
	if b, ok := yamlBool(s); ok {
		return b
	}
	if c := s[0]; c != '-' && c != '+' && c != '.' && (c < '0' || c > '9') {
		return s
	}
	if len(s) > maxDigits {
		return s
	}
	switch {
	case yamlInt.MatchString(s):
		return toYAMLInt(s)
	case yamlFloat.MatchString(s):
		return toYAMLFloat(s)
	}
	return s
}

func yamlBool(s string) (value, ok bool) {
	switch s {
	case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
		return true, true
	case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		return false, true
	}
	return false, false
}

// toYAMLInt gives an int, a *big.Int where that is too small, and the text where Python would refuse the digits.
func toYAMLInt(s string) any {
	text := strings.ReplaceAll(s, "_", "")
	sign := ""
	if text[0] == '-' || text[0] == '+' {
		sign, text = strings.TrimPrefix(text[:1], "+"), text[1:]
	}
	n := new(big.Int)
	ok := true
	switch {
	case text == "0":
	case strings.HasPrefix(text, "0b"):
		_, ok = n.SetString(text[2:], 2)
	case strings.HasPrefix(text, "0x"):
		_, ok = n.SetString(text[2:], 16)
	case text != "" && text[0] == '0':
		_, ok = n.SetString(text[1:], 8)
	case strings.Contains(text, ":"):
		for _, part := range strings.Split(text, ":") {
			var digit *big.Int
			if digit, ok = new(big.Int).SetString(part, 10); !ok {
				break
			}
			n.Add(n.Mul(n, big.NewInt(60)), digit)
		}
	default:
		_, ok = n.SetString(text, 10)
	}
	if !ok {
		return s
	}
	if sign == "-" {
		n.Neg(n)
	}
	if n.IsInt64() && int64(int(n.Int64())) == n.Int64() {
		return int(n.Int64())
	}
	return n
}

func toYAMLFloat(s string) any {
	text := strings.ToLower(strings.ReplaceAll(s, "_", ""))
	sign := 1.0
	if text[0] == '-' || text[0] == '+' {
		if text[0] == '-' {
			sign = -1
		}
		text = text[1:]
	}
	switch text {
	case ".inf":
		return math.Inf(int(sign))
	case ".nan":
		return math.NaN()
	}
	f := 0.0
	for _, part := range strings.Split(text, ":") {
		digit, err := strconv.ParseFloat(part, 64)
		if err != nil && !math.IsInf(digit, 0) {
			return s
		}
		f = f*60 + digit
	}
	return sign * f
}
