package order_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/shop/order"
)

// Orders are their owner's.

func TestOnlyTheOwnerSeesRepeatsAndLists(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	success, failed, unknown, unused := s.number(t, alice), s.number(t, alice), s.number(t, alice), s.number(t, alice)
	placed(t, s, success, "EST-1")
	neverReached(t, s, failed, "EST-1")
	unknownAndTaken(t, s, unknown, "EST-1")
	bobs := s.number(t, bob)
	wantStatus(t, s.put(t, bob, bobs, of("EST-2", 1)), http.StatusCreated)

	s.faults.Forget()
	for _, id := range []int64{success, failed, unknown, unused} {
		wantProblem(t, s.get(t, bob, id), http.StatusForbidden, "foreign-order", "Take a number of your own")
		wantProblem(t, s.put(t, bob, id, of("EST-1", 3)), http.StatusForbidden, "foreign-order", "Take a number of your own")
		for _, got := range []reply{s.get(t, "", id), s.put(t, "", id, of("EST-1", 3))} {
			wantProblem(t, got, http.StatusUnauthorized, "no-session", "sign on with POST /session")
		}
	}
	s.wantCalls(t)
	if list := s.list(t, bob); len(list) != 1 || list[0].ID != bobs {
		t.Errorf("bob's list is %+v", list)
	}
	if list := s.list(t, "carol"); list == nil || len(list) != 0 {
		t.Errorf("the list of one without orders is %#v", list)
	}
	list := s.list(t, alice)
	if len(list) != 3 || list[0].ID != unknown || list[0].Status != order.Unknown || list[1].ID != failed ||
		list[1].Status != order.Fail || list[2].ID != success || list[2].Status != order.Success || list[2].Total != 3*1650 {
		t.Errorf("alice's list is %+v", list)
	}
	all, err := s.orders.Latest(t.Context(), 100)
	if err != nil || len(all) != 4 || all[0].ID != bobs || all[0].Owner != bob || all[3].Owner != alice {
		t.Errorf("the list of all is %+v, %v", all, err)
	}
	wantStatus(t, s.put(t, alice, unknown, of("EST-1", 3)), http.StatusCreated)
	wantStatus(t, s.put(t, alice, unused, of("EST-1", 3)), http.StatusCreated)
}

// What its owner has something to do about is listed however much came after it.
func TestAListHasAllThatIsUnknownAndTheLatestOfTheRest(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	unknown, old := s.number(t, alice), s.number(t, alice)
	unknownAndTaken(t, s, unknown, "EST-1")
	placed(t, s, old, "EST-1")
	db := open(t, s.file)
	for _, statement := range []string{
		`update sequence set next_id = 1122`,
		`with recursive n (id) as (select 1002 union all select id + 1 from n where id < 1121)
			insert into order_number (id, owner, issued_at) select id, 'alice', '2026-01-02T03:04:05Z' from n`,
		`insert into order_retry_status (order_id, status, attempt, lines, since)
			select id, 'Fail', 1, '[{"item":"EST-1","quantity":1}]', issued_at from order_number where id >= 1002`,
	} {
		_, err := db.ExecContext(t.Context(), statement)
		must(t, err)
	}
	list := s.list(t, alice)
	if len(list) != 100 || list[0].ID != 1121 || list[98].ID != 1023 || list[99].ID != unknown || list[99].Status != order.Unknown {
		t.Errorf("of %d orders the first is %d, and the last are %+v", len(list), list[0].ID, list[len(list)-2:])
	}
	few, err := s.orders.Latest(t.Context(), 2)
	if err != nil || len(few) != 2 || few[0].ID != 1121 || few[1].ID != unknown {
		t.Errorf("two of them are %+v, %v", few, err)
	}
	wantStatus(t, s.put(t, alice, unknown, of("EST-1", 3)), http.StatusCreated)
}

func TestANumberThatWasNeverGivenOutIsNobodys(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	issued := s.number(t, alice)
	for _, id := range []int64{issued - 1, issued + 1, 0, -1} {
		wantProblem(t, s.put(t, alice, id, of("EST-1", 1)), http.StatusNotFound, "no-such-order", "POST /orders/new")
		wantProblem(t, s.get(t, alice, id), http.StatusNotFound, "no-such-order", "POST /orders/new")
	}
	wantProblem(t, s.get(t, alice, issued), http.StatusNotFound, "no-such-order", "POST /orders/new") // nothing is ordered under it
}

func TestASessionThatIsNoneIsTurnedAway(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	good := s.cookie(t, alice)
	for name, cookie := range map[string]string{
		"none":         "",
		"another name": "session=" + strings.TrimPrefix(good, "shop_session="),
		"forged":       good[:len(good)-1] + string('A'+(good[len(good)-1]-'A'+4)%26),
		"cut":          good[:len(good)-5],
		"plain":        "shop_session=alice",
		"two of them":  good + "; " + good,
	} {
		t.Run(name, func(t *testing.T) {
			for _, q := range []request{
				{http.MethodPut, address(id), of("EST-1", 1), ""}, {http.MethodGet, address(id), "", ""},
				{http.MethodGet, "/orders", "", ""}, {http.MethodPost, "/orders/new", "", ""},
			} {
				got := s.send(t, cookie, q)
				if got.status != http.StatusUnauthorized || !strings.Contains(got.problem.Detail, "POST /session") ||
					!strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Cookie") {
					t.Errorf("%s %s: got %d %s", q.method, q.path, got.status, got.body)
				}
			}
		})
	}
	if next := s.number(t, alice); next != id+1 {
		t.Errorf("those who were turned away took numbers: the next is %d", next)
	}
}
