# `make` lists the targets. Everything else they need, they install below .cache.

GOLANGCI := .cache/bin/golangci-lint
GOLANGCI_VERSION := v2.15.0

.DEFAULT_GOAL := help
.PHONY: help demo test check bench bench-peers kills fuzz explore simulate

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## four stories in the terminal, then a page to play on
	go run ./cmd/demo

# What is explored exhaustively runs on one goroutine: the race detector finds nothing there, and takes long. The
# kills of the ticketing system go by the time that services have, which the detector takes away.
test: ## all tests with the race detector, on a PostgreSQL and a Redis of their own; then each fuzz target for FUZZTIME, 30s
	@command -v cc >/dev/null || command -v gcc >/dev/null || { echo "the race detector needs a C compiler: install gcc, on Debian: apt-get install gcc libc6-dev"; exit 1; }
	CGO_ENABLED=1 FUZZTIME="$${FUZZTIME:-30s}" .ci/servers run sh -c 'go test -race -timeout 20m $$(go list ./... | grep -v -e /sagatest/internal/ -e /ticketing/killtest -e /ticketing/stage) && go test -timeout 20m . ./sagatest/internal/... ./systems/ticketing/killtest ./systems/ticketing/stage && .ci/fuzz'

check: $(GOLANGCI) ## formatting, vet and linters
	@test -z "$$(gofmt -l .)" || { echo "not formatted:"; gofmt -l .; exit 1; }
	go mod tidy -diff
	go vet ./...
	$(GOLANGCI) run ./...

bench: ## sagas per second on PostgreSQL beside hand-written loops; checks every outcome; BENCH="-h" for more
	.ci/servers run go run ./bench -store postgres $(BENCH)

bench-peers: ## the same beside DBOS and DTM
	.ci/servers run sh -c 'cd bench/peers && go run . $(BENCH)'

kills: ## SIGKILL before and after every durable write of the shop and of the ticketing system, with the counts; 100,000 order numbers; an engine, a participant and their relay; nodes on PostgreSQL
	SHOP_KILLS=5 go test -count=1 -v -run TestKilled ./systems/shop/killtest
	TICKET_KILLS=100 go test -count=1 -v -timeout 30m ./systems/ticketing/killtest
	SHOP_NUMBERS=100000 go test -count=1 -v -run TestNumbers ./systems/shop/racetest
	MESSAGE_KILLS=200 .ci/servers run go test -count=1 -v -timeout 30m ./participant/killtest
	NODES_FAULTS=100 .ci/servers run go test -count=1 -timeout 60m -v ./postgres/nodetest

fuzz: ## a minute for each fuzz target, two at a time; FUZZTIME and FUZZ (a pattern) change that
	@FUZZTIME="$${FUZZTIME:-60s}" .ci/fuzz

explore: ## every fault in over 100,000 schedules for each of seven sagas, and planted bugs to be caught
	go run ./sagatest/internal/explore

simulate: ## 20,000 random schedules of faults; SAGA_SCHEDULES changes the number
	SAGA_SCHEDULES=$${SAGA_SCHEDULES:-20000} go test -count=1 -timeout 60m -run Schedules -v .

$(GOLANGCI):
	GOBIN=$(CURDIR)/.cache/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
