package simulator

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ParseFault reads a fault from its compact form
//
//	SERVICE METHOD PATH ACTION [after=N] [times=N] [delay=DURATION] [header=Name:Value] [message=TEXT…]
//
// such as "object-store PUT /v1/*/*/* 503 times=2". SERVICE, METHOD and PATH
// may be "*". ACTION is a status (answered without acting), "act+STATUS"
// (answered after acting), "drop", "act+drop", "truncate" or "pass". after
// leaves that many matching requests alone first, times hits that many then. A
// message comes last and takes the rest of the line.
func ParseFault(text string) (Fault, error) {
	words := strings.Fields(text)
	if len(words) < 4 {
		return Fault{}, fmt.Errorf("fault %q: want SERVICE METHOD PATH ACTION", text)
	}
	f := Fault{Service: words[0], Method: words[1], Path: words[2]}
	if err := f.parseAction(words[3]); err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", text, err)
	}
	for i, word := range words[4:] {
		key, value, _ := strings.Cut(word, "=")
		if key == "message" {
			f.Message = strings.TrimPrefix(strings.Join(words[4+i:], " "), "message=")
			break
		}
		if err := f.parseOption(key, value); err != nil {
			return Fault{}, fmt.Errorf("fault %q: %w", text, err)
		}
	}
	return f, nil
}

func (f *Fault) parseAction(word string) error {
	switch word {
	case "pass":
		f.Action = Pass
		return nil
	case "drop":
		f.Action = DropBefore
		return nil
	case "act+drop":
		f.Action = DropAfter
		return nil
	case "truncate":
		f.Action = Truncate
		return nil
	}
	f.Action = Refuse
	status, acted := strings.CutPrefix(word, "act+")
	if acted {
		f.Action = Replace
	}
	code, err := strconv.Atoi(status)
	if err != nil || code < 200 || code > 599 {
		return fmt.Errorf("unknown action %q", word)
	}
	f.Status = code
	return nil
}

func (f *Fault) parseOption(key, value string) error {
	var err error
	switch key {
	case "after", "skip":
		f.Skip, err = strconv.Atoi(value)
	case "times":
		f.Times, err = strconv.Atoi(value)
	case "delay":
		f.Delay, err = time.ParseDuration(value)
	case "header":
		name, content, ok := strings.Cut(value, ":")
		if !ok {
			return fmt.Errorf("header %q: want Name:Value", value)
		}
		if f.Header == nil {
			f.Header = http.Header{}
		}
		f.Header.Add(name, content)
	default:
		return fmt.Errorf("unknown option %q", key)
	}
	if err != nil {
		return fmt.Errorf("option %s: %w", key, err)
	}
	return nil
}

// String returns the fault in ParseFault's form; hooks are not part of it.
func (f Fault) String() string {
	words := []string{orStar(f.Service), orStar(f.Method), orStar(f.Path), f.actionWord()}
	if f.Skip != 0 {
		words = append(words, fmt.Sprintf("after=%d", f.Skip))
	}
	if f.Times != 0 {
		words = append(words, fmt.Sprintf("times=%d", f.Times))
	}
	if f.Delay != 0 {
		words = append(words, fmt.Sprintf("delay=%s", f.Delay))
	}
	for name, values := range f.Header {
		for _, value := range values {
			words = append(words, fmt.Sprintf("header=%s:%s", name, value))
		}
	}
	if f.Message != "" {
		words = append(words, "message="+f.Message)
	}
	return strings.Join(words, " ")
}

func (f Fault) actionWord() string {
	switch f.Action {
	case Refuse:
		return strconv.Itoa(f.Status)
	case Replace:
		return "act+" + strconv.Itoa(f.Status)
	case DropBefore:
		return "drop"
	case DropAfter:
		return "act+drop"
	case Truncate:
		return "truncate"
	default:
		return "pass"
	}
}

func orStar(s string) string {
	if s == "" {
		return "*"
	}
	return s
}
