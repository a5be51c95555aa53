// Package wecomrobot posts notifications to the robot of a WeCom group
// (https://developer.work.weixin.qq.com/document/path/91770).
package wecomrobot

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "wecom_robot"

// Kind is the integration "wecom_robot".
func Kind() notify.Kind { return notify.NewKind(name, defaults(), open) }

func open(c Config, d notify.Deps) (notify.Sender, error) {
	client, err := notify.NewClient(d, name, c.HTTPCommon)
	if err != nil {
		return nil, err
	}
	return sender{config: c, deps: d, client: client}, nil
}

type sender struct {
	config Config
	deps   notify.Deps
	client *notify.Client
}

// Send has the robot write a message.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	m := renderer{Notification: n, deps: s.deps}.message(s.config)
	target, err := s.config.Target()
	if err != nil {
		return backoff.Permanent(err)
	}
	req, err := notify.PostJSON(target, m)
	if err != nil {
		return backoff.Permanent(err)
	}
	return notify.ResultCode{Fields: map[string]string{"errcode": "errmsg"}, Judge: judge}.Send(ctx, s.client, req)
}

// The values of errcode that are not final.
const (
	codeBusy     = "-1"
	codeTooOften = "45009"
	codeTooMany  = "45033" // at the same time
)

// limitPeriod is for how long WeCom counts messages. It does not say how much of
// that is left.
const limitPeriod = time.Minute

func judge(code, _ string, _ map[string]json.RawMessage) notify.Rejection {
	switch code {
	case codeBusy:
		return notify.Rejection{Code: http.StatusServiceUnavailable}
	case codeTooOften:
		return notify.Rejection{Code: http.StatusTooManyRequests, RetryAfter: limitPeriod}
	case codeTooMany:
		return notify.Rejection{Code: http.StatusTooManyRequests}
	}
	return notify.Rejection{Code: http.StatusBadRequest}
}
