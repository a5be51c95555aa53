package notify

import "encoding/json"

// RoomInJSON is how many bytes are left for one more text, with its quotes, in a
// message of at most so many bytes that has an empty one in its place so far.
// The message is sent with a line break behind it, as PostJSON does.
func RoomInJSON(message any, most int) int {
	b, _ := json.Marshal(message) // without a form in JSON it is not sent at all
	return most - len("\n") - len(b) + len(`""`)
}
