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

// checkTimers warns of routes that repeat more often than they look. A route
// that inherits both times from one that was warned of is not.
func (p *parser) checkTimers() {
	tree := slices.Collect(p.config.Tree.All())
	for path, rc := range nodes("route", p.config.Route) {
		r := tree[0]
		tree = tree[1:]
		said := rc.RepeatInterval == nil && rc.GroupInterval == nil
		if repeat := r.Policy.RepeatInterval; repeat < r.GroupInterval && !said {
			p.warn(path, fmt.Sprintf("repeat_interval %s is less than group_interval %s, at which a group looks whether to repeat",
				short(repeat), short(r.GroupInterval)))
		}
	}
}

// short writes a duration as the file does.
func short(d time.Duration) string { return model.Duration(d).String() }
