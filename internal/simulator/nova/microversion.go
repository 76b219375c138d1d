package nova

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// oldestMinor is the oldest microversion of every release, 2.1.
const oldestMinor = 1

// newestMinor is the newest microversion of the release: 2.93 or 2.100.
func (s *Service) newestMinor() int {
	if s.options.Release.Epoxy() {
		return 100
	}
	return 93
}

const (
	newHeader = "Openstack-Api-Version"        // "compute 2.60"
	oldHeader = "X-Openstack-Nova-Api-Version" // "2.60"
)

var versionForm = regexp.MustCompile(`^([1-9][0-9]*)\.([1-9][0-9]*|0)$`)

// negotiate reads the microversion asked for and puts it into the answer.
func (s *Service) negotiate(c *wire.Call) error {
	wanted := askedFor(c.R.Header)
	if wanted == "latest" {
		wanted = "2." + strconv.Itoa(s.newestMinor())
	}
	form := versionForm.FindStringSubmatch(wanted)
	if form == nil {
		return badRequest("API Version String %s is of invalid format. Must be of format MajorNum.MinorNum.", wanted)
	}
	h := c.W.Header()
	h.Set(newHeader, "compute "+wanted)
	h.Set(oldHeader, wanted)
	h["Vary"] = []string{"OpenStack-API-Version", "X-OpenStack-Nova-API-Version"}
	minor, _ := strconv.Atoi(form[2]) // digits, as the form says
	if form[1] != "2" || minor < oldestMinor || minor > s.newestMinor() {
		return wire.Errorf(http.StatusNotAcceptable,
			"Version %s is not supported by the API. Minimum is 2.%d and maximum is 2.%d.", wanted, oldestMinor, s.newestMinor())
	}
	return nil
}

// askedFor prefers the newer header, which names services: "compute 2.60".
func askedFor(h http.Header) string {
	for _, value := range h.Values(newHeader) {
		for _, item := range strings.Split(value, ",") {
			if fields := strings.Fields(item); len(fields) == 2 && fields[0] == "compute" {
				return fields[1]
			}
		}
	}
	if value := h.Get(oldHeader); value != "" {
		return value
	}
	return "2." + strconv.Itoa(oldestMinor)
}

// since tells whether the call's microversion is 2.minor or newer.
func since(c *wire.Call, minor int) bool {
	_, text, _ := strings.Cut(c.W.Header().Get(oldHeader), ".")
	used, _ := strconv.Atoi(text) // negotiate wrote it
	return used >= minor
}
