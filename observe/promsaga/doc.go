// Package promsaga makes Prometheus metrics of an engine: what its sagas do, what its node does on
// the store, and what stands in the store when somebody scrapes.
//
//	metrics, err := promsaga.New(prometheus.DefaultRegisterer, nil)
//	if err != nil {
//		return err
//	}
//	engine, err := saga.New(store, &saga.Config{Observe: metrics.Observe, Measure: metrics.Measure}, order)
//	if err != nil {
//		return err
//	}
//	if err := metrics.Watch(engine); err != nil {
//		return err
//	}
//	http.Handle("/metrics", promhttp.Handler())
//
// All names, with types, labels, meaning and ready alert rules, are in docs/metrics.md. Package
// otelsaga has the same for OpenTelemetry, under the same names with dots.
//
// # Counted here, and read from the store
//
// [Metrics.Observe] and [Metrics.Measure] count what this engine does, from the start of the process
// on. They are sums of one process: add them up over all. What became durable just before a crash
// may not have been told and is missing from them. The gauges of a node (what it holds, how far its
// checkpoints are behind) are as of its last work on the store, which it does every few seconds even
// if nothing happens; saga_store_answered_timestamp_seconds says when that was.
//
// [Metrics.Watch] adds gauges that are read from the store when the registry is gathered: live
// instances, those that need a person, and those of which nobody knows what became of a step. Every
// process on the store tells the same, also one whose engine does not run: take the maximum. A read
// is told again for some seconds, and one that takes too long is given up, so that a scrape neither
// hangs nor hammers the database. What could not be read is left out, and saga_store_read_success
// is 0: an alert on these gauges must go with one on that.
//
// # Labels
//
// Labels are names that a program is written with: definition, step, call, outcome, status, reason,
// verb, kind. Their number is bounded by the program; an instance's id is never one of them, and
// neither is a node's. Counters are there from the start with zero, but for those of a definition or a
// step. An instance in trouble is found with the command line or the console.
package promsaga
