package audit_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/audit"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

func TestASoundSystemHasNoViolations(t *testing.T) {
	t.Parallel()
	got := check(t, open(t, audit.Config{Folder: sound(t)}))
	if !got.Quiet || len(got.Violations)+len(got.Attention)+len(got.InDoubt)+len(got.NotQuiet) != 0 {
		t.Errorf("got %+v", got)
	}
	s := got.Summary
	if s.Charges != 300_000 || s.Balances != 150_000 || s.Payments != 150_000 || s.Refunds != 50_000 || s.Waiting+s.Dead != 0 {
		t.Errorf("the money is %+v", s)
	}
	if s.Seats != (audit.Seats{Sold: 3, Held: 1, Free: 6}) {
		t.Errorf("the seats are %+v", s.Seats)
	}
	for _, c := range []struct {
		what      string
		got, want map[string]int64
	}{
		{"payments", s.PaymentsBy, map[string]int64{"COMPLETED": 2, "FAILED": 1, "CANCELLED": 1}},
		{"reservations", s.Reservations, map[string]int64{"PAYMENT_COMPLETED": 3, "PAYMENT_PENDING": 1, "RESERVATION_CANCELLED": 2}},
		{"tokens", s.Tokens, map[string]int64{"COMPLETED": 2, "ACTIVE": 3, "WAITING": 1}},
		{"sagas", s.Sagas, map[string]int64{"COMPLETED": 2, "FAILED": 1, "COMPENSATED": 1}},
	} {
		if !maps.Equal(c.got, c.want) {
			t.Errorf("the %s are %v, want %v", c.what, c.got, c.want)
		}
	}
	if text, err := json.Marshal(got); err != nil || !strings.Contains(string(text), `"quiet":true`) {
		t.Errorf("as JSON: %s %v", text, err)
	}
}

const letter = `insert into saga_outbox (id, source, type, key, correlation, causation, trace, written, dead, error)
	values ('m-1', '/ticketing/user', 'BalanceDebited', 's-1', 's-1', '', '', 1, `

// What is under way keeps the files from being judged together, and no wrong sum is called a violation then.
func TestWhatIsUnderWayIsListedAndNotJudged(t *testing.T) {
	t.Parallel()
	folder, carl := sound(t), orchestrator.SagaID("carl", "p-1")
	live := func(status string) string {
		return `update saga_instance set status = '` + status + `', live = 1,
			data = cast(replace(replace(cast(data as text), '"s":"compensated"', '"s":"` + status + `"'), '"z":true,', '') as blob) where id = '{carl}'`
	}
	for _, c := range []struct {
		name, service, statements string
		why                       string
		attention, doubt          []string
	}{
		{"a message waits", "user", letter + `0, '')`, "1 messages of user are not delivered", nil, []string{"message m-1"}},
		{"a message was given up", "user", letter + `1, 'nobody there')`, "1 messages of user are not delivered", []string{"message m-1"}, nil},
		{"an end was not told", "orchestrator", `update payment_saga set told_at = null where id = '{carl}'`, "the end of 1 sagas was not told", nil, []string{"saga " + carl}},
		{"a saga runs", "orchestrator", live("compensating"), "1 sagas have not ended", nil, []string{"saga " + carl}},
		{"a saga needs attention", "orchestrator", live("needs attention"), "1 sagas have not ended", []string{"saga " + carl}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			into := copied(t, folder)
			plant(t, into, c.service, c.statements)
			plant(t, into, "payment", `update payment set status = 'FAILED' where status = 'COMPLETED'; delete from payment_history; delete from saga_ledger`)
			plant(t, into, "payment", `insert into payment_history select id, 1, 'PENDING', '', 1 from payment;
				insert into payment_history select id, 2, 'FAILED', '', 1 from payment; update payment set status = 'FAILED', refunded_at = null`)
			got := check(t, open(t, audit.Config{Folder: into}))
			if got.Quiet || !slices.Equal(got.NotQuiet, []string{c.why}) || len(got.Violations) != 0 {
				t.Errorf("quiet: %v; %q; %q", got.Quiet, got.NotQuiet, got.Violations)
			}
			if !slices.Equal(named(got.Attention), c.attention) || !slices.Equal(named(got.InDoubt), c.doubt) {
				t.Errorf("attention %+v, in doubt %+v", got.Attention, got.InDoubt)
			}
			plant(t, into, "user", `update balance set amount = amount + 1 where user = 'mina'`)
			if got := check(t, open(t, audit.Config{Folder: into})); len(got.Violations) != 1 || got.Violations[0].Invariant != "I-A1" {
				t.Errorf("what one file says was not judged: %q", got.Violations)
			}
		})
	}
}

func named(all []audit.Matter) (names []string) {
	for _, m := range all {
		names = append(names, m.Kind+" "+m.ID)
	}
	return names
}

// Whether something has stood for too long is judged by who knows that the services run.
func TestTimesAreJudgedIfTheyAreGiven(t *testing.T) {
	t.Parallel()
	folder := sound(t)
	later := func() time.Time { return time.Now().Add(time.Hour) }
	got := check(t, open(t, audit.Config{Folder: folder, Now: later}))
	if len(got.Violations) != 0 || !slices.Equal(named(got.Attention), []string{"hold 4"}) {
		t.Errorf("without a time: %+v", got)
	}
	got = check(t, open(t, audit.Config{Folder: folder, Now: later, Sweep: time.Minute}))
	if len(got.Violations) != 1 || got.Violations[0].Invariant != "I-A10" {
		t.Errorf("with a time for the sweep: %q", got.Violations)
	}
	plant(t, folder, "orchestrator", `update payment_saga set told_at = null where id = '{bob}'`)
	for patience, want := range map[time.Duration]int{0: 0, 2 * time.Hour: 0, time.Minute: 1} {
		got = check(t, open(t, audit.Config{Folder: folder, Now: later, Patience: patience}))
		if len(got.Violations) != want || want == 1 && got.Violations[0].Invariant != "I-A3" {
			t.Errorf("with a patience of %v: %q", patience, got.Violations)
		}
	}
}

// A limit that an administrator has lowered throws nobody out.
func TestALoweredLimitIsForPeople(t *testing.T) {
	t.Parallel()
	folder := sound(t)
	if got := check(t, open(t, audit.Config{Folder: folder, Limit: 1})); len(got.Violations) != 1 || got.Violations[0].Invariant != "I-A8" {
		t.Errorf("with a limit of one: %+v", got.Violations)
	}
	plant(t, folder, "queue", `insert into queue_rule values (1, 1, 0, 0)`)
	if got := check(t, open(t, audit.Config{Folder: folder, Limit: 1})); len(got.Violations) != 0 || !slices.Equal(named(got.Attention), []string{"line 1"}) {
		t.Errorf("with a limit of an administrator's: %+v", got)
	}
}
