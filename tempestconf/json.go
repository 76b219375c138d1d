package tempestconf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
)

// parseJSON reads a clouds.json in the same form as parseYAML: mappings keep their order, the last of equal keys wins.
func parseJSON(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	r := &jsonReader{dec: dec}
	v, err := r.value(0)
	var bad *json.SyntaxError
	switch {
	case errors.As(err, &bad):
		return nil, fmt.Errorf("json: %s: %w", lineColumn(data, bad.Offset), err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("json: %s: the document ends too early", lineColumn(data, int64(len(data))))
	case err != nil:
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("json: %s: extra data", lineColumn(data, dec.InputOffset()))
	}
	return v, nil
}

// lineColumn is a place as Python's json names it, counted in bytes.
func lineColumn(data []byte, offset int64) string {
	before := data[:min(offset, int64(len(data)))]
	return fmt.Sprintf("line %d column %d", 1+bytes.Count(before, []byte("\n")), len(before)-bytes.LastIndexByte(before, '\n'))
}

type jsonReader struct {
	dec    *json.Decoder
	values int
}

func (r *jsonReader) value(depth int) (any, error) {
	if r.values++; r.values > maxNodes || depth > maxDepth {
		return nil, fmt.Errorf("json: offset %d: %w", r.dec.InputOffset(), errTooLarge)
	}
	tok, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	switch tok := tok.(type) {
	case json.Number:
		return jsonNumber(tok.String()), nil
	case json.Delim:
		if tok == '[' {
			return r.list(depth)
		}
		return r.object(depth)
	}
	return tok, nil
}

func (r *jsonReader) list(depth int) (any, error) {
	list := []any{}
	for r.dec.More() {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := r.dec.Token()
	return list, err
}

func (r *jsonReader) object(depth int) (any, error) {
	m := newMap()
	for r.dec.More() {
		key, err := r.dec.Token()
		if err != nil {
			return nil, err
		}
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		m.set(pyAny(key), v)
	}
	_, err := r.dec.Token()
	return m, err
}

func jsonNumber(s string) any {
	if strings.ContainsAny(s, ".eE") {
		f, _ := strconv.ParseFloat(s, 64) // out of range is infinite, as for Python
		return f
	}
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	n, ok := new(big.Int).SetString(s, 10)
	if !ok {
		return s
	}
	return n
}
