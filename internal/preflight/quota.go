package preflight

import "context"

// need is what will be made of something that a quota limits.
type need struct {
	what  string
	need  int
	limit int // negative means none
	used  int
}

// quota compares what servers need with what a project may have: the defaults for a project that is yet to be made, what is
// left in an existing one. Where the services do not tell, nothing is said.
func (c *checker) quota(ctx context.Context) {
	n := c.c.PersistentResources.Servers
	if c.bootFlavor == nil || n == 0 {
		return
	}
	all := c.computeNeeds(ctx, n)
	all = append(all, c.networkNeeds(ctx, n)...)
	for _, q := range all {
		if q.limit >= 0 && q.used+q.need > q.limit {
			c.add(Fail, "persistent_resources.servers", "the quota of the project does not allow it: %d %s are needed, %d of %d are in use", q.need, q.what, q.used, q.limit)
		}
	}
}

func (c *checker) computeNeeds(ctx context.Context, n int) []need {
	client, err := c.nova(ctx)
	if err != nil {
		return nil
	}
	cores, ram := n*c.bootFlavor.VCPUs, n*c.bootFlavor.RAM
	if c.work.dynamic {
		var body struct {
			Set struct {
				Instances *int `json:"instances"`
				Cores     *int `json:"cores"`
				RAM       *int `json:"ram"`
			} `json:"quota_set"`
		}
		if _, err := client.Get(ctx, client.ServiceURL("os-quota-sets", c.work.token.ProjectID, "defaults"), &body, nil); err != nil {
			return nil
		}
		s := body.Set
		return []need{{what: "servers", need: n, limit: limit(s.Instances)}, {what: "cores", need: cores, limit: limit(s.Cores)}, {what: "MiB of memory", need: ram, limit: limit(s.RAM)}}
	}
	var body struct {
		Limits struct {
			Absolute struct {
				Instances     *int `json:"maxTotalInstances"`
				Cores         *int `json:"maxTotalCores"`
				RAM           *int `json:"maxTotalRAMSize"`
				UsedInstances int  `json:"totalInstancesUsed"`
				UsedCores     int  `json:"totalCoresUsed"`
				UsedRAM       int  `json:"totalRAMUsed"`
			} `json:"absolute"`
		} `json:"limits"`
	}
	if c.begun() {
		return nil // what is in use may be ours already
	}
	if _, err := client.Get(ctx, client.ServiceURL("limits"), &body, nil); err != nil {
		return nil
	}
	a := body.Limits.Absolute
	return []need{
		{what: "servers", need: n, limit: limit(a.Instances), used: a.UsedInstances},
		{what: "cores", need: cores, limit: limit(a.Cores), used: a.UsedCores},
		{what: "MiB of memory", need: ram, limit: limit(a.RAM), used: a.UsedRAM},
	}
}

func (c *checker) networkNeeds(ctx context.Context, n int) []need {
	client, err := c.work.session.NetworkClient(ctx, c.c)
	if err != nil || c.work.token.ProjectID == "" {
		return nil
	}
	needs := map[string]int{"port": n}
	if c.isolated() {
		needs["network"], needs["subnet"], needs["router"] = 1, 1, 1
	}
	v := c.c.Validation
	if v.RunValidation && v.SecurityGroup {
		needs["security_group"] = 1
	}
	if v.RunValidation && v.ConnectMethod == "floating" {
		needs["floatingip"] = n
	}
	var out []need
	if c.work.dynamic {
		var body struct {
			Quota map[string]any `json:"quota"`
		}
		if _, err := client.Get(ctx, client.ServiceURL("quotas", c.work.token.ProjectID, "default"), &body, nil); err != nil {
			return nil
		}
		for _, what := range []string{"network", "subnet", "router", "port", "security_group", "floatingip"} {
			if limit, ok := body.Quota[what].(float64); ok {
				out = append(out, need{what: words(what), need: needs[what], limit: int(limit)})
			}
		}
		return out
	}
	if c.begun() {
		return nil
	}
	var body struct {
		Quota map[string]struct {
			Limit *int `json:"limit"`
			Used  int  `json:"used"`
		} `json:"quota"`
	}
	if _, err := client.Get(ctx, client.ServiceURL("quotas", c.work.token.ProjectID, "details.json"), &body, nil); err != nil {
		return nil
	}
	for _, what := range []string{"port", "security_group", "floatingip"} {
		q := body.Quota[what]
		out = append(out, need{what: words(what), need: needs[what], limit: limit(q.Limit), used: q.Used})
	}
	return out
}

func limit(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

func words(what string) string {
	switch what {
	case "security_group":
		return "security groups"
	case "floatingip":
		return "floating IPs"
	}
	return what + "s"
}
