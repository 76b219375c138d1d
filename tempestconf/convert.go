package tempestconf

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// dict is a converted dict in the order of the file.
type dict []pair

type pair struct{ key, value string }

func (d dict) asMap() map[string]string {
	m := make(map[string]string, len(d))
	for _, p := range d {
		m[p.key] = p.value
	}
	return m
}

// convert is oslo.config's conversion of a text to the option's type. It returns nil (null), string, bool, int, float64,
// []string or dict. Errors carry oslo.config's words.
func convert(o *Option, text string) (any, error) {
	switch o.Type {
	case Boolean:
		return toBool(text)
	case Integer, Port:
		return toInt(o, text)
	case Float:
		return toFloat(text)
	case List:
		return toList(text), nil
	case Dict:
		return toDict(o, text)
	case URI:
		// Before Tempest 38 any text was taken, and an empty one means that the option is not configured.
		if text == "" {
			return text, nil
		}
		return text, checkURI(text)
	}
	if len(o.Choices) == 0 {
		return text, nil
	}
	for _, c := range o.Choices {
		if c == "None" { // Python's None, which no text equals
			continue
		}
		if c == text || (o.IgnoreCase && pyLower(c) == pyLower(text)) {
			return text, nil
		}
	}
	return nil, fmt.Errorf("Valid values are [%s], but found %s", strings.Join(o.Choices, ", "), pyRepr(text)) //nolint:staticcheck // oslo.config's words
}

func toBool(text string) (any, error) {
	switch pyLower(text) {
	case "true", "1", "on", "yes":
		return true, nil
	case "false", "0", "off", "no":
		return false, nil
	}
	return nil, errors.New("Unexpected boolean value " + pyRepr(text))
}

func toInt(o *Option, text string) (any, error) {
	s := strings.TrimFunc(text, isSpace)
	if s == "" {
		return nil, nil
	}
	sign := ""
	if s[0] == '+' || s[0] == '-' {
		sign, s = s[:1], s[1:]
	}
	digits, ok := pyDigits(s)
	if !ok {
		return nil, errors.New("invalid literal for int() with base 10: " + pyRepr(text))
	}
	n, err := strconv.Atoi(sign + digits)
	if err != nil {
		// Python's integers have no bound; no option has a use for one beyond 64 bits.
		return nil, fmt.Errorf("integer is too large: %s", pyRepr(text))
	}
	low, high, bounded := o.Min, math.MaxInt, o.Bounded
	if o.Type == Port {
		low, high, bounded = max(low, 0), 65535, true
	}
	if bounded && n < low {
		return nil, fmt.Errorf("Should be greater than or equal to %d", low) //nolint:staticcheck // oslo.config's words
	}
	if bounded && n > high {
		return nil, fmt.Errorf("Should be less than or equal to %d", high) //nolint:staticcheck // oslo.config's words
	}
	return n, nil
}

// number is the grammar of Python's float() apart from inf and nan; what it accepts, ParseFloat understands.
var number = regexp.MustCompile(`^[+-]?([0-9]+(_[0-9]+)*\.?([0-9]+(_[0-9]+)*)?|\.[0-9]+(_[0-9]+)*)([eE][+-]?[0-9]+(_[0-9]+)*)?$`)

func toFloat(text string) (any, error) {
	s := strings.TrimFunc(text, isSpace)
	if s == "" {
		return nil, nil
	}
	s = strings.Map(func(r rune) rune {
		if d := digitValue(r); d >= 0 {
			return rune('0' + d)
		}
		return r
	}, s)
	switch strings.ToLower(strings.TrimLeft(s, "+-")) {
	case "inf", "infinity", "nan":
		if strings.LastIndexAny(s, "+-") <= 0 {
			f, err := strconv.ParseFloat(s, 64)
			if err != nil { // strconv takes no sign before nan
				return math.NaN(), nil
			}
			return f, nil
		}
	}
	if !number.MatchString(s) {
		return nil, errors.New("could not convert string to float: " + pyRepr(text))
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) { // Python rounds what is too large to inf, as ParseFloat does
		return nil, errors.New("could not convert string to float: " + pyRepr(text))
	}
	return f, nil
}

func toList(text string) []string {
	s := strings.TrimRight(strings.TrimFunc(text, isSpace), ",")
	items := []string{}
	if s == "" {
		return items
	}
	for _, item := range strings.Split(s, ",") {
		items = append(items, strings.TrimFunc(item, isSpace))
	}
	return items
}

func toDict(o *Option, text string) (any, error) {
	s := strings.TrimFunc(text, isSpace)
	d := dict{}
	if s == "" {
		return d, nil
	}
	seen := map[string]bool{}
	parts := strings.Split(s, ",")
	for len(parts) > 0 {
		item := parts[0]
		parts = parts[1:]
		// A part that is no pair is joined with the next one.
		p, err := toPair(o, item)
		for err != nil {
			if len(parts) == 0 {
				return nil, err
			}
			item += "," + parts[0]
			parts = parts[1:]
			p, err = toPair(o, item)
		}
		if p.key == "" {
			return nil, errors.New("Key name should not be empty") //nolint:staticcheck // oslo.config's words
		}
		if seen[p.key] {
			return nil, errors.New("Duplicate key " + p.key)
		}
		seen[p.key] = true
		d = append(d, p)
	}
	return d, nil
}

func toPair(o *Option, text string) (pair, error) {
	key, value, ok := strings.Cut(text, ":")
	p := pair{strings.TrimFunc(key, isSpace), strings.TrimFunc(value, isSpace)}
	list := strings.TrimRight(p.value, ",")
	switch {
	case !ok:
		return p, errors.New(`Value should be NAME:VALUE pairs separated by ","`) //nolint:staticcheck // oslo.config's words
	case !o.ListValues:
	case !strings.HasPrefix(list, "["):
		return p, errors.New(`Value should start with "["`) //nolint:staticcheck // oslo.config's words
	case !strings.HasSuffix(list, "]"):
		return p, errors.New(`Value should end with "]"`) //nolint:staticcheck // oslo.config's words
	default:
		p.value = list
	}
	return p, nil
}
