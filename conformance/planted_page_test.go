package conformance_test

import (
	"context"

	"github.com/seosa-dev/saga"
)

// plantedPages are mistakes about which commands a claim returns.
func plantedPages() map[string]func() saga.Store {
	return map[string]func() saga.Store{
		"pages that begin anew each time":      mishandled(func(p *post) saga.Instances { return beginsAnew{p} }),
		"commands of a taken row cut off":      mishandled(func(p *post) saga.Instances { return cutsOff{p} }),
		"more said of a full page":             mishandled(func(p *post) saga.Instances { return saysMore{p} }),
		"more never said":                      mishandled(func(p *post) saga.Instances { return saysNoMore{p} }),
		"pages that pass over equal times":     mishandled(func(p *post) saga.Instances { return skipsEqual{p} }),
		"due rows taken that nobody asked for": mishandled(func(p *post) saga.Instances { return takesDue{p} }),
	}
}

type beginsAnew struct{ *post }

func (in beginsAnew) Claim(ctx context.Context, c saga.Claim) (saga.Claimed, error) {
	c.After = saga.Command{}
	return in.Instances.Claim(ctx, c)
}

// cutsOff holds the commands of taken rows to the limit too.
type cutsOff struct{ *post }

func (in cutsOff) Claim(ctx context.Context, c saga.Claim) (saga.Claimed, error) {
	got, err := in.Instances.Claim(ctx, c)
	got.Commands = got.Commands[:min(len(got.Commands), c.Limit)]
	return got, err
}

// saysMore does not look whether anything follows a full page.
type saysMore struct{ *post }

func (in saysMore) Claim(ctx context.Context, c saga.Claim) (saga.Claimed, error) {
	got, err := in.Instances.Claim(ctx, c)
	got.More = len(got.Commands) >= c.Limit
	return got, err
}

type saysNoMore struct{ *post }

func (in saysNoMore) Claim(ctx context.Context, c saga.Claim) (saga.Claimed, error) {
	got, err := in.Instances.Claim(ctx, c)
	got.More = false
	return got, err
}

// skipsEqual goes on after a time, and not after a time and an id.
type skipsEqual struct{ *post }

func (in skipsEqual) Claim(ctx context.Context, c saga.Claim) (saga.Claimed, error) {
	if c.After.ID != "" {
		c.After.ID = "\U0010ffff"
	}
	return in.Instances.Claim(ctx, c)
}

type takesDue struct{ *post }

func (in takesDue) Claim(ctx context.Context, c saga.Claim) (saga.Claimed, error) {
	c.Wanted = false
	return in.Instances.Claim(ctx, c)
}
