package phases

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"

	"github.com/gophercloud/gophercloud/v2"

	"opendev.org/x/persistent-resources/internal/cloud"
)

// traceback writes err in the form of a Python traceback: a heading, frames (ours), and last the exception with Tempest's
// text. Each element is a piece of its own, as Python's runner sends them. Where our own sentence says more than Tempest's
// text, it follows as Python prints an exception's notes.
func traceback(err error) []string {
	pieces := []string{"Traceback (most recent call last):\n"}
	pieces = append(pieces, framesOf(err)...)
	pythonType, text := pythonText(err)
	last := pythonType + ": " + text + "\n"
	note := Describe(err)
	// What the exception's text says already is not said again.
	note = strings.TrimPrefix(note, text+"\n")
	if note != text && !strings.Contains(text, note) {
		last += note + "\n"
	}
	return append(pieces, last)
}

// module is the import path that our own frames begin with.
const module = "opendev.org/x/persistent-resources/"

func framesOf(err error) []string {
	var f *Failure
	if !errors.As(err, &f) || len(f.pcs) == 0 {
		return nil
	}
	var out []string
	frames := runtime.CallersFrames(f.pcs)
	for {
		frame, more := frames.Next()
		if name, ours := strings.CutPrefix(frame.Function, module); ours && !strings.HasSuffix(frame.File, "/phases/runner.go") {
			file := frame.File
			if i := strings.LastIndex(file, "/persistent-resources/"); i >= 0 {
				file = file[i+len("/persistent-resources/"):]
			} else if i := strings.Index(file, "/phases/"); i >= 0 {
				file = file[i+1:]
			}
			out = append([]string{fmt.Sprintf("  File %q, line %d, in %s\n", file, frame.Line, functionName(name))}, out...)
		}
		if !more {
			return out
		}
	}
}

// functionName is the name of the method or function that a frame is in; that of a function literal is that of the function
// around it.
func functionName(full string) string {
	parts := strings.Split(strings.TrimSuffix(full, "-fm"), ".")
	for len(parts) > 2 && strings.Trim(strings.TrimPrefix(parts[len(parts)-1], "func"), "0123456789") == "" {
		parts = parts[:len(parts)-1]
	}
	return parts[len(parts)-1]
}

// Describe says what went wrong, for people: in one line, unless the errors of several resources are joined. A service's
// answer is shortened to its status and message.
func Describe(err error) string {
	text := err.Error()
	walk(err, func(err error) {
		switch e := err.(type) {
		case gophercloud.ErrUnexpectedResponseCode:
			text = strings.ReplaceAll(text, e.Error(), shortAnswer(e))
		case *url.Error:
			text = strings.ReplaceAll(text, e.Error(), cloud.Explain(e))
		}
	})
	return strings.TrimRight(text, "\n")
}

func shortAnswer(r gophercloud.ErrUnexpectedResponseCode) string {
	status := fmt.Sprintf("%d %s", r.Actual, http.StatusText(r.Actual))
	if message := answerMessage(r.Body); message != "" {
		status += ": " + message
	}
	return fmt.Sprintf("%s (%s %s)", status, r.Method, r.URL)
}
