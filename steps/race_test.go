//go:build race

package steps

// stride thins the cases of which there are hundreds: under the race detector each
// takes several times as long, and a race needs not every one of them.
const stride = 7
