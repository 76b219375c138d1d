package cloud

import (
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/tempestconf"
)

func TestSuitableAccounts(t *testing.T) {
	config := configured(t, "[object-storage]\noperator_role = swiftoperator\n", "", "")
	account := func(name string, roles, types string) tempestconf.Account {
		return tempestconf.Account{Username: name, ProjectName: "p", Roles: strings.Fields(roles), Types: strings.Fields(types)}
	}
	homeless := account("homeless", "Member", "")
	homeless.ProjectName = ""
	all := []tempestconf.Account{
		account("root", "", "admin"),
		homeless,
		account("plain", "", ""),
		account("member", "Member", ""),
		account("operator", "member", "operator"),
		account("chief", "swiftoperator Admin", ""),
	}
	for _, c := range []struct {
		name, roles string
		want        string // names, or an error
	}{
		{"anybody but an admin", "", "plain member operator"},
		{"one role, without regard to case", "member", "member operator"},
		{"by type", "swiftoperator", "operator"},
		{"two roles", "member swiftoperator", "operator"},
		{"an admin", "admin", "root chief"},
		{"an admin who is operator", "swiftoperator admin", "chief"},
		{"nobody", "ResellerAdmin", "No credentials with role: ResellerAdmin specified in the accounts file"},
		{"not together", "member admin", "No users configured for type/roles ['member', 'admin']"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := SuitableAccounts(config, all, strings.Fields(c.roles))
			text := names(got)
			if err != nil {
				text = err.Error()
			}
			if text != c.want {
				t.Errorf("%s, want %s", text, c.want)
			}
		})
	}
	faulty := account("faulty", "faulty", "")
	faulty.Fault, faulty.Index = "it has no password", 6
	homeless.Roles, homeless.Index = []string{"faulty"}, 7
	if _, err := SuitableAccounts(config, []tempestconf.Account{faulty, homeless}, []string{"faulty"}); err == nil ||
		err.Error() != "No users configured for type/roles ['faulty'] (account 7 cannot be used: it has no password; account 8 has no project)" {
		t.Errorf("only faulty ones: %v", err)
	}
	if got, err := SuitableAccounts(config, []tempestconf.Account{faulty, account("good", "faulty", "")}, []string{"faulty"}); err != nil || names(got) != "good" {
		t.Errorf("a faulty one and another: %v %v", got, err)
	}
	if _, err := SuitableAccounts(config, all[:1], nil); err == nil || err.Error() != "No users configured for type/roles None" {
		t.Errorf("only an admin: %v", err)
	}
}

func TestNetworkOfTheProject(t *testing.T) {
	config := configured(t, "", "", "")
	account := func(project, network string) tempestconf.Account {
		return tempestconf.Account{Username: "u", ProjectName: project, Network: network}
	}
	got, err := SuitableAccounts(config, []tempestconf.Account{account("one", ""), account("one", "n"), account("two", ""), account("one", "m")}, nil)
	if err != nil || len(got) != 4 || got[0].Network != "n" || got[1].Network != "n" || got[2].Network != "" || got[3].Network != "m" {
		t.Errorf("%+v %v", got, err)
	}
}

func names(all []tempestconf.Account) string {
	out := make([]string, len(all))
	for i, a := range all {
		out[i] = a.Username
	}
	return strings.Join(out, " ")
}
