package reservation_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// player does at random what buyers, admins, sagas and a bad network may do. It says nothing of what
// should come of it: that is for the invariants.
type player struct {
	*desk
	random *rand.Rand
	sent   []message.Message // may come again at any time
	sagas  []string
	told   []message.Message
}

// TestInvariantsHoldInARandomRun plays 500 moves on eight seats. RESERVATION_SEED plays a run again.
func TestInvariantsHoldInARandomRun(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("RESERVATION_SEED"); given != "" {
		var err error
		seed, err = strconv.ParseUint(given, 10, 64)
		must(t, err)
	}
	t.Log("RESERVATION_SEED =", seed)
	p := &player{desk: newDesk(t), random: rand.New(rand.NewPCG(seed, 1))}
	for i := range 500 {
		p.move()
		if i%100 == 99 {
			p.check()
		}
	}
	p.endSagas()
	p.pass(holdFor)
	_, err := p.service.Sweep(t.Context())
	must(t, err)
	p.told = append(p.told, p.drain()...)
	p.check()
	p.wantNone(`select count(*) from reservation where status in ('PAYMENT_PENDING', 'PAYING', 'PAYMENT_COMPLETED')`, "live when all is undone")
	p.checkVersions()
}

func (p *player) move() {
	ctx := p.t.Context()
	user := []string{mina, jun}[p.random.IntN(2)]
	switch p.random.IntN(15) {
	case 0, 1, 2:
		numbers := p.random.Perm(8)[:1+p.random.IntN(2)]
		for i := range numbers {
			numbers[i]++
		}
		_, _ = p.service.Hold(ctx, ask(user, numbers...))
	case 3:
		id, _ := p.someone()
		_, _ = p.service.GiveUp(ctx, user, id)
	case 4:
		if id, _ := p.someone(); p.random.IntN(3) == 0 {
			_, _ = p.service.Withdraw(ctx, admin, id, "at random")
		}
	case 5:
		p.pass(time.Duration(p.random.IntN(60)) * time.Second)
	case 6:
		_, err := p.service.Sweep(ctx)
		must(p.t, err)
	case 7:
		p.begins()
	case 8, 9:
		p.asks()
	default:
		p.repeats()
	}
}

// someone is a live reservation and its buyer's, or, sometimes, any other of the latest, or none.
func (p *player) someone() (id int64, user string) {
	const live = `select id, user from reservation where status in ('PAYMENT_PENDING', 'PAYING', 'PAYMENT_COMPLETED') order by id limit 1 offset ?`
	const any = `select id, user from reservation order by id desc limit 1 offset ?`
	query := live
	if p.random.IntN(4) == 0 {
		query = any
	}
	err := p.db().QueryRowContext(p.t.Context(), query, p.random.IntN(6)).Scan(&id, &user)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		p.t.Fatal(err)
	}
	return id, user
}

func (p *player) send(sagaID, typ string, data any) {
	m, err := event.New("test", typ, sagaID, data)
	must(p.t, err)
	p.sent = append(p.sent, m)
	p.deliver(m)
}

// deliver hands in a message; a sale that it claims is paid sooner or later, also if it was undone since.
func (p *player) deliver(m message.Message) {
	must(p.t, p.handlers[m.Type](p.t.Context(), m))
	told := p.drain()
	p.told = append(p.told, told...)
	for _, answer := range told {
		if answer.Type == "ReservationsClaimed" && m.Type == "ClaimReservations" {
			paid, err := event.New("payment", "PaymentCompleted", m.Correlation, paid(readAs[event.ReservationsClaimed](p.t, answer).Sale))
			must(p.t, err)
			p.sent = append(p.sent, paid)
		}
	}
}

func (p *player) begins() {
	sagaID := fmt.Sprint("s-", len(p.sagas))
	p.sagas = append(p.sagas, sagaID)
	id, user := p.someone()
	ids := []int64{id}
	if second, _ := p.someone(); p.random.IntN(3) == 0 {
		ids = append(ids, second)
	}
	if user == "" {
		user = mina
	}
	p.send(sagaID, "ClaimReservations", claimOf(sagaID, user, ids...))
}

