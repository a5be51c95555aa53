package dispatch

import "strings"

// GroupIDs returns every notify.Group.ID that a group can have whose key is what
// users see, in the routes at or below r that tell a receiver. There are several if
// routes repeat the matchers of others.
func (r *Route) GroupIDs(key, receiver string) []string {
	var ids []string
	for route := range r.All() {
		labels, found := strings.CutPrefix(key, route.key+":")
		if found && route.Policy.Receiver == receiver {
			ids = append(ids, route.id+":"+labels)
		}
	}
	return ids
}

// GroupKey returns the notify.Group.Key that belongs to a notify.Group.ID. An id
// that no route makes is returned as it is.
func GroupKey(id string) string {
	quoted := false
	for i := 0; i < len(id); i++ {
		switch c := id[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && c == '}' && !strings.HasPrefix(id[i+1:], "/"):
			// The matchers end here.
			number, numbered := strings.CutPrefix(id[i+1:], "#")
			rest := strings.TrimLeft(number, "0123456789")
			if numbered && strings.HasPrefix(rest, ":") {
				return id[:i+1] + rest
			}
			return id
		}
	}
	return id
}
