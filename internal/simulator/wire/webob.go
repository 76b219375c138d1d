package wire

import (
	"fmt"
	"html"
	"net/http"
	"strings"
)

// explanations are WebOb's, which Glance and the routing of Nova and Neutron
// answer with.
var explanations = map[int]string{
	http.StatusBadRequest:            "The server could not comply with the request since it is either malformed or otherwise incorrect.",
	http.StatusUnauthorized:          "This server could not verify that you are authorized to access the document you requested. Either you supplied the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials required.",
	http.StatusForbidden:             "Access was denied to this resource.",
	http.StatusNotFound:              "The resource could not be found.",
	http.StatusConflict:              "There was a conflict when trying to complete your request.",
	http.StatusRequestEntityTooLarge: "The body of your request was too large for this server.",
	http.StatusInternalServerError:   "The server has either erred or is incapable of performing the requested operation.",
	http.StatusServiceUnavailable:    "The server is currently unavailable. Please try again at a later time.",
}

// WebOb answers with an error page of Python's WebOb in the format that the
// client accepts: JSON, HTML, or plain text.
func WebOb(w http.ResponseWriter, r *http.Request, status int, explanation, detail string) {
	if explanation == "" {
		explanation = explanations[status]
	}
	title := http.StatusText(status)
	code := fmt.Sprintf("%d %s", status, title)
	between, end := "<br /><br />\n"+detail, "\n\n"
	plain := explanation + "\n\n " + detail + "  "
	if status == http.StatusUnsupportedMediaType || status == http.StatusMethodNotAllowed {
		between, end = "\n<br /><br />\n", ""
		plain = explanation + " \n\n "
	}
	c := &Call{W: w, R: r}
	accept := r.Header.Get("Accept")
	switch {
	case strings.Contains(accept, "application/json"):
		_ = c.JSON(status, M{"message": explanation + between + end, "code": code, "title": title})
	case strings.Contains(accept, "text/html"), strings.Contains(accept, "*/*"):
		page := fmt.Sprintf("<html>\n <head>\n  <title>%s</title>\n </head>\n <body>\n  <h1>%s</h1>\n  %s%s%s\n </body>\n</html>",
			code, code, html.EscapeString(explanation), between, end)
		_ = c.Text(status, "text/html; charset=UTF-8", page)
	default:
		_ = c.Text(status, "text/plain; charset=UTF-8", code+"\n\n"+plain+"\n")
	}
}

// Challenge sets the header by which a service sends a client to Keystone.
func Challenge(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Www-Authenticate", fmt.Sprintf("Keystone uri=%q", "http://"+r.Host+"/identity/v3"))
}
