// Package fit keeps maps as large as what they hold. A map of Go never gets smaller
// by itself, so one that has seen a storm would take the memory of the storm for
// ever.
package fit

import "maps"

// worthwhile is how many entries a map must have had for its memory to matter.
const worthwhile = 64

// Delete deletes keys from m and returns m, or a copy that takes less room if m has
// become a quarter of what it was. most is where Delete remembers how large that was;
// it is 0 with a new map. Delete must not be called while m is ranged over. On average it costs little more than the builtin delete.
func Delete[K comparable, V any](m map[K]V, most *int, keys ...K) map[K]V {
	*most = max(*most, len(m))
	for _, key := range keys {
		delete(m, key)
	}
	if *most < worthwhile || len(m) > *most/4 {
		return m
	}
	fitting := make(map[K]V, len(m))
	maps.Copy(fitting, m)
	*most = len(m)
	return fitting
}
