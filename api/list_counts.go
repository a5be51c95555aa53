package api

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

// counts is how many elements of a list there are of each sort.
type counts struct {
	by     []string
	values []map[string]int // for each of by
}

func newCounts(by []string) *counts {
	c := &counts{by: by}
	for range by {
		c.values = append(c.values, make(map[string]int))
	}
	return c
}

// has reports whether it is asked for that.
func (c *counts) has(by string) bool { return slices.Contains(c.by, by) }

// add counts an element.
func (c *counts) add(l alert.Labels, state string, receivers []string) {
	for i, by := range c.by {
		label, isLabel := labelIn(by)
		switch {
		case isLabel:
			c.values[i][l.Get(label)]++
		case by == "state":
			c.values[i][state]++
		default:
			for n, name := range receivers {
				if !slices.Contains(receivers[:n], name) { // once, however many routes lead there
					c.values[i][name]++
				}
			}
		}
	}
}

// append shows the counts, the largest first. Of many values those that fewest
// have are put together.
func (c *counts) append(b []byte) []byte {
	b = append(appendKey(b, "counts"), '{')
	for i, by := range c.by {
		b = append(jsontext.AppendString(appendComma(b), by, jsontext.Verbatim), ':')
		b = appendCount(b, c.values[i])
	}
	return append(b, '}')
}

func appendCount(b []byte, values map[string]int) []byte {
	names := slices.SortedFunc(maps.Keys(values), func(x, y string) int {
		return cmp.Or(cmp.Compare(values[y], values[x]), cmp.Compare(x, y))
	})
	b = append(append(b, '{'), `"values":[`...)
	for _, name := range names[:min(len(names), maxValues)] {
		b = appendField(append(appendComma(b), '{'), "value", name, jsontext.Verbatim)
		b = append(appendInt(b, "count", values[name]), '}')
	}
	b = append(b, ']')
	others := 0
	for _, name := range names[min(len(names), maxValues):] {
		others += values[name]
	}
	return append(appendInt(b, "others", others), '}')
}

func appendInt(b []byte, key string, n int) []byte {
	return strconv.AppendInt(appendKey(b, key), int64(n), 10)
}
