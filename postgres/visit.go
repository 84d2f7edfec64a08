package postgres

import (
	"context"
	"errors"
)

// Visit connects a tool to the tables in the URL's schema: to read them and to send commands. It
// has no presence, so that it does not look like a node, and uses two connections at most; ctx
// bounds the opening only. An engine over it that has no definitions and is not run reads, hands in
// replies ([saga.Engine.Deliver]) and intervenes ([saga.Engine.Apply]).
//
// The Reader works as that of an opened store, and so do Keys, Answers, Nodes, Tail and Wake. Send
// works too. All other methods that write are refused. The errors are those of [Open], but a
// standby may be visited: on it, Send fails.
func Visit(ctx context.Context, url string) (*Store, error) {
	s, err := connect(ctx, url, Config{MaxConns: 2})
	if err != nil {
		return nil, err
	}
	s.visiting = true
	if err := s.limited(ctx, s.inspect); err != nil {
		return nil, errors.Join(wrap(err, "visit"), s.Close())
	}
	return s, nil
}
