package saga

import (
	"context"
	"fmt"
	"reflect"
)

// Starter is what [Definition.Start] starts an instance on: an [*Engine], or a transaction of your
// own, which sqlite.Bind and postgres.Bind make one. In a transaction the instance is written beside
// your own rows and begins to run after the commit, on whatever engine; if it is rolled back, nothing
// was ever started.
type Starter interface {
	// StartInstance is for Start. It hands on what Start made.
	StartInstance(ctx context.Context, b Beginning) (Instance, error)
}

// Beginning is an instance that is about to be started. [Definition.Start] makes it; the zero value is
// [ErrInvalid] wherever it is used.
type Beginning struct {
	definition AnyDefinition
	id         string
	input      any // a pointer to the state
}

// planned returns the plan for it among those registered; nil takes the definition's own.
func (b *Beginning) planned(registered map[shapeKey]*plan) (*plan, error) {
	if b.definition == nil {
		return nil, fmt.Errorf("%w: a Beginning that Definition.Start did not make", ErrInvalid)
	}
	key := b.definition.key()
	p := registered[key]
	if registered == nil {
		p = b.definition.plan()
	}
	switch {
	case p == nil:
		return nil, fmt.Errorf("%w: definition %q version %d is not registered; pass it to New", ErrInvalid, key.name, key.version)
	case len(p.wrong) > 0:
		return nil, p.wrong.error(p.shape.Name)
	case !validID(b.id):
		return nil, fmt.Errorf("%w: the id needs 1 to %d bytes of UTF-8 without control characters or space at an end", ErrInvalid, maxIDBytes)
	case reflect.TypeOf(b.input) != reflect.PointerTo(p.codec.typ):
		return nil, fmt.Errorf("%w: definition %q version %d is registered with the state %v and not with that of this one; give it a version of its own",
			ErrInvalid, key.name, key.version, p.codec.typ)
	}
	return p, nil
}
