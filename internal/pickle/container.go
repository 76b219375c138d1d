package pickle

import "fmt"

// container carries out the opcodes that make or fill lists, tuples, dictionaries and sets. It reports whether op is one.
func (m *machine) container(op byte) (bool, error) {
	switch op {
	case opEmptyList:
		return true, m.push(&List{})
	case opEmptyTuple:
		return true, m.push(Tuple{})
	case opEmptyDict:
		return true, m.push(&Dict{})
	case opEmptySet:
		return true, m.push(m.newSet())
	case opTuple1, opTuple2, opTuple3:
		items, err := m.popN(int(op) - opTuple1 + 1)
		if err != nil {
			return true, err
		}
		return true, m.push(Tuple(items))
	case opAppend:
		v, err := m.pop()
		if err != nil {
			return true, err
		}
		return true, m.extend([]any{v})
	case opSetItem:
		items, err := m.popN(2)
		if err != nil {
			return true, err
		}
		return true, m.setItems(items)
	case opList, opTuple, opDict, opFrozenSet, opAppends, opSetItems, opAddItems:
		items, err := m.popMark()
		if err != nil {
			return true, err
		}
		return true, m.collected(op, items)
	}
	return false, nil
}

// collected makes something of what stood above a mark, or adds it to what stands below.
func (m *machine) collected(op byte, items []any) error {
	// Python adds nothing to anything.
	if len(items) == 0 && (op == opAppends || op == opSetItems || op == opAddItems) {
		return nil
	}
	switch op {
	case opList:
		return m.push(&List{Items: items})
	case opTuple:
		return m.push(Tuple(items))
	case opDict:
		if err := m.push(&Dict{}); err != nil {
			return err
		}
		return m.setItems(items)
	case opFrozenSet:
		if err := m.push(m.newSet()); err != nil {
			return err
		}
		return m.addItems(items)
	case opAppends:
		return m.extend(items)
	case opSetItems:
		return m.setItems(items)
	default: // opAddItems
		return m.addItems(items)
	}
}

// extend adds items to the list on top of the stack.
func (m *machine) extend(items []any) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	switch v := v.(type) {
	case *List:
		v.Items = append(v.Items, items...)
		return nil
	case *Object:
		if v.List == nil {
			v.List = &List{}
		}
		v.List.Items = append(v.List.Items, items...)
		return nil
	}
	return fmt.Errorf("the pickle is damaged: it appends to %s", Describe(v))
}

// setItems adds keys and values to the dictionary on top of the stack.
func (m *machine) setItems(items []any) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	var d *Dict
	switch v := v.(type) {
	case *Dict:
		d = v
	case *Object:
		if v.Items == nil {
			v.Items = &Dict{}
		}
		d = v.Items
	default:
		return fmt.Errorf("the pickle is damaged: it sets keys of %s", Describe(v))
	}
	if len(items)%2 != 0 {
		return fmt.Errorf("the pickle is damaged: it sets a key without a value")
	}
	for i := 0; i < len(items); i += 2 {
		if err := d.set(items[i], items[i+1]); err != nil {
			return fmt.Errorf("the pickle is damaged: %w", err)
		}
	}
	return nil
}

func (m *machine) newSet() *Set {
	s := &Set{}
	m.sets[s] = map[string]bool{}
	return s
}

// addItems adds entries to the set on top of the stack.
func (m *machine) addItems(items []any) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	s, ok := v.(*Set)
	if !ok {
		return fmt.Errorf("the pickle is damaged: it adds to %s as to a set", Describe(v))
	}
	for _, item := range items {
		if err := s.add(m.sets[s], item); err != nil {
			return fmt.Errorf("the pickle is damaged: %w", err)
		}
	}
	return nil
}
