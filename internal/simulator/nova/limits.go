package nova

import (
	"fmt"
	"maps"
	"net/http"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) limitRoutes() {
	s.router.Handle("GET", "/v2.1/limits", s.limits)
	s.router.Handle("GET", "/v2.1/os-quota-sets/{project}", s.showQuota)
	s.router.Handle("GET", "/v2.1/os-quota-sets/{project}/defaults", func(c *wire.Call) error {
		body := visibleQuota(c, defaultQuota())
		body["id"] = c.Param("project")
		return c.JSON(http.StatusOK, wire.M{"quota_set": body})
	})
	s.router.Handle("PUT", "/v2.1/os-quota-sets/{project}", admin("os-quota-sets:update", s.setQuota))
	s.router.Handle("DELETE", "/v2.1/os-quota-sets/{project}", admin("os-quota-sets:delete", func(c *wire.Call) error {
		delete(s.quotas, c.Param("project"))
		return done(c, http.StatusAccepted)
	}))
}

func defaultQuota() wire.M {
	return wire.M{
		"cores": 20, "fixed_ips": -1, "floating_ips": -1, "injected_file_content_bytes": 10240, "injected_file_path_bytes": 255,
		"injected_files": 5, "instances": 10, "key_pairs": 100, "metadata_items": 128, "ram": 51200, "security_group_rules": -1,
		"security_groups": -1, "server_group_members": 10, "server_groups": 10,
	}
}

func (s *Service) quotaOf(project string) wire.M {
	quota := defaultQuota()
	maps.Copy(quota, s.quotas[project])
	return quota
}

// limit is a project's quota of something, -1 for none.
func (s *Service) limit(project, name string) int {
	switch n := s.quotaOf(project)[name].(type) {
	case int:
		return n
	case float64:
		return int(n)
	}
	return -1
}

// used counts what the project's servers take.
func (s *Service) used(project string) map[string]int {
	total := map[string]int{}
	for _, sv := range s.servers {
		if sv.projectID == project {
			total["instances"]++
			total["cores"] += sv.flavor.vcpus
			total["ram"] += sv.flavor.ram
		}
	}
	return total
}

// checkQuota tells whether so many servers more may be made.
func (s *Service) checkQuota(sv *server, number int) error {
	used := s.used(sv.projectID)
	wanted := map[string]int{"instances": number, "cores": number * sv.flavor.vcpus, "ram": number * sv.flavor.ram}
	for _, name := range []string{"instances", "cores", "ram"} {
		limit := s.limit(sv.projectID, name)
		if limit >= 0 && used[name]+wanted[name] > limit {
			return wire.Errorf(http.StatusForbidden, "Quota exceeded for %s: Requested %d, but already used %d of %d %s",
				name, wanted[name], used[name], limit, name)
		}
	}
	return nil
}

// retired are quotas and limits that the API showed before a microversion.
var retired = map[int][]string{
	36: {
		"fixed_ips", "floating_ips", "security_group_rules", "security_groups", "maxSecurityGroupRules", "maxSecurityGroups",
		"maxTotalFloatingIps", "totalFloatingIpsUsed", "totalSecurityGroupsUsed",
	},
	39: {"maxImageMeta"},
	57: {
		"injected_file_content_bytes", "injected_file_path_bytes", "injected_files", "maxPersonality", "maxPersonalitySize",
	},
}

func visibleQuota(c *wire.Call, all wire.M) wire.M {
	for minor, names := range retired {
		for _, name := range names {
			if since(c, minor) {
				delete(all, name)
			}
		}
	}
	return all
}

func (s *Service) limits(c *wire.Call) error {
	project := c.Token.ProjectID
	if other := c.Query("tenant_id"); other != "" && c.Token.Admin() {
		project = other
	}
	used := s.used(project)
	absolute := visibleQuota(c, wire.M{
		"maxTotalInstances": s.limit(project, "instances"), "maxTotalCores": s.limit(project, "cores"),
		"maxTotalRAMSize": s.limit(project, "ram"), "maxTotalKeypairs": s.limit(project, "key_pairs"),
		"maxServerMeta": s.limit(project, "metadata_items"), "maxImageMeta": s.limit(project, "metadata_items"),
		"maxServerGroups": 10, "maxServerGroupMembers": 10, "maxPersonality": 5, "maxPersonalitySize": 10240,
		"maxSecurityGroups": -1, "maxSecurityGroupRules": -1, "maxTotalFloatingIps": -1,
		"totalInstancesUsed": used["instances"], "totalCoresUsed": used["cores"], "totalRAMUsed": used["ram"],
		"totalServerGroupsUsed": 0, "totalSecurityGroupsUsed": 0, "totalFloatingIpsUsed": 0,
	})
	return c.JSON(http.StatusOK, wire.M{"limits": wire.M{"absolute": absolute, "rate": []wire.M{}}})
}

func (s *Service) showQuota(c *wire.Call) error {
	if c.Param("project") != c.Token.ProjectID && !c.Token.Admin() {
		return notAllowed("os-quota-sets:show")
	}
	body := visibleQuota(c, s.quotaOf(c.Param("project")))
	body["id"] = c.Param("project")
	return c.JSON(http.StatusOK, wire.M{"quota_set": body})
}

func (s *Service) setQuota(c *wire.Call) error {
	sent, raw, err := sentBody(c, "quota_set")
	if err != nil {
		return err
	}
	quota, used := s.quotaOf(c.Param("project")), s.used(c.Param("project"))
	for name, value := range sent {
		if name == "force" {
			continue
		}
		if _, ok := quota[name]; !ok {
			return badRequest("Invalid input for field/attribute quota_set. Value: %s. Additional properties are not allowed ('%s' was unexpected)",
				wire.PythonRepr(raw), name)
		}
		limit, _ := value.(float64)
		if limit < -1 {
			return invalid(name, value, "is less than the minimum of -1")
		}
		if limit >= 0 && int(limit) < used[name] && sent["force"] != true {
			return badRequest("Quota limit %s for %s must be greater than or equal to already used and reserved %d.",
				fmt.Sprint(value), name, used[name])
		}
		quota[name] = value
	}
	s.quotas[c.Param("project")] = quota
	return c.JSON(http.StatusOK, wire.M{"quota_set": visibleQuota(c, maps.Clone(quota))})
}
