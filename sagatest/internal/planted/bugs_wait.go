package planted

// inWait are mistakes about replies, timers and conditions.
func inWait() []Bug {
	const kept, wait, sleep, back, node, reply, call = "kept.go", "decide_wait.go", "sleep.go", "decide_back.go", "node.go", "node_reply.go", "node_call.go"
	return []Bug{
		{"a reply settles whatever is open", "a reply says which step it is about", []Edit{
			{kept, "	asked := k.Step == in.Step && in.Call != \"\"", "	asked := in.Call != \"\""},
		}},
		{"a late reply settles again", "what came too late changes nothing", []Edit{
			{kept, "	return fitLate, fmt.Sprintf(\"the step is settled: %s\", markName(in.mark(k.Step)))", "	return fitOpen, \"\""},
		}},
		{"a reply of an old round accepted", "a fresh try is not answered by an old refusal", []Edit{
			{kept, "	case k.Round < in.round(k.Step):\n", "	case k.Round < 0:\n"},
		}},
		{"early reply dropped", "what came early is kept until its step is open", []Edit{
			{kept, "	p.Early = append(slices.Clip(p.Early), k) // other copies share the list\n", "	_ = k\n"},
		}},
		{"a reply refused because of a doubt", "a success is worth as much when the step is in doubt", []Edit{
			{kept, "	case in.mark(k.Step) == markMaybe, !in.Back && ", "	case !in.Back && "},
		}},
		{"the refusal of one attempt taken for a fence's", "a fence asks about all attempts", []Edit{
			{kept, "	case asked && k.Outcome == Refused && k.Call == CallAction && in.Call == CallFence:\n		return fitLate, \"one attempt was refused, and the fence that is open asks about all\"\n", ""},
			{wait, "	d.settleCall(h.call, outcome)", "	d.settleCall(d.Call, outcome)"},
		}},
		{"a reply that changes no state", "guarantee 1: what a reply brought is kept", []Edit{
			{wait, "	d.State = d.State.with(h.patch)\n", ""},
		}},
		{"a wait that is interrupted and forgotten", "guarantee 3: what waits for a reply may have taken effect", []Edit{
			{wait, "	if d.Call == CallAction && d.mark(d.Step) == markNone {\n		d.doubt(d.Step)\n	}\n", ""},
		}},
		{"silence taken for a refusal", "guarantee 3: unknown is a fact", []Edit{
			{wait, "	d.settleCall(d.Call, Unknown)", "	d.settleCall(d.Call, Refused)"},
		}},
		{"a wait that has no end", "guarantee 2: nothing is silent", []Edit{
			{call, "	case t.Waits:\n", "	case t.Waits && r.now.Calls < 2:\n		n.decide(r, happened{kind: EventReleased, at: at})\n	case t.Waits:\n"},
		}},
		{"a takeover ends what waits", "a timer is never early", []Edit{
			{back, "	if d.Still || d.Waits { // what", "	if d.Waits {\n		d.Due = d.at\n	}\n	if d.Still || d.Waits { // what"},
		}},
		{"a timer that is not set", "a timer is never early", []Edit{
			{wait, "	d.Waits, d.Still, d.Due = true, false, d.at.Add(within)", "	d.Waits, d.Still, d.Due = true, false, d.at.Add(within/2)"},
		}},
		{"released while it hears a reply", "guarantee 7: one owner", []Edit{
			{node, "return r.undone > 0 || r.calling() }", "return false }"},
		}},
		{"a condition asked on the way back", "on the way back the state is not the one it was called with", []Edit{
			{sleep, "	return !in.Back && (in.Call", "	return (in.Call"},
		}},
		{"a step that is passed over taken for done", "a step that is not needed has no effect", []Edit{
			{sleep, "	d.setMark(d.Step, markPassed)", "	d.setMark(d.Step, markEffect)"},
		}},
	}
}
