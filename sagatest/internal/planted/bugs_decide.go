package planted

// inDecide are mistakes in the rule that decides.
func inDecide() []Bug {
	const forward, back, decide = "decide_forward.go", "decide_back.go", "decide.go"
	return []Bug{
		{"missing fence", "what nobody knows is fenced before the saga turns back", []Edit{
			{back, "	case st.Fence:\n		d.open(step, CallFence)", "	case st.Fence:\n		d.setMark(step, markNever)\n		d.walkBack()"},
		}},
		{"undo of an unknown step", "a step is undone only if it took effect, or if its participant absorbs the undo of nothing", []Edit{
			{back, "	case st.Fence:\n", "	case st.Fence && st.Kind != Compensatable:\n"},
			{back, "	case st.Kind == Compensatable && st.Replayable:", "	case st.Kind == Compensatable:"},
		}},
		{"wrong undo order", "guarantee 8: in reverse", []Edit{
			{back, "	for i := pivot - 1; i >= 0; i-- {", "	for i := range pivot {"},
		}},
		{"undo that is not marked", "guarantee 8: each undo once it is known", []Edit{
			{back, "		d.setMark(d.Step, markUndone)\n		d.walkBack()", "		d.setMark(d.Step, markNever)\n		d.walkBack()"},
		}},
		{"retried refusal", "a refusal is an answer", []Edit{
			{forward, "	case Refused:\n		d.refused()", "	case Refused:\n		d.again(CallAction)"},
		}},
		{"unknown taken as failed", "guarantee 3: unknown is a fact", []Edit{
			{forward, "		d.doubt(d.Step)\n		d.again(d.ask())", "		d.neverDone()"},
		}},
		{"unknown taken as done", "guarantee 3: unknown is a fact", []Edit{
			{forward, "		d.doubt(d.Step)\n		d.again(d.ask())", "		d.tookEffect()"},
		}},
		{"key reused over rounds", "a fresh try is not answered by an old refusal", []Edit{
			{forward, "		d.nextRound(d.Step)\n", ""},
		}},
		{"new round after an unknown", "the round grows only after a definite no", []Edit{
			{forward, "		d.doubt(d.Step)\n		d.again(d.ask())", "		d.doubt(d.Step)\n		d.nextRound(d.Step)\n		d.again(CallAction)"},
		}},
		{"turned back after the pivot", "past the point of no return a saga goes forward only", []Edit{
			{forward, "func (d *decision) mustFinish() bool { return d.sh.beyond(d.instance) }", "func (d *decision) mustFinish() bool { return false }"},
			{decide, "	return !s.mustFinish(in)\n", "	return true\n"},
		}},
		{"only the open step is in doubt after a takeover", "journal rule 5: what is recovered is a prefix", []Edit{
			{back, "		if i > d.Step && !(d.sh.Steps[i-1].Replayable && d.sh.Steps[i].Replayable && d.sh.sameLane(i-1, i)) {", "		if i > d.Step {"},
		}},
		{"a step repeated after a takeover that nobody may repeat", "journal rule 6: it is asked about first", []Edit{
			{back, "	if d.Call == CallAction && !d.step().Replayable {\n		d.Call = d.ask()\n	}\n", ""},
		}},
		{"a step called ahead that is not replayable", "journal rule 6: everything before it is durable", []Edit{
			{decide, "		sh.Steps[in.Step].Replayable && sh.Steps[out.Step].Replayable\n", "		sh.Steps[in.Step].Replayable\n"},
		}},
		{"a probe's not done taken for never", "journal rule 7: a late original may still come", []Edit{
			{forward, "	case o == NotDone && !d.Back:\n		d.again(CallAction)", "	case o == NotDone && d.Back:\n		d.neverDone()\n	case o == NotDone:\n		d.again(CallAction)"},
		}},
		{"refusal after an unknown believed", "journal rule 8: it is fenced first", []Edit{
			{forward, "	if d.mark(d.Step) != markMaybe || d.step().Replayable && !d.step().Fence {", "	if true {"},
		}},
		{"undone before the turn is durable", "journal rule 8: the decision to turn back is durable first", []Edit{
			{decide, "	return h.kind == EventAnswered && h.outcome == Succeeded && out.live() &&\n		in.Call == out.Call && in.Back == out.Back && in.Step != out.Step &&",
				"	return h.kind == EventAnswered && out.live() && in.Step != out.Step &&"},
		}},
	}
}
