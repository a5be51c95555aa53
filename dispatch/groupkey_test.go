package dispatch

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

// repeating is a tree in which several routes share their key.
func repeating(t *testing.T) *Route {
	t.Helper()
	route := func(receiver string, value string) *RouteConfig {
		m, err := alert.NewMatcher(alert.MatchEqual, "team", value)
		if err != nil {
			t.Fatal(err)
		}
		return &RouteConfig{Receiver: receiver, Continue: true, Match: map[string]string{m.Name: m.Value}}
	}
	inner := route("ops", "a")
	inner.Routes = []*RouteConfig{route("ops", `}#1:"\`), route("db", `}#1:"\`)}
	root, _, err := NewTree(&RouteConfig{Receiver: "root", Routes: []*RouteConfig{
		route("ops", "a"), route("db", "a"), inner, route("ops", "b"),
	}}, alert.SyntaxFallback)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// Names that are not quoted, and values that look like the end of the matchers.
func hardLabels() []alert.Labels {
	return []alert.Labels{alert.LabelsOf(), alert.LabelsOf("a", "b"), alert.LabelsOf(`x"}#1:{`, `"}#2:{`, "z", "/")}
}

func TestEveryGroupIsFoundByItsKey(t *testing.T) {
	root := repeating(t)
	numbered := 0
	for r := range root.All() {
		for _, labels := range hardLabels() {
			g := r.group(labels)
			if got := GroupKey(g.ID); got != g.Key {
				t.Errorf("the key of %s is %s, want %s", g.ID, got, g.Key)
			}
			if g.ID != g.Key {
				numbered++
			}
			found := root.GroupIDs(g.Key, r.Policy.Receiver)
			if !strings.Contains("\n"+strings.Join(found, "\n")+"\n", "\n"+g.ID+"\n") {
				t.Errorf("%s of %s has the ids %q, want %s among them", g.Key, r.Policy.Receiver, found, g.ID)
			}
			if other := root.GroupIDs(g.Key, "nobody"); len(other) > 0 {
				t.Errorf("%s of nobody has the ids %q", g.Key, other)
			}
		}
	}
	if numbered == 0 {
		t.Error("no route repeats another")
	}
}

func TestGroupIDs(t *testing.T) {
	root := repeating(t)
	for _, c := range []struct {
		key, receiver string
		want          []string
	}{
		{`{}:{}`, "root", []string{`{}:{}`}},
		{`{}/{team="a"}:{x="y"}`, "ops", []string{`{}/{team="a"}:{x="y"}`, `{}/{team="a"}#2:{x="y"}`}},
		{`{}/{team="a"}:{x="y"}`, "db", []string{`{}/{team="a"}#1:{x="y"}`}},
		{`{}/{team="c"}:{}`, "ops", nil},
		{"", "ops", nil},
	} {
		if diff := cmp.Diff(c.want, root.GroupIDs(c.key, c.receiver)); diff != "" {
			t.Errorf("%s of %s: %s", c.key, c.receiver, diff)
		}
	}
}

func TestGroupKeyOfWhatIsNoID(t *testing.T) {
	for _, id := range []string{"", "}", "{}", "{}#", "{}#1", "{}#x:{}", `{a="`, `{a="\`, "#1:{}"} {
		if got := GroupKey(id); got != id {
			t.Errorf("%q becomes %q", id, got)
		}
	}
}

func FuzzGroupKey(f *testing.F) {
	f.Add("team", `}#1:{`, `a"}#2:{`, uint16(1))
	f.Add(`"}`, `\`, "", uint16(10))
	f.Fuzz(func(t *testing.T, name, value, label string, number uint16) {
		m, err := alert.NewMatcher(alert.MatchEqual, name, value)
		if err != nil {
			return
		}
		key, labels := "{}/"+alert.Matchers{m, m}.String(), ":"+alert.LabelsOf(label, value).String()
		if got := GroupKey(key + labels); got != key+labels {
			t.Errorf("%q becomes %q", key+labels, got)
		}
		id := key + "#" + strconv.Itoa(int(number)) + labels
		if got := GroupKey(id); got != key+labels {
			t.Errorf("%q becomes %q", id, got)
		}
	})
}
