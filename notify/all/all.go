// Package all lists the kinds of integrations that tocsin knows. It is the only
// place that does: deleting a line and a folder deletes an integration.
package all

import (
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/alertmanager"
	"github.com/tocsin-alerting/tocsin/notify/aliyunsms"
	"github.com/tocsin-alerting/tocsin/notify/dingtalk"
	"github.com/tocsin-alerting/tocsin/notify/discord"
	"github.com/tocsin-alerting/tocsin/notify/email"
	"github.com/tocsin-alerting/tocsin/notify/execute"
	"github.com/tocsin-alerting/tocsin/notify/feishu"
	"github.com/tocsin-alerting/tocsin/notify/googlechat"
	"github.com/tocsin-alerting/tocsin/notify/gotify"
	"github.com/tocsin-alerting/tocsin/notify/httpany"
	"github.com/tocsin-alerting/tocsin/notify/incidentio"
	"github.com/tocsin-alerting/tocsin/notify/jira"
	"github.com/tocsin-alerting/tocsin/notify/kafka"
	"github.com/tocsin-alerting/tocsin/notify/log"
	"github.com/tocsin-alerting/tocsin/notify/matrix"
	"github.com/tocsin-alerting/tocsin/notify/mattermost"
	"github.com/tocsin-alerting/tocsin/notify/msteams"
	"github.com/tocsin-alerting/tocsin/notify/msteamsv2"
	"github.com/tocsin-alerting/tocsin/notify/ntfy"
	"github.com/tocsin-alerting/tocsin/notify/opsgenie"
	"github.com/tocsin-alerting/tocsin/notify/pagerduty"
	"github.com/tocsin-alerting/tocsin/notify/pushover"
	"github.com/tocsin-alerting/tocsin/notify/rocketchat"
	"github.com/tocsin-alerting/tocsin/notify/signal"
	"github.com/tocsin-alerting/tocsin/notify/slack"
	"github.com/tocsin-alerting/tocsin/notify/sns"
	"github.com/tocsin-alerting/tocsin/notify/telegram"
	"github.com/tocsin-alerting/tocsin/notify/tencentsms"
	"github.com/tocsin-alerting/tocsin/notify/twilio"
	"github.com/tocsin-alerting/tocsin/notify/victorops"
	"github.com/tocsin-alerting/tocsin/notify/webex"
	"github.com/tocsin-alerting/tocsin/notify/webhook"
	"github.com/tocsin-alerting/tocsin/notify/wechat"
	"github.com/tocsin-alerting/tocsin/notify/wecomrobot"
)

// Kinds returns every kind, in the order in which the integrations of one
// receiver are told.
func Kinds() []notify.Kind {
	return []notify.Kind{
		webhook.Kind(),
		httpany.Kind(),
		email.Kind(),
		pagerduty.Kind(),
		opsgenie.Kind(),
		wechat.Kind(),
		slack.Kind(),
		victorops.Kind(),
		pushover.Kind(),
		sns.Kind(),
		telegram.Kind(),
		discord.Kind(),
		webex.Kind(),
		msteams.Kind(),
		msteamsv2.Kind(),
		jira.Kind(),
		incidentio.Kind(),
		rocketchat.Kind(),
		mattermost.Kind(),
		googlechat.Kind(),
		matrix.Kind(),
		ntfy.Kind(),
		gotify.Kind(),
		wecomrobot.Kind(),
		dingtalk.Kind(),
		feishu.Kind(),
		tencentsms.Kind(),
		aliyunsms.Kind(),
		twilio.Kind(),
		signal.Kind(),
		kafka.Kind(),
		alertmanager.Kind(),
		execute.Kind(),
		log.Kind(),
	}
}
