package phases

// Listing is what a set of services would run.
type Listing struct {
	Class ClassID
	Test  Test
	ID    string
}

// List returns every test in the order in which it would run: by phase, then by service. It needs neither configuration nor
// cloud.
func List(services []NewService) []Listing {
	var out []Listing
	for _, phase := range []Phase{Create, Verify, Delete} {
		for _, s := range services {
			c := class(s, phase, &Fixture{})
			for _, t := range c.Tests {
				out = append(out, Listing{Class: c.ID, Test: t, ID: c.ID.TestID(t)})
			}
		}
	}
	return out
}
