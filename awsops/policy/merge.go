package policy

// Merge adds statements to a document: one whose Sid is there already takes that
// one's place, the others go to the end. Every other statement is kept. A nil
// document means that there is none yet.
func Merge(live *Document, ours ...Statement) Document { panic("policy: Merge") }

// Remove takes out the statements with these Sids. It returns nil when no
// statement is left, which AWS would refuse as a policy.
func Remove(live *Document, sids ...string) *Document { panic("policy: Remove") }

// Own returns the Sids in the document that crossgrant put there, by their
// names, in the document's order.
func Own(d *Document) []string { panic("policy: Own") }
