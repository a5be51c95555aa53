package notify

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

// Post returns a request that posts n.Payload(most), as PostJSON does. It looks at the
// alerts and not at Data. Errors do not show the URL.
func (n *Notification) Post(target string, most uint64) (*http.Request, error) {
	if _, err := ParseURL(target); err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	body, err := n.body(most)
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	return body.request(target)
}

// body is Payload as JSON, with a line break behind it.
func (n *Notification) body(most uint64) (*blocks, error) {
	batch, cut := n.batch, uint64(0)
	if all := uint64(len(batch.Alerts)); most > 0 && most < all {
		batch.Alerts, cut = batch.Alerts[:most], all-most
	}
	b := &blocks{last: make([]byte, 0, n.length())}
	b.last = batch.AppendJSONHead(b.last)
	for i, a := range batch.Alerts {
		b.room(lengthOf(a))
		var err error
		if b.last, err = batch.AppendJSONAlert(b.last, i); err != nil {
			return nil, err
		}
	}
	b.last = append(batch.AppendJSONTail(b.last), `,"version":"4","groupKey":`...)
	b.last = append(jsontext.AppendString(b.last, n.GroupKey, jsontext.ForHTML), `,"truncatedAlerts":`...)
	b.last = append(strconv.AppendUint(b.last, cut, 10), "}\n"...)
	return b, nil
}

// length is about how long the body is, but not more than one block.
func (n *Notification) length() int {
	length := 384 + 2*len(n.GroupKey) + len(n.batch.ExternalURL)
	for i, a := range n.batch.Alerts {
		if i == 0 {
			length += lengthOf(a) // as what is common
		}
		if length += lengthOf(a); length >= blockSize {
			return blockSize
		}
	}
	return length
}

// lengthOf is about how long an alert is as JSON: more than it is, unless there is
// much to escape in it.
func lengthOf(a *alert.Alert) int {
	pairs := a.Labels.Len() + a.Annotations.Len()
	return 256 + 6*pairs + a.Labels.Size() + a.Annotations.Size() + len(a.GeneratorURL)
}
