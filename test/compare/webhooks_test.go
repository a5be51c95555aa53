package compare_test

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// notification is one webhook.
type notification struct {
	at   time.Duration // since the start
	body any
}

// streams sorts what was heard by receiver and group: that is within which the
// order counts. Different groups speak at the same time.
func streams(base time.Time, heard []delivery) map[string][]notification {
	found := map[string][]notification{}
	for _, d := range heard {
		body, err := parseDocument(d.body)
		if err != nil {
			body = "not JSON: " + d.body
		}
		key := ""
		if o, ok := body.(*object); ok {
			key = text(o.at("groupKey"))
		}
		name := d.path + " " + key
		found[name] = append(found[name], notification{at: d.at.Sub(base), body: body})
	}
	return found
}

// compareStreams pairs what both sides have said at the same time. What has no
// partner is a difference as a whole.
func compareStreams(name string, slack time.Duration, as, bs []notification) []difference {
	d := &differ{slack: slack, isNew: newInWebhook}
	for n := 1; len(as)+len(bs) > 0; n++ {
		field := fmt.Sprintf("%s #%d", name, n)
		switch {
		case len(bs) == 0 || len(as) > 0 && as[0].at < bs[0].at-slack:
			d.add(field, as[0].show(slack), nothing)
			as = as[1:]
		case len(as) == 0 || bs[0].at < as[0].at-slack:
			d.add(field, nothing, bs[0].show(slack))
			bs = bs[1:]
		default:
			d.values(field, as[0].body, bs[0].body)
			as, bs = as[1:], bs[1:]
		}
	}
	return d.found
}

// show says when and what was told, in short. On a busy machine everything may be
// late and nothing is early, so fractions of the second are cut. When is left out
// where there is so much slack that it is an accident.
func (n notification) show(slack time.Duration) string {
	o, ok := n.body.(*object)
	if !ok {
		return text(n.body)
	}
	list, _ := o.at("alerts").([]any)
	parts := []string{}
	for _, item := range list {
		if a, ok := item.(*object); ok {
			parts = append(parts, text(a.at("status"))+text(a.at("labels")))
		}
	}
	told := strings.Join(parts, " ")
	if slack > time.Second {
		return told
	}
	return fmt.Sprintf("at %.0fs: %s", math.Floor(n.at.Seconds()), told)
}

// newInWebhook knows the fields of a webhook that came after 0.25: why it is
// sent, and the labels of the route.
func newInWebhook(key string, value any) bool {
	return key == "notification_reason" || key == "routeLabels" && isEmpty(value)
}
