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
	"opendev.org/x/persistent-resources/tempestconf"
)

// traceback writes err in the form of a Python traceback: a heading, frames (ours), and last the exception with Tempest's
// text. Each element is a piece of its own, as Python's runner sends them. Where our own sentence says more than Tempest's
// text, it follows as Python prints an exception's notes.
func traceback(err error) []string {
	pieces := []string{"Traceback (most recent call last):\n"}
	pieces = append(pieces, framesOf(err)...)
	pythonType, text := pythonText(err)
	last := pythonType + ": " + text + "\n"
	if note := Describe(err); note != text && !strings.Contains(text, note) {
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
			if i := strings.LastIndex(name, "."); i >= 0 {
				name = strings.TrimSuffix(name[i+1:], "-fm")
			}
			out = append([]string{fmt.Sprintf("  File %q, line %d, in %s\n", file, frame.Line, name)}, out...)
		}
		if !more {
			return out
		}
	}
}

// pythonText returns the exception that Tempest would have raised, and its message.
func pythonText(err error) (pythonType, text string) {
	var (
		failure  *Failure
		endpoint *cloud.EndpointNotFoundError
		option   *tempestconf.OptionError
		config   *cloud.ConfigurationError
		network  *url.Error
	)
	switch {
	case errors.As(err, &failure):
		return failure.Type, failure.Text
	case errors.As(err, &option):
		return configError, "Invalid Configuration\nDetails: " + option.Error()
	case errors.As(err, &config):
		return configError, "Invalid Configuration\nDetails: " + config.Error()
	case errors.As(err, &endpoint):
		return "tempest.lib.exceptions.EndpointNotFound", "Endpoint not found\nDetails: " + endpoint.Error()
	}
	if response, ok := Response(err); ok {
		return httpText(response)
	}
	if errors.As(err, &network) {
		return "urllib3.exceptions.MaxRetryError", connectionText(network)
	}
	return "RuntimeError", Describe(err)
}

// Response returns the unexpected answer that err is about.
func Response(err error) (gophercloud.ErrUnexpectedResponseCode, bool) {
	var (
		response gophercloud.ErrUnexpectedResponseCode
		again    *gophercloud.ErrErrorAfterReauthentication
		reauth   *gophercloud.ErrUnableToReauthenticate
	)
	switch {
	case errors.As(err, &response):
		return response, true
	case errors.As(err, &again):
		return Response(again.ErrOriginal)
	case errors.As(err, &reauth):
		if r, ok := Response(reauth.ErrReauth); ok {
			return r, true
		}
		return Response(reauth.ErrOriginal)
	}
	return response, false
}

// httpText gives Tempest 33's exception for a status: the base message and the body as details.
func httpText(r gophercloud.ErrUnexpectedResponseCode) (pythonType, text string) {
	const pkg = "tempest.lib.exceptions."
	details := "\nDetails: " + pyJSON(unwrapped(r.Body))
	switch r.Actual {
	case http.StatusBadRequest:
		return pkg + "BadRequest", "Bad request" + details
	case http.StatusUnauthorized:
		return pkg + "Unauthorized", "Unauthorized" + details
	case http.StatusForbidden:
		return pkg + "Forbidden", "Forbidden" + details
	case http.StatusNotFound:
		return pkg + "NotFound", "Object not found" + details
	case http.StatusNotAcceptable:
		return pkg + "NotAcceptable", "Not Acceptable" + details
	case http.StatusConflict:
		return pkg + "Conflict", "Conflict with state of target resource" + details
	case http.StatusGone:
		return pkg + "Gone", "The requested resource is no longer available" + details
	case http.StatusPreconditionFailed:
		return pkg + "PreconditionFailed", "Precondition Failed" + details
	case http.StatusRequestEntityTooLarge:
		if r.ResponseHeader.Get("Retry-After") != "" {
			return pkg + "RateLimitExceeded", "Rate limit exceeded" + details
		}
		return pkg + "OverLimit", "Request entity is too large" + details
	case http.StatusUnsupportedMediaType:
		return pkg + "InvalidContentType", "Invalid content type provided" + details
	case http.StatusUnprocessableEntity:
		return pkg + "UnprocessableEntity", "Unprocessable entity" + details
	case http.StatusInternalServerError:
		return pkg + "ServerFault", "Got server fault" + details
	case http.StatusNotImplemented:
		return pkg + "NotImplemented", "Got NotImplemented error" + details
	}
	if r.Actual >= 400 {
		return pkg + "UnexpectedResponseCode", fmt.Sprintf("Unexpected response code received\nDetails: %d", r.Actual)
	}
	return pkg + "InvalidHttpSuccessCode", fmt.Sprintf("The success code is different than the expected one\nDetails: Unexpected http success status code %d, The expected status code is %s", r.Actual, strings.Trim(fmt.Sprint(r.Expected), "[]"))
}

// connectionText is what urllib3 says when a request got no answer.
func connectionText(e *url.Error) string {
	u, err := url.Parse(e.URL)
	if err != nil {
		return cloud.Explain(e)
	}
	scheme, port := "HTTP", u.Port()
	if u.Scheme == "https" {
		scheme = "HTTPS"
	}
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return fmt.Sprintf("%sConnectionPool(host='%s', port=%s): Max retries exceeded with url: %s (Caused by %s)", scheme, u.Hostname(), port, u.Path, e.Err)
}

// Describe says in one line what went wrong, for people. A service's answer is shortened to its status and message.
func Describe(err error) string {
	text := err.Error()
	walk(err, func(err error) {
		if response, ok := Response(err); ok {
			text = strings.ReplaceAll(text, response.Error(), shortAnswer(response))
		}
		if network, ok := err.(*url.Error); ok {
			text = strings.ReplaceAll(text, network.Error(), cloud.Explain(network))
		}
	})
	return text
}

func shortAnswer(r gophercloud.ErrUnexpectedResponseCode) string {
	status := fmt.Sprintf("%d %s", r.Actual, http.StatusText(r.Actual))
	if message := answerMessage(r.Body); message != "" {
		status += ": " + message
	}
	return fmt.Sprintf("%s (%s %s)", status, r.Method, r.URL)
}
