// Package page is the front page of the demo: the order table as something to play with. A person
// plays a row, sees what must come of it beside what did, follows the orders with their status and
// every call, and switches faults on and off. It is an [http.Handler] over a [Source], which the
// command implements; the page knows neither the shop nor its engine.
//
//	front, err := page.New(page.Config{Source: source, Environment: "SQLite"})
//	if err != nil {
//		return err
//	}
//	server := &http.Server{Addr: "127.0.0.1:8080", Handler: front}
//	server.RegisterOnShutdown(front.Close)
//
// # Addresses
//
//	GET  /                 the page
//	GET  /scenarios/{id}   one row: its script in words, expected and actual fact by fact; ?as=json
//	POST /scenarios/{id}   plays it: 303 to /#{id}, 409 while another one plays
//	POST /scenarios        plays all, one after the other: 303, 409 while that is under way
//	POST /faults           a switch, as a form with at, kind and on=1 or on=0: 303
//	POST /faults/clear     everything off: 303
//	GET  /events           server-sent events for the page that names it
//	GET  /page/...         stylesheets, script and icon
//
// ?lang=en and ?lang=ko choose the language, otherwise the browser's preference does; ?theme=light
// and ?theme=dark the colours. Whatever does not work is answered with a page, or with ?as=json a
// problem document (RFC 9457), that says what is known, what is not, and what to do next; for an
// unknown row or switch it lists those there are.
//
// # The order of things
//
// The heading is a sentence with the facts: what is not known first, then what went wrong, then
// what is normal. Signs are those of the console: solid is known, hollow is not known yet. An order
// that ends Unknown is not a failure, and some rows must end so.
//
// A row's end is held against the table by the player, not here; the page underlines the facts that
// differ. "Play all" puts every row in line and starts each as soon as none plays. It ends early if
// a row cannot be started, and says at which.
//
// # Live
//
// Everything works by reload and by forms. With script, a stream replaces what has changed, drawn
// from the same templates. Streams look at the Source twice a second, share what one of them read,
// and cost nothing while nobody listens; at most 32 are open at once. Nothing moves under the
// reader: the newest order has a place of its own above the list, and newer ones than the list has
// are counted in a link. A message leaves at least every two and a half seconds, so that silence
// tells a page that it is no longer live. While the orders cannot be read, because a row has just
// killed the shop, the page says that it does not know and keeps the rest true.
//
// # What the browser may do
//
// Pages run under the console's content security policy: this program's own files, no inline script
// or style. Requests that change something are refused if another origin's page made them
// ([http.CrossOriginProtection]); forms are limited to 4 KiB. There are no users: listen on the
// loopback address only.
package page
