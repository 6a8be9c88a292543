//go:build !race

package run_test

// raced tells that the race detector is on: of what there are hundreds some are tried.
const raced = false
