package main

import "github.com/seosa-dev/saga/bench/internal/load"

func main() { load.Main("go run ./bench", stores()...) }

// stores are what can be chosen with -store.
func stores() []load.Store { return []load.Store{onSQLite(), onPostgres()} }