// asks puts any question about any saga, in no order at all.
func (p *player) asks() {
	if len(p.sagas) == 0 {
		return
	}
	step := event.StepOf([]event.SagaStep{event.Claim, event.Reservation}[p.random.IntN(2)])
	latest := p.sagas[max(0, len(p.sagas)-20):]
	sagaID := latest[p.random.IntN(len(latest))]
	p.send(sagaID, []string{step.Undo, step.Undo, step.Ask, step.Fence}[p.random.IntN(4)], question(sagaID, step.Name))
}

// repeats delivers one of the latest messages, or an old one.
func (p *player) repeats() {
	if len(p.sent) == 0 {
		return
	}
	near := p.sent[max(0, len(p.sent)-12):]
	if p.random.IntN(4) == 0 {
		near = p.sent
	}
	p.deliver(near[p.random.IntN(len(near))])
}

func (p *player) endSagas() {
	for _, sagaID := range p.sagas {
		for _, name := range []event.SagaStep{event.Reservation, event.Claim} {
			p.send(sagaID, event.StepOf(name).Undo, question(sagaID, name))
		}
	}
}

func (p *player) wantNone(query, what string) {
	p.t.Helper()
	var n int
	must(p.t, p.db().QueryRowContext(p.t.Context(), query).Scan(&n))
	if n != 0 {
		p.t.Fatalf("%d are %s", n, what)
	}
}

// check is I-A2 as far as this service can see it: a seat has at most one live reservation, and its
// holder is that.
func (p *player) check() {
	p.t.Helper()
	p.wantNone(`select count(*) from (select 1 from reservation
		where status in ('PAYMENT_PENDING', 'PAYING', 'PAYMENT_COMPLETED') group by schedule, seat having count(*) > 1)`, "seats with two live reservations")
	p.wantNone(`select count(*) from reservation r where status in ('PAYMENT_PENDING', 'PAYING', 'PAYMENT_COMPLETED') and not exists
		(select 1 from reservation_seat s where s.holder = r.id and s.schedule = r.schedule and s.number = r.seat)`, "live reservations without their seats")
	p.wantNone(`select count(*) from reservation_seat s where holder is not null and not exists
		(select 1 from reservation r where r.id = s.holder and r.schedule = s.schedule and r.seat = s.number
		and r.status in ('PAYMENT_PENDING', 'PAYING', 'PAYMENT_COMPLETED'))`, "seats held by what is not live")
}

// checkVersions finds each version of each seat told by exactly one fact, in order (I-A12).
func (p *player) checkVersions() {
	p.t.Helper()
	versions, moves, sales := map[int][]int64{}, 0, 0
	for _, m := range p.told {
		switch m.Type {
		case "ReservationUpdated":
			u := readAs[event.ReservationUpdated](p.t, m)
			versions[u.Line.Seat] = append(versions[u.Line.Seat], u.Line.Version)
		case "ReservationsCompleted":
			for _, l := range readAs[event.ReservationsCompleted](p.t, m).Sale.Lines {
				if !slices.Contains(versions[l.Seat], l.Version) { // the answer to a question may be the second
					versions[l.Seat] = append(versions[l.Seat], l.Version)
					sales++
				}
			}
		}
	}
	for seat, seen := range versions {
		moves += len(seen)
		for i, v := range seen {
			if v != int64(i)+1 {
				p.t.Fatalf("the versions told of seat %d are %v", seat, seen)
			}
		}
		p.wantNone(fmt.Sprintf(`select count(*) from reservation_seat where schedule = %d and number = %d and version <> %d`,
			schedule, seat, len(seen)), "versions that nobody was told of")
	}
	p.t.Logf("%d changes of seats, %d of them sales", moves, sales)
	if moves < 20 || sales < 1 {
		p.t.Errorf("%d changes of seats and %d sales were played; that shows little", moves, sales)
	}
}
