package planted

import "slices"

// inStore are mistakes of a store that looks as if it worked.
func inStore() []Bug {
	const journal, instances, claim, store = "conformance/memory/journal.go", "conformance/memory/instances.go", "conformance/memory/claim.go", "conformance/memory/store.go"
	return []Bug{
		{"a trim that frees positions", "journal rule 1: a key says next, not vacant", []Edit{
			{journal, "	l.at[c.To].entries = nil\n", "	delete(l.at, c.To)\n"},
			{journal, "before == nil || !before.open()", "before != nil && !before.open()"},
			{journal, "		if l.at[l.last].open() {\n", "		l.last = 0\n		for p := range l.at {\n			l.last = max(l.last, p)\n		}\n		if p := l.at[l.last]; p == nil || p.open() {\n"},
			{journal, "		if l.at[n] == nil || !l.at[n].open() {\n", "		if p := l.at[n]; p != nil && !p.open() {\n"},
			{store, "return j != nil && j.at[j.last].kind == saga.Drained", "return j != nil && j.at[j.last] != nil && j.at[j.last].kind == saga.Drained"},
			{instances, "			if kind := l.at[l.last].kind; kind != saga.Drained {\n", "			var kind saga.PositionKind\n			if p := l.at[l.last]; p != nil {\n				kind = p.kind\n			}\n			if kind != saga.Drained {\n"},
		}},
		{"a repeat that is not compared", "journal rule 2: on conflict the contents are compared", []Edit{
			{journal, "			if !there.holds(a) {\n				return saga.ErrSealed\n			}\n", ""},
		}},
		{"a checkpoint that folds what is gone", "journal rule 3: it fails as a whole", []Edit{
			{journal, "		if l.at[n] == nil || !l.at[n].open() {\n			return false\n		}\n", ""},
			{journal, "	l.at[c.To].entries = nil\n", "	if l.at[c.To] != nil {\n		l.at[c.To].entries = nil\n	}\n"},
		}},
		{"rows read before the journal", "journal rule 4: one snapshot", []Edit{
			{store, "	shapes   map[shapeKey][]byte\n", "	shapes   map[shapeKey][]byte\n	old      map[string]saga.Row\n"},
			{journal, "		l.fold(c)\n", "		l.fold(c)\n		d.old = maps.Clone(d.rows)\n"},
			{journal, "		for _, r := range d.rows {\n			if r.Live && r.Owner != \"\"", "		for _, r := range d.old {\n			if r.Live && r.Owner != \"\""},
		}},
		{"what a drained node claims stays its own", "journal rule 9: anybody may claim it", []Edit{
			{claim, `return r.Owner == "" || d.drained(r.Owner)`, `return r.Owner == ""`},
		}},
		{"a command that wakes nobody", "journal rule 10: it makes its instance due", []Edit{
			{claim, "len(rows) < c.Limit && there &&", "len(rows) < 0 && there &&"},
		}},
	}
}

// Bugs returns all of them.
func Bugs() []Bug { return slices.Concat(inDecide(), inWait(), inGroups(), inNode(), inStore()) }
