// Command peers measures the saga engine beside other engines that keep their work in PostgreSQL.
// It is a module of its own, so that they are nobody else's dependencies.
//
//	make bench-peers
//	make bench-peers BENCH="-rounds 1 -seconds 1 -c 16 -w W1"
//	make bench-peers BENCH="-o ../results"    # its folder is bench/peers
//
// Workloads, method, figures and checks are those of the command bench, next door; read its
// documentation first. All contestants run in turn on one server within one run. Each peer has its
// documented way of writing a saga, and its defaults unless said otherwise here.
//
// # DBOS
//
// DBOS Transact for Go runs a workflow with one step for each call; a refusal makes the workflow
// run a step for each undo. The outcome of each step is durable before the next begins. Its system
// tables are in the schema of the case. Its pool may have 20 connections, which is its default; with
// 128 connections for 128 callers it was only half as fast.
//
// # DTM
//
// DTM is a server. It runs as a process of its own, which is this program once more, with its data
// in the schema of the case. Its pool may have 20 connections; its default is 500, and with 128 it
// was slower. Its HTTP clients keep as many connections as there are callers; by default they keep
// three. A saga is submitted with WaitResult, so that the answer comes when it has ended. Its steps are always HTTP requests: in W1
// and W3 they go to a listener in this process, in W2 to the participant's. By default DTM tells the
// database of a step's outcome later, in batches; "DTM, durable per step" sets UpdateBranchSync, and
// is what the engine without replayable steps should be compared with.
//
// DTM undoes the step that refused as well, and leaves it to the participant to find nothing to undo.
// In W3 the fourth step therefore has no compensation.
//
// The processor time of DTM's server is part of the client's.
package main
