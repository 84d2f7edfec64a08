package console

import (
	"net/http"

	"github.com/seosa-dev/saga"
)

// specimenView is every part and every state on one page.
type specimenView struct {
	listView
	Marks    []statusView
	Empty    listView
	Problems []problemView
	Stories  []specimenStory
}

type specimenStory struct {
	Heading string
	Story   storyView
}

func (c *Console) specimen(w http.ResponseWriter, r *http.Request, v viewer) {
	v.describe = nil // the samples are not the user's
	view := specimenView{}
	view.frameView = c.frame(r, v, v.Say("specimen.title"))
	view.Marks = v.allMarks()
	view.Empty = listView{frameView: view.frameView, Query: listQuery{ID: "so-10"}, EmptyHead: v.Count("list.empty.filter", 1)}
	view.Complaints = v.complaints([]complaint{{"notice.parameter", "stauts", "unknown"}})
	view.Problems = []problemView{c.specimenProblem(view.frameView)}
	for _, sample := range samples() {
		s := tell(sample.in, sample.events, sample.now)
		s.Unheard = sample.sent
		view.Rows = append(view.Rows, v.rowOf(s))
		view.Stories = append(view.Stories, specimenStory{v.Say("specimen.story." + sample.name), v.storyView(s, sample.name+"-")})
	}
	c.render(w, http.StatusOK, "specimen.html", view)
}

func (c *Console) specimenProblem(f frameView) problemView {
	v := f.viewer
	return problemView{frameView: f, Heading: v.Say("problem.source.title"), Tape: true, Retry: v.link("specimen"),
		Kno: kno{speaker: v.speaker, Known: []string{v.Say("problem.source.known")},
			NotKnown: []string{v.Say("problem.source.notknown", "time", f.Now)}, Next: []string{v.Say("problem.source.next")}}}
}

func (v viewer) allMarks() []statusView {
	var all []statusView
	for _, s := range standings() {
		all = append(all, v.Status(s.mark(), false))
	}
	for _, o := range []saga.Outcome{saga.Succeeded, saga.Refused, saga.NotDone, saga.Pending, saga.NotNeeded, saga.Unknown} {
		all = append(all, v.Status(outcomeMark(o), false))
	}
	for _, m := range []saga.Mark{saga.NotStarted, saga.TakenBack, saga.Skipped, saga.LeftBehind, saga.PassedOver, saga.Awaited} {
		all = append(all, v.Status(stepMark(m, false), false))
	}
	return append(all, v.Status(newMark("parked", "parked", "outcome.waiting"), false), v.Status(newMark("start", "start", "outcome.recorded"), false),
		v.Status(handMark(&saga.Hand{Verb: saga.Retry}, false), false))
}
