package main

import (
	"context"
	"time"
)

// story measures the same costs at one size after the other.
type story struct {
	name        string
	about       string
	of          string // what there is more and more of
	sizes       []int
	quick       []int         // sizes for -quick
	budget      time.Duration // for all sizes together
	quickBudget time.Duration
	laws        []law
	run         func(ctx context.Context, r *run, size int) error
}

// stories returns all of them in the order of the table. Their budgets are ten
// minutes together, and one minute with -quick.
func stories() []story {
	return []story{
		alertsStory(), groupsStory(), routesStory(),
		silencesStory("silences-equal", "equality", equalSilence, looksByIndex()),
		silencesStory("silences-regex", "regex", regexSilence, looksByTrying()),
		rulesStory(),
	}
}

func (s story) called() string    { return s.name }
func (s scenario) called() string { return s.name }

// plan returns the sizes to measure and the time for them.
func (s story) plan(quick bool) ([]int, time.Duration) {
	if quick {
		return s.quick, s.quickBudget
	}
	return s.sizes, s.budget
}

// manySizes and, with -quick, fewSizes are what routes, silences and rules are measured at.
func manySizes() []int { return []int{1, 10, 100, 1_000, 10_000} }
func fewSizes() []int  { return []int{1, 10, 100, 1_000} }
