package config

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/tocsin-alerting/tocsin/dispatch"
)

// nodes yields the routes of a tree with their paths, parents first. Routes that
// are null are left out.
func nodes(path string, r *dispatch.RouteConfig) iter.Seq2[string, *dispatch.RouteConfig] {
	return func(yield func(string, *dispatch.RouteConfig) bool) { walk(path, r, yield) }
}

func walk(path string, r *dispatch.RouteConfig, yield func(string, *dispatch.RouteConfig) bool) bool {
	if r == nil {
		return true
	}
	if !yield(path, r) {
		return false
	}
	for i, child := range r.Routes {
		if !walk(fmt.Sprintf("%s.routes[%d]", path, i), child, yield) {
			return false
		}
	}
	return true
}

// checkNames checks that what a route refers to exists.
func (p *parser) checkNames(path string, r *dispatch.RouteConfig) {
	if r.Receiver != "" && p.receivers.lacks(r.Receiver) {
		p.problem(path+".receiver", fmt.Errorf("receiver %q is not defined", r.Receiver))
	}
	p.checkIntervals(path+".active_time_intervals", r.ActiveTimeIntervals)
	p.checkIntervals(path+".mute_time_intervals", r.MuteTimeIntervals)
}

func (p *parser) checkIntervals(path string, names []string) {
	for i, name := range names {
		if p.intervals.lacks(name) {
			p.problem(fmt.Sprintf("%s[%d]", path, i), fmt.Errorf("time interval %q is not defined", name))
		}
	}
}

// checkRoutes warns of routes that are legal and probably not meant.
func (p *parser) checkRoutes() {
	tree := slices.Collect(p.config.Tree.All())
	for path, rc := range nodes("route", p.config.Route) {
		p.checkTimers(path, rc, tree[0])
		tree = tree[1:]
	}
	p.checkReach()
}

// checkTimers warns of a route that repeats more often than it looks, or so
// seldom that what it told is forgotten meanwhile. If it inherits both times it
// is its parent that is warned of.
func (p *parser) checkTimers(path string, rc *dispatch.RouteConfig, r *dispatch.Route) {
	if rc.RepeatInterval == nil && rc.GroupInterval == nil && path != "route" {
		return
	}
	repeat := r.Policy.RepeatInterval
	if repeat < r.GroupInterval {
		p.warn(path, fmt.Sprintf("repeat_interval %s is less than group_interval %s, at which a group looks whether to repeat",
			short(repeat), short(r.GroupInterval)))
	}
	if keep := p.options.Retention; keep > 0 && repeat > keep {
		p.warn(path, fmt.Sprintf("repeat_interval %s is more than the %s for which is remembered what was told (--data.retention)",
			short(repeat), short(keep)))
	}
}

// short writes a duration as the file does.
func short(d time.Duration) string { return model.Duration(d).String() }
