package tempestconf

import (
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// omap is a mapping in the order of the file: openstacksdk's result depends on that order where a key is spelled twice.
// Values are nil, bool, int, *big.Int, float64, string, []any and *omap.
type omap struct {
	keys []string
	vals map[string]any
	// odd is the Python type of a key that is not a text; such keys are kept as text.
	odd string
}

func newMap() *omap { return &omap{vals: map[string]any{}} }

func (m *omap) get(key string) any { return m.vals[key] }

func (m *omap) has(key string) bool {
	_, ok := m.vals[key]
	return ok
}

func (m *omap) set(key string, v any) {
	if !m.has(key) {
		m.keys = append(m.keys, key)
	}
	m.vals[key] = v
}

func (m *omap) drop(key string) {
	if !m.has(key) {
		return
	}
	delete(m.vals, key)
	for i, k := range m.keys {
		if k == key {
			m.keys = append(m.keys[:i:i], m.keys[i+1:]...)
			return
		}
	}
}

// copyValue is Python's deepcopy.
func copyValue(v any) any {
	switch v := v.(type) {
	case *omap:
		m := newMap()
		m.odd = v.odd
		for _, k := range v.keys {
			m.set(k, copyValue(v.vals[k]))
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i, item := range v {
			l[i] = copyValue(item)
		}
		return l
	}
	return v
}

// Bounds of one YAML or JSON file, in bytes, values and levels: aliases can make a small file huge.
const (
	maxYAML  = 1 << 20
	maxNodes = 100_000
	maxDepth = 200
)

var errTooLarge = fmt.Errorf("more than %d values, %d levels or %d bytes", maxNodes, maxDepth, maxYAML)

// parseYAML reads one YAML document as PyYAML's safe_load does, which resolves plain scalars by YAML 1.1.
func parseYAML(data []byte) (v any, err error) {
	// The library reports errors by panicking inside; one that it does not catch must not end the program.
	defer func() {
		if r := recover(); r != nil {
			v, err = nil, fmt.Errorf("yaml: %v", r)
		}
	}()
	dec, doc, err := decodeYAML(data)
	switch {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, safeYAMLError(data, err)
	}
	var second yaml.Node
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		if err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("yaml: line %d: expected a single document in the stream", second.Line)
	}
	c := &yamlReader{}
	return c.value(doc, 0)
}

// yamlReader counts what it hands out, because an alias hands it out again.
type yamlReader struct{ nodes, bytes int }

func (c *yamlReader) value(n *yaml.Node, depth int) (any, error) {
	c.bytes += len(n.Value)
	if c.nodes++; c.nodes > maxNodes || depth > maxDepth || c.bytes > maxYAML {
		return nil, fmt.Errorf("yaml: line %d: %w", n.Line, errTooLarge)
	}
	if n.Kind != yaml.ScalarNode && n.Style&yaml.TaggedStyle != 0 {
		if tag := n.ShortTag(); tag != "!!map" && tag != "!!seq" && tag != "!" {
			return nil, fmt.Errorf("yaml: line %d: could not determine a constructor for the tag %s", n.Line, pyRepr(tag))
		}
	}
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) == 0 {
			return nil, nil
		}
		return c.value(n.Content[0], depth+1)
	case yaml.AliasNode:
		return c.value(n.Alias, depth+1)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			v, err := c.value(item, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.MappingNode:
		m := newMap()
		return m, c.mapping(m, n, depth)
	case yaml.ScalarNode:
		v, err := scalar(n)
		if err != nil {
			return nil, fmt.Errorf("yaml: line %d: %w", n.Line, err)
		}
		return v, nil
	}
	return nil, nil
}

// mapping fills m: what is merged in by << first, then the mapping's own keys; the last of equal keys wins.
func (c *yamlReader) mapping(m *omap, n *yaml.Node, depth int) error {
	if c.nodes++; c.nodes > maxNodes || depth > maxDepth {
		return fmt.Errorf("yaml: line %d: %w", n.Line, errTooLarge)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			if err := c.merge(m, n.Content[i+1], depth+1); err != nil {
				return err
			}
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if isMerge(key) {
			continue
		}
		var k any = "="
		if !isPlain(key, "=") { // YAML 1.1's default value, which as a key is a text
			var err error
			if k, err = c.value(key, depth+1); err != nil {
				return err
			}
		}
		switch k.(type) {
		case []any, *omap:
			return fmt.Errorf("yaml: line %d: found unhashable key", key.Line)
		case string:
		default:
			m.odd = pyType(k)
		}
		v, err := c.value(value, depth+1)
		if err != nil && (value.Kind == yaml.ScalarNode || value.Style&yaml.TaggedStyle != 0) && secretSetting(pyAny(k)) {
			return fmt.Errorf("yaml: line %d: the value of %s begins with a mark of YAML; quote it", value.Line, pyAny(k))
		}
		if err != nil {
			return err
		}
		m.set(pyAny(k), v)
	}
	return nil
}

func isMerge(key *yaml.Node) bool { return isPlain(key, "<<") }

func isPlain(n *yaml.Node, text string) bool {
	return n.Kind == yaml.ScalarNode && n.Style == 0 && n.Value == text
}

// merge adds the pairs of a mapping, or of a list of mappings of which the first wins.
func (c *yamlReader) merge(m *omap, n *yaml.Node, depth int) error {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch n.Kind {
	case yaml.MappingNode:
		return c.mapping(m, n, depth)
	case yaml.SequenceNode:
		for i := len(n.Content) - 1; i >= 0; i-- {
			item := n.Content[i]
			if item.Kind == yaml.AliasNode {
				item = item.Alias
			}
			if item.Kind != yaml.MappingNode {
				return fmt.Errorf("yaml: line %d: expected a mapping for merging", item.Line)
			}
			if err := c.mapping(m, item, depth); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("yaml: line %d: expected a mapping or list of mappings for merging", n.Line)
}
