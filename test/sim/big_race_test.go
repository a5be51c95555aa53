//go:build race

package sim

const raceDetector = true

// seedsByDefault is three of each profile; each takes some seconds.
const seedsByDefault = 24
