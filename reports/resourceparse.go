package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"opendev.org/x/persistent-resources/subunit"
)

// WriteResourceParse writes the JSON that resource-parse makes of a directory of results
// (https://github.com/osic/persistent-resources-tests-parse), the input of its elastic-upgrade:
//
//	{"compute_resources": {"create": [{"test_name", "task", "create": 1, "start", "stop", "service"}]}}
//
// A run's label stands for the file's name: results of the verify phase are under "before-validate" and "after-validate"
// when the labels are "before_upgrade" and "after_upgrade". As there, a later run replaces an earlier one's results of the
// same service and action. Tests whose module is not test_<action>_<service>_resources are left out.
func WriteResourceParse(w io.Writer, runs []*Run) error {
	services := map[string]map[string][]map[string]any{}
	for _, run := range runs {
		for product, actions := range parseResources(run) {
			if services[product] == nil {
				services[product] = map[string][]map[string]any{}
			}
			for action, tests := range actions {
				services[product][action] = tests
			}
		}
	}
	if err := json.NewEncoder(w).Encode(services); err != nil {
		return fmt.Errorf("write resource-parse JSON: %w", err)
	}
	return nil
}

func parseResources(run *Run) map[string]map[string][]map[string]any {
	found := map[string]map[string][]map[string]any{}
	label, _, _ := strings.Cut(run.Label, ".")
	for i := range run.Tests {
		t := &run.Tests[i]
		id := parseID(t.ID)
		action, product := id.task()
		if action == "" {
			continue
		}
		name := id.name
		if id.fixture != "" {
			name = "test_" + action + "_" + product
		}
		if strings.Contains(product, "object") {
			product = product[:max(len(product)-len("_resources"), 0)]
		}
		if action == "validate" && strings.Contains(label, "upgrade") {
			side, _, _ := strings.Cut(label, "_")
			action = side + "-" + action
		}
		if found[product] == nil {
			found[product] = map[string][]map[string]any{}
		}
		good := 0
		if t.Status == subunit.Success || t.Status == subunit.Skip {
			good = 1
		}
		found[product][action] = append(found[product][action], map[string]any{
			"test_name": name, "task": action, action: good,
			"start": pythonTime(t.Start), "stop": pythonTime(t.End), "service": product,
		})
	}
	return found
}
