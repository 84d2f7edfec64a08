// Package console shows people what the sagas of an engine are doing: an [http.Handler] with pages
// in English and Korean, the same facts as JSON, and live updates.
//
// Mount it beside a service's own handler:
//
//	pages, err := console.New(engine, &console.Config{Environment: "demo · SQLite"})
//	if err != nil {
//		return err
//	}
//	server := &http.Server{Addr: "127.0.0.1:8080", Handler: pages}
//	server.RegisterOnShutdown(pages.Close)
//
// The console only reads. It asks a [Source] for instances, histories, counts and what was sent to
// instances, and keeps nothing of its own; any number of consoles may read one source. It has no users and no passwords: put it
// behind whatever guards your other internal pages, because states and error texts of participants
// appear on it word for word.
//
// # Pages
//
//	/transactions          the list: newest first, by status, definition or id; 25 on a page; what
//	                       needs a person is explained
//	/transactions/{id}     one instance: what is known, what is not, what comes next, what was sent
//	                       to it and not applied, and its history
//	/specimen              every part and every state, from the same templates
//	/stream                live updates of the page that names it
//
// Every choice is in the address, so an address can be sent: ?status=unknown,attention chooses
// statuses, ?before= is where a page begins, ?lang=en and ?lang=ko choose the language (otherwise
// the browser's preference does), ?theme=light and ?theme=dark the colours, ?as=json answers with
// JSON. A parameter that a page does not know, or that comes twice, is named in a notice, and the
// list then stays empty: a wider list than was asked for could be taken for the answer.
//
// # What the words mean
//
// The statuses are those of [saga.Status] with one taken apart: an instance is unknown while it goes
// on and nobody can say of some step whether it took effect. Unknown is neither a failure nor a
// kind of running: it is what a person asks about first. "Needs attention" means that the engine
// has done what is safe and a person decides. An instance that needs attention may be unknown as
// well; it then counts among the unknown and is listed under both.
//
// Whatever has not ended is explained in one sentence: what is not known, since when, what was
// tried, what comes by itself and what a person can do. In English it is [saga.Instance.Explain] to
// the byte, with times in UTC, so that it can be found again on a command line; the rest of a page
// has its own time zone.
//
// What a person did stands in the history with verb, name and reason. A step that was skipped keeps
// a hollow mark for ever, and so does one whose undo was skipped: nobody knows what stands there.
//
// Signs follow one rule: what is solid is known, what is hollow or hatched is not known yet. A
// single line leads forward, a double line back, a dotted line waits to ask again. When a node is
// taken over in the middle of a step, nobody knows whether that step was called. The drawing shows
// the time since the last recorded entry as an unknown call, and the history says so.
//
// What is shown comes from the source's rows and may be behind the journal by one checkpoint; the
// foot of every page says so, and every age is counted on this process's clock.
//
// # Live updates
//
// A page that can still change opens a stream of server-sent events. Once a second the console
// reads the source, draws the page's parts anew from the templates that drew the page, and sends
// those that differ. Rows never move under a reader: instances that started later are counted in
// a link. A page that has heard nothing for five seconds says since when it is not live. At most
// 64 streams are open at once, and a page in the background gives its stream up. Without script
// everything works by reload.
//
// # What the browser may do
//
// Pages run under a content security policy that admits this handler's own files only, no inline
// script or style, so that an id or an error text with markup in it is text. Files carry a hash in
// their names and may be kept for ever; pages are not stored. Only GET and HEAD are answered.
package console
