package reservation_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
)

func TestOfManyWhoWantASeatOneGetsIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const buyers = 200
	for i := range buyers {
		d.queue.passes[fmt.Sprint("t", i)] = access.Pass{UserID: fmt.Sprint("u", i), ConcertID: concert, Active: true}
	}
	codes := make(chan string, buyers)
	var all sync.WaitGroup
	for i := range buyers {
		all.Go(func() {
			_, err := d.service.Hold(t.Context(), reservation.Request{
				UserID: fmt.Sprint("u", i), Token: fmt.Sprint("t", i), ConcertID: concert, ScheduleID: schedule, Seats: []int{13},
			})
			codes <- code(t, err)
		})
	}
	all.Wait()
	close(codes)
	got := map[string]int{}
	for c := range codes {
		got[c]++
	}
	if got[""] != 1 || got[reservation.Taken] != buyers-1 {
		t.Errorf("the buyers were told %v", got)
	}
	if told := d.seatsTold(); len(told) != 1 || told[0].Status != "HELD" || told[0].Line.Seat != 13 {
		t.Errorf("told of the seat: %+v", told)
	}
}

func TestAHoldSaysWhatItCostsAndUntilWhen(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	held, err := d.service.Hold(t.Context(), ask(mina, 4, 2))
	must(t, err)
	if len(held) != 2 || held[0].Seat != 4 || held[1].Seat != 2 || held[1].Price != price || held[0].Status != reservation.Pending ||
		!held[0].ExpiresAt.Equal(start.Add(holdFor)) || held[0].Version != 1 || held[0].UserID != mina {
		t.Errorf("held %+v", held)
	}
	stored, err := d.service.Reservation(t.Context(), mina, held[0].ID)
	if err != nil || stored != held[0] {
		t.Errorf("stored %+v, %v", stored, err)
	}
	m := d.drain()[0]
	if m.Key != "seat/7/4" || m.Correlation != "" || m.Source != "/ticketing/reservation" {
		t.Errorf("told by %+v", m)
	}
	if u := readAs[event.ReservationUpdated](t, m); u.Line != held[0].Line() || u.ConcertID != concert || u.UserID != mina || u.Status != "HELD" {
		t.Errorf("told %+v", u)
	}
}

// Two of three seats are free; none of them is held, and nothing is told.
func TestAHoldIsAllOrNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.holds(jun, 3)
	d.drain()
	if _, err := d.service.Hold(t.Context(), ask(mina, 1, 2, 3)); code(t, err) != reservation.Taken {
		t.Error(err)
	}
	d.wantSeat(1, 0)
	d.wantSeat(2, 0)
	if told := d.drain(); len(told) != 0 {
		t.Errorf("told %v", told)
	}
	if mine, err := d.service.Reservations(t.Context(), mina, 0, 0); err != nil || len(mine) != 0 {
		t.Error(mine, err)
	}
}

func TestWhatCannotBeHeldIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, c := range map[string]struct {
		change func(*reservation.Request)
		at     time.Duration
		want   string
	}{
		"no seats":         {func(q *reservation.Request) { q.Seats = nil }, 0, reservation.SeatCount},
		"five seats":       {func(q *reservation.Request) { q.Seats = []int{1, 2, 3, 4, 5} }, 0, reservation.SeatCount},
		"a seat twice":     {func(q *reservation.Request) { q.Seats = []int{3, 1, 3} }, 0, reservation.DuplicateSeat},
		"seat 0":           {func(q *reservation.Request) { q.Seats = []int{0} }, 0, reservation.NotFound},
		"seat 51":          {func(q *reservation.Request) { q.Seats = []int{1, seats + 1} }, 0, reservation.NotFound},
		"no date":          {func(q *reservation.Request) { q.ScheduleID = 9 }, 0, reservation.NotFound},
		"another's date":   {func(q *reservation.Request) { q.ScheduleID = later }, 0, reservation.NotFound},
		"no token":         {func(q *reservation.Request) { q.Token = "" }, 0, reservation.NoToken},
		"too early":        {func(*reservation.Request) {}, -time.Millisecond, reservation.NotOpen},
		"the music plays":  {func(*reservation.Request) {}, 30 * 24 * time.Hour, reservation.Played},
		"a forged token":   {func(q *reservation.Request) { q.Token = "x" }, 0, "unknown-token"},
		"another's token":  {func(q *reservation.Request) { q.Token = tokenOf(jun, concert) }, 0, "foreign-token"},
		"another concert":  {func(q *reservation.Request) { q.Token = tokenOf(mina, elsewhere) }, 0, "other-concert"},
		"nobody's request": {func(q *reservation.Request) { q.UserID = "" }, 0, "foreign-token"},
	} {
		q := ask(mina, 1)
		c.change(&q)
		d.clock.Store(c.at.Milliseconds())
		if _, err := d.service.Hold(t.Context(), q); code(t, err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.clock.Store(0)
	d.wantSeat(1, 0)
	d.holds(mina, 1)
}

func TestWhoWaitsMayNotReserve(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.queue.passes[tokenOf(mina, concert)] = access.Pass{UserID: mina, ConcertID: concert}
	if _, err := d.service.Hold(t.Context(), ask(mina, 1)); code(t, err) != "not-your-turn" {
		t.Error(err)
	}
	d.queue.passes[tokenOf(mina, concert)] = access.Pass{UserID: mina, ConcertID: concert, Ended: true}
	if _, err := d.service.Hold(t.Context(), ask(mina, 1)); code(t, err) != "not-your-turn" || !strings.Contains(err.Error(), "enter the line again") {
		t.Error(err)
	}
	d.queue.passes[tokenOf(mina, concert)] = access.Pass{UserID: mina, Active: true} // one line for all concerts
	d.holds(mina, 1)
}

// Nobody's wait for the queue keeps others from writing: were a transaction open, the sweep would wait for
// it until the test's deadline.
func TestNoTransactionIsOpenWhileTheQueueIsAsked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	swept := make(chan error, 1)
	d.queue.during = func() {
		_, err := d.service.Sweep(t.Context())
		swept <- err
	}
	d.holds(mina, 1)
	must(t, <-swept)
}

