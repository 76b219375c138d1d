package compute

import (
	"errors"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
)

func TestPartsOfARange(t *testing.T) {
	for _, tt := range []struct {
		cidr  string
		bits  int
		first string // the first three
		count int
		err   string
	}{
		{"10.100.0.0/16", 28, "10.100.0.0/28 10.100.0.16/28 10.100.0.32/28", 4096, ""},
		{"10.100.7.9/24", 25, "10.100.7.0/25 10.100.7.128/25", 2, ""},
		{"192.168.0.0/24", 24, "192.168.0.0/24", 1, ""},
		{"255.255.255.0/24", 26, "255.255.255.0/26 255.255.255.64/26 255.255.255.128/26", 4, ""},
		{"10.0.0.0/24", 16, "", 0, "project_network_mask_bits 16"},
		{"10.0.0.0/24", 31, "", 0, "project_network_mask_bits 31"},
		{"2001:db8::/48", 64, "", 0, "project_network_cidr"},
		{"10.0.0.0", 28, "", 0, "project_network_cidr"},
	} {
		all, err := parts(tt.cidr, tt.bits)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s in /%d: error %v, want one about %s", tt.cidr, tt.bits, err, tt.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s in /%d: %v", tt.cidr, tt.bits, err)
			continue
		}
		var first []string
		count := 0
		for p := range all {
			if count++; count <= 3 {
				first = append(first, p.String())
			}
		}
		if got := strings.Join(first, " "); got != tt.first || count != tt.count {
			t.Errorf("%s in /%d: %d parts, first %s; want %d, first %s", tt.cidr, tt.bits, count, got, tt.count, tt.first)
		}
	}
}

func TestOverlap(t *testing.T) {
	answer := func(status int, body string) error {
		return gophercloud.ErrUnexpectedResponseCode{Actual: status, Body: []byte(body)}
	}
	const text = `{"NeutronError": {"type": "InvalidInput", "message": "Invalid input for operation: Requested subnet with cidr: 10.100.0.0/28 for network: 21a3 overlaps with another subnet."}}`
	for name, tt := range map[string]struct {
		err  error
		want bool
	}{
		"overlap, 400":  {answer(400, text), true},
		"overlap, 409":  {answer(409, text), true},
		"other 400":     {answer(400, `{"NeutronError": {"message": "Invalid CIDR"}}`), false},
		"quota":         {answer(409, `{"NeutronError": {"message": "Quota exceeded for resources: ['subnet']."}}`), false},
		"no answer":     {errors.New("connection refused, it overlaps"), false},
		"success":       {nil, false},
		"service error": {answer(500, text), false},
	} {
		if got := overlaps(tt.err); got != tt.want {
			t.Errorf("%s: overlaps is %t", name, got)
		}
	}
}
