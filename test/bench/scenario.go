package main

import "context"

// scenario is one story that every subject plays.
type scenario struct {
	name  string
	about string
	rows  []row
	floor bool // whether the floors can play it
	run   func(context.Context, *run) error
}

// scenarios returns all of them in the order of the table.
func scenarios() []scenario {
	return []scenario{
		ingestScenario("ingest", connections), ingestScenario("ingest-wide", manyConnections), groupsScenario(),
		routesScenario("routes-1k", 1000, 200), routesScenario("routes-5k", 5000, 1000),
		latencyScenario(), flushScenario(), bigGroupScenario(),
		queriesScenario(),
		silencesScenario("silences-equal", "equality", equalSilence, 200),
		silencesScenario("silences-regex", "regex", regexSilence, 3000),
		inhibitScenario(), restartScenario(),
		memoryScenario("memory-grouped", "grouped", grouped(), 1.2),
		memoryScenario("memory-alone", "one group per alert", alone(), 2),
		stormScenario(),
	}
}

// ingestRows are the rows that run.ingest fills.
func ingestRows(key, label string, rate, cpu []goal) []row {
	return []row{
		{key: key + ".rate", label: label + ", alerts", unit: perSecond, higher: true, goals: rate},
		{key: key + ".cpu", label: label + ", CPU per alert", unit: microseconds, goals: cpu},
	}
}

// fiveTimes and aFifth are the goals for what is taken in.
func fiveTimes() goal { return goal{timesPeer, 5} }
func aFifth() goal    { return goal{shareOfPeer, 0.2} }
