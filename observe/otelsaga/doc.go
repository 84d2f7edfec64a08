// Package otelsaga makes OpenTelemetry metrics of an engine: what its sagas do, what its node does
// on the store, and what stands in the store when metrics are collected. It needs the metric API
// only; exporter and SDK are yours.
//
//	metrics, err := otelsaga.New(otel.Meter("orders"), nil)
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
//
// All names, with types, units, attributes and meaning, are in docs/metrics.md. Package promsaga has
// the same for Prometheus. The names are chosen so that an exporter which follows the rules of
// OpenTelemetry for Prometheus makes of them what promsaga has, and the same dashboards and alert
// rules serve both.
//
// # Counted here, and read from the store
//
// [Metrics.Observe] and [Metrics.Measure] count what this engine does, from the start of the process
// on. They are sums of one process: add them up over all. What became durable just before a crash
// may not have been told and is missing from them. The gauges of a node (what it holds, how far its
// checkpoints are behind) are as of its last work on the store, which it does every few seconds even
// if nothing happens; saga.store.answered.timestamp says when that was.
//
// [Metrics.Watch] adds observable gauges that are read from the store when metrics are collected:
// live instances, those that need a person, and those of which nobody knows what became of a step.
// Every process on the store tells the same, also one whose engine does not run: take the maximum. A
// read is told again for some seconds, and one that takes too long is given up, so that a collection
// neither hangs nor hammers the database. What could not be read is left out, and
// saga.store.read.success is 0: an alert on these gauges must go with one on that.
//
// # Attributes
//
// Attributes are names that a program is written with: definition, step, call, outcome, status,
// reason, verb, kind. Their number is bounded by the program; an instance's id is never one of them,
// and neither is a node's. Counters are there from the start with zero, but for those of a definition
// or a step.
package otelsaga
