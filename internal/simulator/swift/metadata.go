package swift

import (
	"net/http"
	"strings"
)

// Limits of Swift's default configuration.
const (
	maxMetaName      = 128
	maxMetaValue     = 256
	maxMetaCount     = 90
	maxMetaOverall   = 4096
	maxObjectName    = 1024
	maxContainerName = 256
	listingLimit     = 10000
)

// metadata holds headers such as X-Object-Meta-Colour by canonical name.
type metadata map[string]string

// update takes the metadata of a request over: an X-Remove-… header removes
// an item, and so does an empty value except for objects.
func (m metadata) update(h http.Header, kind string) {
	prefix, remove := "X-"+kind+"-Meta-", "X-Remove-"+kind+"-Meta-"
	for name, values := range h {
		if item, ok := strings.CutPrefix(name, remove); ok {
			delete(m, prefix+item)
		}
		if strings.HasPrefix(name, prefix) {
			if values[0] == "" && kind != "Object" {
				delete(m, name)
			} else {
				m[name] = values[0]
			}
		}
	}
}

func (m metadata) send(h http.Header) {
	for name, value := range m {
		h.Set(name, value)
	}
}

// checkMetadata applies Swift's limits.
func checkMetadata(h http.Header, kind string) error {
	prefix := "X-" + kind + "-Meta-"
	shown := strings.ToLower(prefix)
	count, size := 0, 0
	for name, values := range h {
		item, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		count++
		size += len(item) + len(values[0])
		switch {
		case item == "":
			return plain(http.StatusBadRequest, "Metadata name cannot be empty")
		case len(item) > maxMetaName:
			return plain(http.StatusBadRequest, "Metadata name too long: %s%s", shown, item)
		case len(values[0]) > maxMetaValue:
			return plain(http.StatusBadRequest, "Metadata value longer than %d: %s%s", maxMetaValue, shown, item)
		case count > maxMetaCount:
			return plain(http.StatusBadRequest, "Too many metadata items; max %d", maxMetaCount)
		case size > maxMetaOverall:
			return plain(http.StatusBadRequest, "Total metadata too large; max %d", maxMetaOverall)
		}
	}
	return nil
}