func TestAHoldEndsAndTheSeatIsFree(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first, second := d.holds(mina, 1, 2), d.holds(jun, 3)
	d.pass(holdFor - time.Millisecond)
	if n, err := d.service.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("swept %d too early, %v", n, err)
	}
	d.drain()
	d.pass(time.Millisecond)
	if n, err := d.service.Sweep(t.Context()); n != 3 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	for _, id := range append(first, second...) {
		d.wantStatus(id, reservation.Expired)
	}
	for _, u := range d.seatsTold() {
		if u.Status != "RELEASED" || u.Line.Version != 2 {
			t.Errorf("told %+v", u)
		}
	}
	d.wantSeat(1, d.holds(jun, 1)[0])
}

// Whoever wants the seat need not wait for the sweeper.
func TestASeatIsFreeWhenItsHoldIsOver(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	old := d.holds(mina, 1)[0]
	d.pass(holdFor)
	d.wantSeat(1, d.holds(jun, 1)[0])
	d.wantStatus(old, reservation.Expired)
	var versions []int64
	for _, u := range d.seatsTold() {
		versions = append(versions, u.Line.Version)
	}
	if fmt.Sprint(versions) != "[1 2 3]" {
		t.Errorf("the versions told are %v", versions)
	}
}

// filled are dates whose seats are all held, each by another buyer.
func (d *desk) filled(schedules ...int64) {
	d.t.Helper()
	for _, s := range schedules {
		d.opens(concert, s)
		for n := 1; n <= seats; n += 2 {
			q := ask(fmt.Sprintf("u%d-%d", s, n), n, n+1)
			q.ScheduleID, q.Token = s, fmt.Sprintf("t%d-%d", s, n)
			d.queue.passes[q.Token] = access.Pass{UserID: q.UserID, ConcertID: concert, Active: true}
			_, err := d.service.Hold(d.t.Context(), q)
			must(d.t, err)
		}
	}
}

// A sweep ends everything that is over, however much it is.
func TestASweepEndsAllThatIsOver(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.filled(20, 21, 22)
	d.pass(holdFor)
	if n, err := d.service.Sweep(t.Context()); n != 3*seats || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
}

// A seat is free when its hold is over, not when the sweeper comes by, however many are over at once.
func TestASeatIsFreeHoweverManyHoldsAreOver(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.filled(20, 21, 22)
	d.pass(holdFor)
	q := ask(mina, seats)
	q.ScheduleID = 22
	if _, err := d.service.Hold(t.Context(), q); err != nil {
		t.Error(err)
	}
}

// What one buyer holds, nobody else can buy: nobody holds more than can be paid at once.
func TestOneBuyerHoldsNoMoreThanCanBePaid(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.holds(mina, 1, 2, 3, 4)
	d.holds(mina, 5, 6, 7, 8)
	if _, err := d.service.Hold(t.Context(), ask(mina, 9, 10, 11)); code(t, err) != reservation.TooMany {
		t.Error(err)
	}
	d.wantSeat(9, 0)
	d.holds(mina, 9, 10)
}
