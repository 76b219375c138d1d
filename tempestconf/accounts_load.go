package tempestconf

import (
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"
)

// LoadAccounts reads an accounts.yaml.
func LoadAccounts(path string) ([]Account, error) {
	data, err := readLimited(path)
	if os.IsNotExist(err) {
		return nil, fmt.Errorf("The path for the test accounts file: %s could not be found", path) //nolint:staticcheck // Tempest's words
	}
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	var file []map[string]yaml.Node
	if err := yaml.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("read accounts of %s: %w", path, err)
	}
	all := make([]Account, 0, len(file))
	for _, in := range file {
		a := Account{}
		for key, into := range map[string]any{
			"username": &a.Username, "user_id": &a.UserID, "password": &a.Password,
			"tenant_name": &a.ProjectName, "project_name": &a.ProjectName, "tenant_id": &a.ProjectID, "project_id": &a.ProjectID,
			"domain_name": &a.DomainName, "user_domain_name": &a.UserDomainName, "project_domain_name": &a.ProjectDomainName,
			"roles": &a.Roles, "types": &a.Types,
		} {
			n, ok := in[key]
			if !ok {
				continue
			}
			if err := n.Decode(into); err != nil {
				return nil, fmt.Errorf("read accounts of %s: %s: %w", path, key, err)
			}
			a.Line = n.Line
		}
		all = append(all, a)
	}
	return all, nil
}
