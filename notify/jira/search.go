package jira

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
)

// query is a search for the issue of a group.
type query struct {
	Fields     []string `json:"fields"`
	JQL        string   `json:"jql"`
	MaxResults int      `json:"maxResults"`
}

// found is one result of it.
type found struct {
	Key    string `json:"key"`
	Fields struct {
		Status struct {
			Category struct {
				Key string `json:"key"`
			} `json:"statusCategory"`
		} `json:"status"`
	} `json:"fields"`
}

func (f found) done() bool { return f.Fields.Status.Category.Key == "done" }

// jql finds the issue that tells of the group: an open one, or one that may be
// opened again.
func (c Config) jql(i issue, firing bool) string {
	var b strings.Builder
	if c.WontFixResolution != "" {
		b.WriteString("(resolution is EMPTY or resolution != " + strconv.Quote(c.WontFixResolution) + ") and ")
	}
	minutes := int64(time.Duration(c.ReopenDuration) / time.Minute)
	if firing && c.ReopenTransition != "" && minutes > 0 {
		b.WriteString("(resolutiondate is EMPTY OR resolutiondate >= -" + strconv.FormatInt(minutes, 10) + "m) and ")
	} else {
		b.WriteString("statusCategory != Done and ")
	}
	b.WriteString("project=" + strconv.Quote(i.project) + " and labels=" + strconv.Quote(i.label))
	b.WriteString(" order by status ASC,resolutiondate DESC")
	return b.String()
}

// searchURL is where issues are searched. Jira Cloud has only one way, which is
// in version 3 of its API.
func searchURL(api *url.URL, kind string) string {
	cloud := kind == apiCloud || kind == apiAuto && strings.HasSuffix(api.Hostname(), "atlassian.net")
	if !cloud {
		return api.JoinPath("search").String()
	}
	return strings.Replace(api.JoinPath("search", "jql").String(), "/rest/api/2/", "/rest/api/3/", 1)
}

func firing(n *notify.Notification) bool { return n.Data.Status == "firing" }
