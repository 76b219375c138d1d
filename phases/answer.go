package phases

import (
	"encoding/json"
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
	object, ok := value.(map[string]any)
	if !ok || depth > 2 {
		return ""
	}
	for _, key := range []string{"message", "faultstring", "detail", "title"} {
		if s, ok := object[key].(string); ok && s != "" {
			return s
		}
	}
	for _, inner := range object {
		if s := messageIn(inner, depth+1); s != "" {
			return s
		}
	}
	return ""
}
