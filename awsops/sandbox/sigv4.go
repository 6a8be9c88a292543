package sandbox

// signature is what a request says of how it was signed.
type signature struct{}
