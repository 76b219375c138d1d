package phases

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// answerMessage finds the sentence in an error body: OpenStack's services wrap it differently.
func answerMessage(body []byte) string {
	var value any
	if json.Unmarshal(body, &value) != nil {
		return ""
	}
	return strings.TrimSpace(strings.Join(strings.Fields(messageIn(value, 0)), " "))
}

func messageIn(value any, depth int) string {
	if list, ok := value.([]any); ok && len(list) > 0 {
		value = list[0] // API-SIG's form: {"errors": [{"detail": …}]}
	}
	object, ok := value.(map[string]any)
	if !ok || depth > 2 {
		return ""
	}
	for _, key := range []string{"message", "faultstring", "detail", "title"} {
		if s, ok := object[key].(string); ok && s != "" {
			return s
		}
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if s := messageIn(object[key], depth+1); s != "" {
			return s
		}
	}
	return ""
}
