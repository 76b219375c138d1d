package neutron

import (
	"fmt"
	"maps"
	"net/http"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func defaultQuota() wire.M {
	return wire.M{
		"floatingip": 50, "network": 100, "port": 500, "rbac_policy": 10, "router": 10, "security_group": 10,
		"security_group_rule": 100, "subnet": 100, "subnetpool": -1,
	}
}

func (s *Service) quotaRoutes() {
	s.router.Handle("GET", "/v2.0/quotas/{project}", s.showQuota)
	s.router.Handle("GET", "/v2.0/quotas/{project}/default", s.showDefaultQuota)
	s.router.Handle("PUT", "/v2.0/quotas/{project}", s.setQuota)
	s.router.Handle("DELETE", "/v2.0/quotas/{project}", s.resetQuota)
}

func (s *Service) quotaOf(project string) wire.M {
	quota := defaultQuota()
	maps.Copy(quota, s.quotas[project])
	return quota
}

// checkQuota refuses one more object of a kind.
func (s *Service) checkQuota(kindName, project string) error {
	limit, ok := number(s.quotaOf(project)[kindName])
	if ok && limit >= 0 && s.used(kindName, project) >= limit {
		return refusal(http.StatusConflict, "OverQuota", fmt.Sprintf("Quota exceeded for resources: ['%s'].", kindName))
	}
	return nil
}

// used counts a project's objects of a kind.
func (s *Service) used(kindName, project string) int {
	used := 0
	for _, o := range s.objects[kindName] {
		if o.project == project {
			used++
		}
	}
	return used
}

func (s *Service) showQuota(c *wire.Call) error {
	if c.Param("project") != c.Token.ProjectID && !c.Token.Admin() {
		return notAllowed("rule:get_quota")
	}
	return c.JSON(http.StatusOK, wire.M{"quota": s.quotaOf(c.Param("project"))})
}

func (s *Service) showDefaultQuota(c *wire.Call) error {
	return c.JSON(http.StatusOK, wire.M{"quota": defaultQuota()})
}

func (s *Service) setQuota(c *wire.Call) error {
	if !c.Token.Admin() {
		return notAllowed("rule:update_quota")
	}
	sent, err := decode(c, "quota")
	if err != nil {
		return err
	}
	quota := s.quotaOf(c.Param("project"))
	force := sent["force"] == true
	delete(sent, "force")
	for name, value := range sent {
		if _, ok := quota[name]; !ok {
			return badRequest("Unrecognized attribute(s) '" + name + "'")
		}
		if limit, ok := number(value); ok && limit < -1 {
			return badRequest(fmt.Sprintf("Invalid input for %s. Reason: '%d' is too small - must be at least '-1'.", name, limit))
		}
		limit, _ := number(value)
		if used := s.used(name, c.Param("project")); s.options.Release.Epoxy() && !force && limit >= 0 && limit < used {
			return badRequest(fmt.Sprintf("Quota limit %d for %s must be greater than or equal to already used %d", limit, name, used))
		}
		quota[name] = value
	}
	s.quotas[c.Param("project")] = quota
	return c.JSON(http.StatusOK, wire.M{"quota": quota})
}

func (s *Service) resetQuota(c *wire.Call) error {
	if !c.Token.Admin() {
		return notAllowed("rule:delete_quota")
	}
	if s.quotas[c.Param("project")] == nil {
		return refusal(http.StatusNotFound, "TenantQuotaNotFound", "Quota for project "+c.Param("project")+" could not be found.")
	}
	delete(s.quotas, c.Param("project"))
	return c.Empty(http.StatusNoContent)
}
