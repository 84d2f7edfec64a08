package conformance

import (
	"errors"
	"sync"

	"github.com/seosa-dev/saga/message"
)

func inboxChecks() []mailCheck {
	return []mailCheck{
		{"Inbox/a-duplicate-has-one-effect", duplicateHasOneEffect},
		{"Inbox/what-failed-may-come-again", failedMayComeAgain},
		{"Inbox/what-cannot-be-noted", cannotBeNoted},
	}
}

func duplicateHasOneEffect(p *post) {
	m := p.post("a")[0]
	catalog, stats := p.Consumer("catalog", nil), p.Consumer("stats", nil)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := catalog(p.Context(), m); err != nil {
				p.Error(err)
			}
		})
	}
	all.Wait()
	p.must(stats(p.Context(), m))
	other := m
	other.Source = "/shop/payment" // the same id of another source is another message
	p.must(stats(p.Context(), other))
	p.wantEffects("catalog", map[string][]string{"a": {"0"}})
	p.wantEffects("stats", map[string][]string{"a": {"0", "0"}})
}

func failedMayComeAgain(p *post) {
	m := p.post("a")[0]
	soldOut := errors.New("sold out")
	err := p.Consumer("catalog", func(message.Message) error { return soldOut })(p.Context(), m)
	p.refused("a handler that fails", err, soldOut)
	p.wantEffects("catalog", map[string][]string{})
	p.must(p.Consumer("catalog", nil)(p.Context(), m))
	p.wantEffects("catalog", map[string][]string{"a": {"0"}})
}

func cannotBeNoted(p *post) {
	err := p.Consumer("catalog", nil)(p.Context(), message.Message{})
	p.refused("no message at all", err, message.ErrPoison)
	p.refused("no message at all", err, message.ErrInvalid)
	err = p.Consumer("", nil)(p.Context(), p.post("a")[0])
	p.refused("a consumer without a name", err, message.ErrInvalid)
	p.wantEffects("catalog", map[string][]string{})
}
