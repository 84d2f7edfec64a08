package planted

// inGroups are mistakes about steps that are open at once, and about what others do unasked.
func inGroups() []Bug {
	const group, back, forward = "decide_group.go", "decide_back.go", "decide_forward.go"
	return []Bug{
		{"undone while a branch is being called", "a refusal lets the siblings settle before anything is undone", []Edit{
			{group, "		if slices.Contains(d.busy, d.Step) {\n", "		if false && slices.Contains(d.busy, d.Step) {\n"},
		}},
		{"the group ends with its first branch", "what follows a group waits for all branches", []Edit{
			{group, "	return d.leave()\n", "	d.Others = nil\n	return false\n"},
		}},
		{"a takeover asks about one branch only", "journal rule 6, for each branch", []Edit{
			{back, "	d.each(d.recoveredStep)\n", "	d.recoveredStep()\n"},
		}},
		{"a takeover forgets what was being called", "what may have been called is in doubt", []Edit{
			{back, "		d.setCalled()\n", ""},
		}},
		{"what others may do is not forbidden", "an ended saga has no effect outstanding", []Edit{
			{back, "			d.doubt(i)\n		}\n	}\n}\n\n// lastEffect", "			_ = st\n		}\n	}\n}\n\n// lastEffect"},
		}},
		{"one refusal taken for what others do", "one attempt says nothing of the others", []Edit{
			{forward, "	if d.step().Expects && d.step().Fence { // how", "	if false { // how"},
		}},
	}
}
