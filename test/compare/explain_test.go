package compare_test

import (
	"slices"
	"strings"
	"testing"
)

// explanation is why both programs say something different in a timeline.
type explanation struct {
	timeline string
	// reason is the first cell of a row in docs/differences.md, or version.
	reason string
	why    string
	// what is all that is different. In the texts * stands for anything.
	what []difference
}

// version is the reason of what is different in Alertmanager itself today; tocsin
// follows it.
const version = "0.25 versus 0.34"

// fits reports whether an explanation's difference stands for the one found.
func (d difference) fits(found difference) bool {
	return like(d.field, found.field) && like(d.alertmanager, found.alertmanager) && like(d.tocsin, found.tocsin)
}

// like compares a text with a pattern in which * stands for anything.
func like(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	text, ok := strings.CutPrefix(text, parts[0])
	for i, part := range parts[1:] {
		if i == len(parts)-2 {
			return ok && strings.HasSuffix(text, part)
		}
		var found bool
		_, text, found = strings.Cut(text, part)
		ok = ok && found
	}
	return ok && text == ""
}

// judge returns the differences that nothing explains, and those that are
// explained but not found.
func judge(timeline string, found []difference, all []explanation) (unexplained, gone []difference) {
	var explained []difference
	for _, e := range all {
		if e.timeline == timeline {
			explained = append(explained, e.what...)
		}
	}
	for _, d := range found {
		if !slices.ContainsFunc(explained, func(e difference) bool { return e.fits(d) }) {
			unexplained = append(unexplained, d)
		}
	}
	for _, e := range explained {
		if !slices.ContainsFunc(found, e.fits) {
			gone = append(gone, e)
		}
	}
	return unexplained, gone
}

// report fails the test with what judge has found, in the form of the table.
func report(t *testing.T, unexplained, gone []difference) {
	t.Helper()
	for _, d := range unexplained {
		t.Errorf("unexplained difference:\n\t{`%s`, `%s`, `%s`},", d.field, d.alertmanager, d.tocsin)
	}
	for _, d := range gone {
		t.Errorf("explained but not different: remove the explanation\n\t{`%s`, `%s`, `%s`},", d.field, d.alertmanager, d.tocsin)
	}
}
