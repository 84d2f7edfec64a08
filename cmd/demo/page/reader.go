package page

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/seosa-dev/saga/console"
	"github.com/seosa-dev/saga/systems/fault"
)

// reader is whoever reads: the language, and what every link carries on.
type reader struct {
	console.Speaker
	carried url.Values // lang and theme, if the address has them
}

func (p *Page) reader(r *http.Request) reader {
	v := reader{Speaker: p.kit.Speaker(r, p.config.Location), carried: url.Values{}}
	q := r.URL.Query()
	if lang := q.Get("lang"); lang == v.Lang {
		v.carried.Set("lang", lang)
	}
	if theme := q.Get("theme"); theme == "light" || theme == "dark" {
		v.carried.Set("theme", theme)
	}
	return v
}

// Link writes an address of this program with parameters, and with language and theme if the
// present address has them.
func (v reader) Link(path string, pairs ...string) string {
	q := url.Values{}
	for name, values := range v.carried {
		q[name] = values
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// Theme is what the address forces; "" follows the system.
func (v reader) Theme() string { return v.carried.Get("theme") }

// known returns the sentence of a key that is put together, or other if there is none.
func (v reader) known(key, other string) string {
	if s := v.Say(key); s != "⟦"+key+"⟧" {
		return s
	}
	return other
}

// Money writes US cents.
func (v reader) Money(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "−", -cents
	}
	return fmt.Sprintf("%s$%s.%02d", sign, v.Number(int(cents/100)), cents%100)
}

// When writes a moment: the time of day, with the date in front unless that is today.
func (v reader) When(t time.Time) string {
	if day := v.Day(t, time.Now()); day != "" {
		return day + " " + v.Clock(t)
	}
	return v.Clock(t)
}

// place is the short name of where a call goes wrong.
func (v reader) place(at string) string { return v.known("call."+at, at) }

// goesWrong says what a fault does where it is.
func (v reader) goesWrong(f fault.Fault) string {
	return v.known("fault."+f.At+"."+string(f.Kind), v.Say("step.fault", "at", v.place(f.At), "kind", f.Kind))
}

// sign is a mark of the console with its word. Solid marks say that a fact is known, hollow ones
// that it is not.
type sign struct {
	Symbol, Word string
	Strong       bool
}

// orderSign is an OrderRetryStatus.
func (v reader) orderSign(status string) sign {
	symbol := map[string]string{"Success": "ok", "Fail": "no", "Unprocessed": "run", "Unknown": "unknown"}[status]
	if symbol == "" {
		symbol = "none"
	}
	return sign{Symbol: symbol, Word: v.known("order."+status, status)}
}
