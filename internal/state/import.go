package state

// Import begins a run whose resources another program made, and records them. It is one line of the journal, so that an
// import is there as a whole or not at all, and create of that run counts as ended. Records without an id are looked for in
// the cloud when they are needed. It is refused as Begin is.
func (j *Journal) Import(h Header, records []Record) error {
	if err := j.mayBegin(); err != nil {
		return err
	}
	h.Began = j.now()
	e := &entry{Event: eventImported, Schema: Schema, Header: &h}
	for _, r := range records {
		e.Records = append(e.Records, entry{
			Key: r.Key, Kind: r.Kind, Name: r.Name, ID: r.ID, Details: r.Details, Secrets: r.Secrets, Baseline: r.Baseline,
		})
	}
	return j.append(e)
}

// takeOver makes the contents those of an import.
func (c *contents) takeOver(e *entry) {
	*c = contents{byKey: map[string]*Record{}, header: e.Header, goodLength: c.goodLength, sealed: true, complete: true}
	for i := range e.Records {
		in := &e.Records[i]
		c.intend(in)
		r := c.byKey[in.Key]
		r.ID, r.Made, r.Baseline = in.ID, in.ID != "", in.Baseline
	}
}
