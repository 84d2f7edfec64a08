package planted

// inNode are mistakes in what a node does around a decision.
func inNode() []Bug {
	return []Bug{
		{"goes on after its seal", "guarantee 7: one owner", []Edit{
			{"node_store.go", "	taken, err := s.Journal().Append(ctx, e.Append)\n	if errors.Is(err, ErrSealed) {\n		return (*node).appendRejected, nil\n	}",
				"	taken, err := s.Journal().Append(ctx, e.Append)\n	if errors.Is(err, ErrSealed) {\n		err = nil\n	}"},
		}},
		{"acknowledged before it is durable", "guarantee 1: nothing acknowledged is lost", []Edit{
			{"node_start.go", "	n.decide(r, happened{kind: EventStarted, at: at})", "	n.decide(r, happened{kind: EventStarted, at: at})\n	n.do(answerStart{Request: req, Instance: r.now})\n	r.waiters = nil"},
		}},
		{"dropped attempt", "guarantee 2: nothing is silent", []Edit{
			{"node_call.go", "	h.kind = EventAnswered\n", "	h.kind = EventAnswered\n	if h.outcome == Unknown {\n		return\n	}\n"},
		}},
		{"conflicting start attached", "guarantee 6: same id, same input", []Edit{
			{"node_start.go", "	case !bytes.Equal(r.now.Hash, req.Hash):\n		n.refuse(req, conflict(req.ID))\n", ""},
			{"node_start.go", "	case !bytes.Equal(key.Hash, req.Hash) || key.Definition != req.Key.name:\n		n.refuse(req, conflict(req.ID))\n", ""},
			{"node_start.go", "		if !bytes.Equal(r.known.Hash, req.Hash) {\n			n.refuse(req, conflict(req.ID))\n			continue\n		}\n", ""},
			{"node_start.go", "	\"bytes\"\n", ""},
		}},
		{"an append whose answer was lost taken for not done", "journal rule 2: it is repeated byte for byte", []Edit{
			{"node_store.go", "func (e appendRow) run(ctx context.Context, s Store, _ bool) (input, error) {\n", "func (e appendRow) run(ctx context.Context, s Store, again bool) (input, error) {\n	if again {\n		e.Entries = append([]byte{' '}, e.Entries...)\n	}\n"},
			{"node_store.go", "	taken, err := s.Journal().Append(ctx, e.Append)\n	if errors.Is(err, ErrSealed) {\n		return (*node).appendRejected, nil\n	}",
				"	taken, err := s.Journal().Append(ctx, e.Append)\n	if again && errors.Is(err, ErrSealed) {\n		return func(n *node, at time.Time) { n.flight = nil; n.next++ }, nil\n	}\n	if errors.Is(err, ErrSealed) {\n		return (*node).appendRejected, nil\n	}"},
		}},
		{"moved while its release is not known", "journal rule 2: frozen until the checkpoint is known", []Edit{
			{"node_checkpoint.go", "		t.of.frozen = t.after.live() && t.after.Released && !t.of.moving()\n", "		_ = t\n"},
		}},
		{"what a lost claim took is forgotten", "journal rule 9: a node adopts again what it owns and does not hold", []Edit{
			{"node_claim.go", "	n.claimOwn = true\n	n.lostUntil = at.Add(n.rules.lost)\n", ""},
		}},
		{"who held it before a lost claim is forgotten", "journal rule 5: the open step may have been called", []Edit{
			{"node_claim.go", "		before = row.Former\n", "		before = \"\"\n"},
		}},
		{"a command answered apart from its entry", "journal rule 10: both in one append", []Edit{
			{"node_call.go", "	r.now, p.answer = after, answer\n", "	r.now = after\n	if answer != nil {\n		n.answering = append(n.answering, *answer)\n	}\n"},
		}},
	}
}
