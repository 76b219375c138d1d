package tempestconf

// Effective lists every option that is known with its value and where it comes from, section by section. Secret values are
// in it as they are: Source.Shown masks them.
func (c *Config) Effective() []Source {
	all := make([]Source, 0, len(c.values.options))
	for _, o := range c.values.options {
		all = append(all, c.Where(o.Section, o.Name))
	}
	return all
}

// Fault is why the value of an option cannot be used; nil when it can, or when there is no such option.
func (c *Config) Fault(section, option string) *OptionError {
	o := c.values.current(section, dest(option))
	if o == nil {
		return nil
	}
	return c.values.get(o).err
}
