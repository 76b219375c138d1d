package tempestconf

import (
	_ "embed"
	"fmt"
	"strings"
)

// vendorData holds the vendor profiles of openstacksdk 0.101, one a line. It is parsed only when a cloud names a profile.
//
//go:embed vendors.json
var vendorData string

// vendorProfile is a built-in profile; nil when there is none of that name. fetch is the URL from which openstacksdk would
// download the profile, which is not done here.
func vendorProfile(name string) (profile *omap, fetch string, err error) {
	v, err := parseJSON([]byte(vendorData))
	if err != nil {
		return nil, "", fmt.Errorf("read the built-in vendor profiles: %w", err)
	}
	p, ok := v.(*omap).get(name).(*omap)
	if !ok {
		if strings.Contains(name, "://") {
			return nil, name, nil
		}
		return nil, "", nil
	}
	if nested := p.get("profile"); !falsy(nested) {
		p.drop("profile")
		fetch = pyAny(nested)
	}
	return p, fetch, nil
}
