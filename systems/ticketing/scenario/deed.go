package scenario

import (
	"context"
	"fmt"
	"net/http"
)

// administer does what an administrator does in a row.
func (p *player) administer(ctx context.Context, d Deed) error {
	admin, reason := p.admin, map[string]string{"reason": "the row wants it"}
	switch d {
	case CancelReservation:
		return admin.must(ctx, http.StatusOK, "POST", fmt.Sprintf("/admin/reservations/%d/cancel", p.reservations[0]), reason, nil)
	case TakeToken:
		return admin.must(ctx, http.StatusNoContent, "DELETE", "/admin/queue/tokens/"+p.buyer.token, nil, nil)
	case CloseConcert:
		return admin.must(ctx, http.StatusOK, "POST", fmt.Sprintf("/admin/concerts/%d/close", p.concert), reason, nil)
	case OneAtATime:
		rule := map[string]int{"limit": 1, "batch": 0, "everySeconds": 0}
		return admin.must(ctx, http.StatusOK, "PUT", fmt.Sprintf("/admin/queue/%d", p.concert), rule, nil)
	}
	return fmt.Errorf("an administrator cannot %q", d)
}

// compete does what a rival does in a row.
func (p *player) compete(ctx context.Context, d Deed) (err error) {
	if p.rival == nil {
		if p.rival, err = p.system.newPerson(ctx); err != nil {
			return err
		}
	}
	switch d {
	case Enter:
		status, err := p.rival.join(ctx, p.concert)
		p.note(answer{status: status})
		return err
	case Wait:
		return until(ctx, "the rival's turn", func() (bool, error) {
			status, err := p.rival.standing(ctx)
			return status == "ACTIVE", err
		})
	case Reserve:
		a, err := p.rival.hold(ctx, &p.scene, 1)
		p.note(a)
		return err
	}
	return fmt.Errorf("a rival cannot %q", d)
}
