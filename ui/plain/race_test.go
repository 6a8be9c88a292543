//go:build race

package plain_test

const raced = true // each call takes several times as long
