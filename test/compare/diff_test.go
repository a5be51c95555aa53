package compare_test

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// nothing stands for what one side does not have.
const nothing = "-"

// difference is one thing that the two sides say differently.
type difference struct{ field, alertmanager, tocsin string }

// differ collects the differences of two documents.
type differ struct {
	// slack is how far apart two times may be that are the same event.
	slack time.Duration
	// sameShape wants times to have the same number of digits too.
	sameShape bool
	// isNew reports whether Alertmanager 0.34 has a key that 0.25 does not have
	// yet, so that it is no difference if only tocsin has it.
	isNew func(key string, value any) bool
	found []difference
}

func (d *differ) add(field, alertmanager, tocsin string) {
	d.found = append(d.found, difference{field, alertmanager, tocsin})
}

// values compares two documents; a is that of Alertmanager.
func (d *differ) values(field string, a, b any) {
	if a, ok := a.(*object); ok {
		if b, ok := b.(*object); ok {
			d.objects(field, a, b)
			return
		}
	}
	if a, ok := a.([]any); ok {
		if b, ok := b.([]any); ok {
			d.lists(field, a, b)
			return
		}
	}
	if text(a) != text(b) && !d.sameTime(text(a), text(b)) {
		d.add(field, text(a), text(b))
	}
}

func (d *differ) objects(field string, a, b *object) {
	var inA, inB []string // the keys of each that the other has as well
	for _, key := range a.keys {
		if _, both := b.values[key]; both {
			inA = append(inA, key)
			d.values(field+"."+key, a.values[key], b.values[key])
		} else {
			d.add(field+"."+key, text(a.values[key]), nothing)
		}
	}
	for _, key := range b.keys {
		if _, both := a.values[key]; both {
			inB = append(inB, key)
		} else if !d.isNew(key, b.values[key]) {
			d.add(field+"."+key, nothing, text(b.values[key]))
		}
	}
	if !slices.Equal(inA, inB) {
		d.add(field+" order of keys", strings.Join(inA, " "), strings.Join(inB, " "))
	}
}

func (d *differ) lists(field string, a, b []any) {
	for i := range max(len(a), len(b)) {
		name := fmt.Sprintf("%s[%d]", field, i)
		switch {
		case i >= len(a):
			d.add(name, nothing, text(b[i]))
		case i >= len(b):
			d.add(name, text(a[i]), nothing)
		default:
			d.values(name, a[i], b[i])
		}
	}
}

// sameTime reports whether both texts are times of the same zone that are not
// farther apart than the two processes are.
func (d *differ) sameTime(a, b string) bool {
	at, err := time.Parse(time.RFC3339Nano, a)
	if err != nil {
		return false
	}
	bt, err := time.Parse(time.RFC3339Nano, b)
	if err != nil || d.sameShape && len(a) != len(b) {
		return false
	}
	return at.Format("Z07:00") == bt.Format("Z07:00") && at.Sub(bt).Abs() <= d.slack
}
