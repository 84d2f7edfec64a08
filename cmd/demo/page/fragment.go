package page

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// errStreamAddress marks a stream that no page asks for.
var errStreamAddress = errors.New("page: no page has this stream; reload the page that asked for it")

// fragment is a part of a page that a stream keeps true: the template that drew it, and its data.
type fragment struct {
	ID, Template string
	Data         any
}

// moving chooses the fragments of the page that opens a stream.
func (v reader) moving(r *http.Request) (func(f *facts) []fragment, error) {
	q := r.URL.Query()
	if id := q.Get("row"); id != "" {
		row, ok := rowOf(id)
		if !ok {
			return nil, errStreamAddress
		}
		return func(f *facts) []fragment { return v.oneFragments(row, f) }, nil
	}
	newest, err := strconv.ParseInt(q.Get("newest"), 10, 64)
	if err != nil {
		return nil, errStreamAddress
	}
	return func(f *facts) []fragment { return v.frontFragments(f, newest) }, nil
}

func (v reader) oneFragments(row scenario.Row, f *facts) []fragment {
	return []fragment{{"result", "result", v.resultView(row, f)}}
}

// frontFragments are those of the front page. Which orders it lists was decided when it was drawn:
// up to the newest then. A newer one is shown in the place of the latest and otherwise counted, so
// that nothing moves under the reader.
func (v reader) frontFragments(f *facts, newest int64) []fragment {
	list := []fragment{{"fact", "fact", v.factView(f)}, {"play", "play", v.playView(f)}}
	for _, row := range v.rowViews(f) {
		list = append(list, fragment{row.ID, "row", row})
	}
	latest := v.latestView(f)
	if latest.Order != nil {
		latest.Order.Open = false // the script keeps what the reader opened
	}
	list = append(list, fragment{"latest", "latest", latest})
	newer := newerView{reader: v}
	for i, o := range f.Orders {
		if o.ID > newest {
			newer.New++
			continue
		}
		view := v.orderView(o)
		view.Open, view.Hidden = false, i == 0
		list = append(list, fragment{view.HTMLID, "order", view})
	}
	list = append(list, fragment{"newer", "newer", newer}, fragment{"faultbar", "faultbar", v.faultsView(f)})
	for _, g := range v.groups(f) {
		for _, s := range g.Switches {
			list = append(list, fragment{s.HTMLID, "switch", s})
		}
	}
	return list
}
