package order_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/seosa-dev/saga/systems/fault"
)

// liar stands before the catalog: it lets the next replies be made and tells something else instead.
type liar struct {
	mu    sync.Mutex
	left  int
	tells func(w http.ResponseWriter, reply *httptest.ResponseRecorder)
}

func (l *liar) around(catalog http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		tells := l.tells
		l.left--
		truth := l.left < 0
		l.mu.Unlock()
		if truth {
			catalog.ServeHTTP(w, r)
			return
		}
		reply := httptest.NewRecorder()
		catalog.ServeHTTP(reply, r)
		tells(w, reply)
	})
}

func (l *liar) next(times int, tells func(http.ResponseWriter, *httptest.ResponseRecorder)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left, l.tells = times, tells
}

// alter changes a word of the next replies. A reply without the word fails the test: it would be
// passed on as it is.
func (l *liar) alter(t *testing.T, times int, old, changed string) {
	l.next(times, func(w http.ResponseWriter, reply *httptest.ResponseRecorder) {
		if !bytes.Contains(reply.Body.Bytes(), []byte(old)) {
			t.Errorf("the catalog's reply %s has no %s", reply.Body, old)
		}
		w.Header().Set("Content-Type", reply.Header().Get("Content-Type"))
		w.WriteHeader(reply.Code)
		_, _ = w.Write(bytes.ReplaceAll(reply.Body.Bytes(), []byte(old), []byte(changed)))
	})
}

// A reply that is not about this order's key, or not about its goods, settles nothing: the catalog
// is asked.
func TestAnswersAboutOtherThingsSettleNothing(t *testing.T) {
	t.Parallel()
	var l liar
	s := newShop(t, options{door: l.around})
	for name, c := range map[string][2]string{
		"another key":      {`"key":"1`, `"key":"2`},
		"no key":           {`"key":"`, `"lock":"`},
		"another state":    {`"APPLIED"`, `"REVERTED"`},
		"no such state":    {`"APPLIED"`, `"HELD"`},
		"another quantity": {`"quantity":3`, `"quantity":2`},
		"another item":     {`"EST-1"`, `"EST-2"`},
		"no lines":         {`"lines":`, `"rows":`},
		"no reply":         {`"reply":`, `"said":`},
		"no JSON":          {`{"key"`, `<key>`},
		"a line too many":  {`"lines":[`, `"lines":[{"item":"EST-2","quantity":1,"unitPrice":1},`},
		"a line twice":     {`"lines":[`, `"lines":[{"item":"EST-1","quantity":3,"unitPrice":1},`},
		"a negative price": {`"unitPrice":`, `"unitPrice":-`},
		"a mad price":      {`"unitPrice":1650`, `"unitPrice":9000000000000000000`},
	} {
		t.Run(name, func(t *testing.T) {
			id := s.number(t, alice)
			s.faults.Forget()
			l.alter(t, 1, c[0], c[1])
			got := s.put(t, alice, id, of("EST-1", 3))
			wantStatus(t, got, http.StatusCreated)
			if got.view.Total != 3*1650 {
				t.Errorf("got %s", got.body)
			}
			s.wantCalls(t, numbered(id, []string{"decrement 1 OK", "check 1 OK"})...)
		})
	}
	s.wantMessages(t, 0)
	s.wantStock(t, "EST-1", seeded-3*13)
}

// A refusal is none either unless it is about this order's key; without an answer that is, the
// order is unknown.
func TestAnswersAboutOtherThingsLeaveTheOrderUnknown(t *testing.T) {
	t.Parallel()
	var l liar
	s := newShop(t, options{door: l.around})
	id := s.number(t, alice)
	l.alter(t, 2, `"key":"1000/1/stock"`, `"key":"1001/1/stock"`)
	wantUnknown(t, s.put(t, alice, id, of("EST-1", seeded+1)))
	s.wantCalls(t, numbered(id, []string{"decrement 1 NO", "check 1 NO"})...)
	wantProblem(t, s.put(t, alice, id, of("EST-1", seeded+1)), http.StatusConflict, "out-of-stock", "Ask for fewer")
	s.wantCalls(t, numbered(id, []string{"check 1 NO"})...)
}

// What somebody between the two services says is not the catalog's word.
func TestAnAnswerThatIsNotTheCatalogsIsUnknown(t *testing.T) {
	t.Parallel()
	var l liar
	s := newShop(t, options{door: l.around})
	for _, status := range []int{200, 204, 302, 401, 403, 404, 409, 429, 502, 504} {
		id := s.number(t, alice)
		s.faults.Forget()
		l.next(1, func(w http.ResponseWriter, _ *httptest.ResponseRecorder) { w.WriteHeader(status) })
		got := s.put(t, alice, id, of("EST-1", 3))
		if got.status != http.StatusCreated {
			t.Errorf("after a %d: %d %s", status, got.status, got.body)
		}
		s.wantCalls(t, numbered(id, []string{"decrement 1 OK", "check 1 OK"})...)
	}
}

// An invented refusal of the participant's kind fails the order; its key stays open at the catalog,
// and the next attempt has another.
func TestARefusalOnTheWireFailsTheOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	s.faults.Forget()
	s.arm(t, fault.Fault{At: decrement, Kind: fault.Refuse})
	wantProblem(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusConflict, "refused", "under a new key")
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusCreated)
	s.wantCalls(t, numbered(id, []string{"decrement 1 NO", "decrement 2 OK"})...)
	s.wantStock(t, "EST-1", seeded-3)
}
