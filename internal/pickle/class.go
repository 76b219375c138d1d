package pickle

import "fmt"

// class carries out the opcodes with which a pickle names classes and functions and calls them. Nothing is called.
func (m *machine) class(op byte) error {
	switch op {
	case opGlobal:
		g, err := m.global()
		if err != nil {
			return err
		}
		return m.push(g)
	case opStackGlobal:
		names, err := m.popN(2)
		if err != nil {
			return err
		}
		module, ok := names[0].(string)
		name, ok2 := names[1].(string)
		if !ok || !ok2 {
			return fmt.Errorf("the pickle is damaged: it names a class by %s and %s", Describe(names[0]), Describe(names[1]))
		}
		return m.push(Global{module, name})
	case opInst: // the class's name stands in the pickle, the arguments above a mark
		g, err := m.global()
		if err != nil {
			return err
		}
		args, err := m.popMark()
		if err != nil {
			return err
		}
		return m.call(g, args)
	case opObj: // class and arguments above a mark
		all, err := m.popMark()
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return errStack
		}
		return m.call(all[0], all[1:])
	case opBuild:
		state, err := m.pop()
		if err != nil {
			return err
		}
		v, err := m.top()
		if err != nil {
			return err
		}
		if o, ok := v.(*Object); ok {
			o.State = state
		}
		return nil
	}
	n := 2
	if op == opNewObjEx {
		n = 3 // with keyword arguments
	}
	all, err := m.popN(n)
	if err != nil {
		return err
	}
	args, ok := all[1].(Tuple)
	if !ok {
		return fmt.Errorf("the pickle is damaged: it calls with %s in place of a tuple", Describe(all[1]))
	}
	return m.call(all[0], args)
}

func (m *machine) global() (Global, error) {
	module, err := m.line()
	if err != nil {
		return Global{}, err
	}
	name, err := m.line()
	return Global{module, name}, err
}

// call makes what a call of class stands for. The standard containers become themselves; everything else is kept as data.
func (m *machine) call(class any, args []any) error {
	g, ok := class.(Global)
	if !ok {
		return m.push(&Object{Class: class, Args: args})
	}
	for _, arg := range args {
		if err := m.spend(sizeOf(arg)); err != nil {
			return err
		}
	}
	name := g.String()
	if g.Module == "__builtin__" { // Python 2's name of it
		name = "builtins." + g.Name
	}
	switch name {
	case "collections.OrderedDict", "collections.defaultdict", "builtins.dict":
		return m.callDict(name, args)
	case "builtins.set", "builtins.frozenset":
		if err := m.push(m.newSet()); err != nil || len(args) == 0 {
			return err
		}
		return m.addItems(itemsOf(args[0]))
	case "_codecs.encode", "builtins.bytearray", "builtins.bytes":
		if b, ok := encoded(args); ok {
			return m.push(b)
		}
	case "copy_reg._reconstructor", "copyreg._reconstructor": // class, its base among the builtins, the base's value
		if len(args) == 3 {
			o := &Object{Class: args[0], Args: Tuple{args[2]}}
			o.Items, _ = args[2].(*Dict)
			o.List, _ = args[2].(*List)
			return m.push(o)
		}
	}
	return m.push(&Object{Class: g, Args: args})
}

// callDict makes a dictionary of a list of pairs, as Python 2 writes an OrderedDict.
func (m *machine) callDict(name string, args []any) error {
	if err := m.push(&Dict{}); err != nil {
		return err
	}
	if len(args) == 0 || name == "collections.defaultdict" { // whose argument makes missing values
		return nil
	}
	var flat []any
	for _, pair := range itemsOf(args[0]) {
		both := itemsOf(pair)
		if len(both) != 2 {
			return fmt.Errorf("the pickle is damaged: it makes a dictionary of what are no pairs")
		}
		flat = append(flat, both...)
	}
	return m.setItems(flat)
}

func sizeOf(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case Bytes:
		return len(v)
	}
	return len(itemsOf(v)) + 1
}

func itemsOf(v any) []any {
	switch v := v.(type) {
	case *List:
		return v.Items
	case Tuple:
		return v
	case *Set:
		return v.Items
	}
	return nil
}

// encoded makes bytes of a call that encodes text as Latin-1, which is how Python writes them in protocols that have no
// opcode for them.
func encoded(args []any) (Bytes, bool) {
	if len(args) == 0 {
		return "", true
	}
	if b, ok := args[0].(Bytes); ok && len(args) == 1 {
		return b, true
	}
	text, ok := args[0].(string)
	if !ok || len(args) > 2 {
		return "", false
	}
	if len(args) == 2 && args[1] != "latin1" && args[1] != "latin-1" {
		return "", false
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff {
			return "", false
		}
		out = append(out, byte(r))
	}
	return Bytes(out), true
}
