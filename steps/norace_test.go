//go:build !race

package steps

// stride: without the race detector every case runs.
const stride = 1
