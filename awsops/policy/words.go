package policy

// Words puts a statement into a plain sentence or a few: who may do what to
// what, and when. It never guesses: what it does not know it quotes.
func (s Statement) Words() string { panic("policy: Words") }
