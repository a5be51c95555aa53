//go:build !race

package sim

const raceDetector = false

// seedsByDefault is how many scripts are played if nobody says otherwise.
const seedsByDefault = 200
