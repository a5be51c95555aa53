# Needs Go 1.26 and make.

# What the program says about itself. Everything but the version is left out
# where there is no git.
VERSION  ?= $(shell { cat VERSION || git describe --tags --always --dirty || echo devel; } 2>/dev/null | sed 's/^v//')
REVISION ?= $(shell git rev-parse HEAD 2>/dev/null)
BRANCH   ?= $(shell git rev-parse --abbrev-ref HEAD 2>/dev/null)
STAMP     = github.com/prometheus/common/version
LDFLAGS   = -X '$(STAMP).Version=$(VERSION)' -X '$(STAMP).Revision=$(REVISION)' -X '$(STAMP).Branch=$(BRANCH)' \
            -X '$(STAMP).BuildUser=$(shell id -un)@$(shell uname -n)' -X '$(STAMP).BuildDate=$(shell date -u +%Y%m%d-%H:%M:%S)'

# For tests. The race detector needs cgo, which go switches off where there is no
# C compiler.
RACE      ?= $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)
TIMEOUT   ?= 10m
TESTFLAGS ?=
FUZZTIME  ?= 30s

# What tocsin is measured beside; empty: nothing.
PEER       ?= /usr/bin/prometheus-alertmanager
BENCHFLAGS ?=
PROFILES   ?= bin/profiles

# The version is in the name of the file, so that a new one is installed when
# this line changes.
LINT_VERSION = v2.15.0
LINT         = bin/golangci-lint-$(LINT_VERSION)

.DEFAULT_GOAL := help
.PHONY: help run run-ha build test check lint fmt bench bench-once bench-peer bench-growth bench-tops fuzz e2e compare clean

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "make %-12s  %s\n", $$1, $$2 }'

run: build ## build and start on :9093 with the built-in configuration; ARGS='--help' passes flags
	bin/tocsin $(ARGS)

build: ## build bin/tocsin and bin/tocsinctl
	go build -buildvcs=false -trimpath -ldflags "$(LDFLAGS)" -o bin/ ./cmd/tocsin ./cmd/tocsinctl

run-ha: build ## build and start three replicas on :9093, :9094, :9095, and a webhook that prints who told it what
	go build -buildvcs=false -trimpath -o bin/webhook ./examples/ha/receiver
	examples/ha/run.sh $(ARGS)

test: ## run all tests; those of test/e2e need Debian's prometheus and amtool, or are skipped
	go test $(RACE) -timeout $(TIMEOUT) $(TESTFLAGS) ./...
	$(if $(RACE),go test -timeout $(TIMEOUT) $(TESTFLAGS) -run TestManySeeds ./test/sim)

check: lint test bench-once ## what CI runs: lint, vet, tidy, all tests, each benchmark once

lint: $(LINT) ## format, vet, lint, and whether go.mod is tidy; changes nothing
	$(LINT) run ./...
	go vet ./...
	go mod tidy -diff

fmt: $(LINT) ## format the code
	$(LINT) fmt

bench: ## run the benchmarks
	go test -run '^$$' -bench . -benchmem ./...

bench-once: ## run each benchmark once, to see whether it works
	go test -short -run '^$$' -bench . -benchtime 1x $$(grep -rl --include='*_test.go' '^func Benchmark' . | xargs dirname | sort -u)

bench-peer: build ## measure tocsin beside the Alertmanager PEER=; BENCHFLAGS=-quick takes a minute, -help lists more
	go build -buildvcs=false -o bin/bench ./test/bench
	bin/bench -tocsin bin/tocsin -peer '$(PEER)' $(BENCHFLAGS)

bench-growth: build ## measure how costs grow with alerts, routes, silences and rules, in ten minutes; BENCHFLAGS=-quick takes one
	go build -buildvcs=false -o bin/bench ./test/bench
	bin/bench -growth -tocsin bin/tocsin $(BENCHFLAGS)

# Of each profile: the share of a function, the share with what it calls, its name.
# Of what waits only tocsin's own functions: most of the rest waits for work.
bench-tops: ## print the top of the profiles in PROFILES=, where BENCHFLAGS='-profile DIR' has put them
	@for f in '$(PROFILES)'/*.pb.gz; do \
		case "$$f" in *.mutex.*|*.block.*) how='-focus=tocsin-alerting -show=tocsin-alerting' ;; *) how= ;; esac; \
		printf '\n%s\n' "$$(basename "$$f" .pb.gz)"; \
		go tool pprof -top -nodecount=10 $$how "$$f" 2>/dev/null | awk 'top && $$1 != "0" { sub("github.com/tocsin-alerting/tocsin/", "", $$6); printf "%8s %8s  %s\n", $$2, $$5, $$6 } $$1 == "flat" { top = 1 }'; \
	done

# The go command fuzzes one target at a time. It is asked for the names first:
# for each package it prints them, and then a line with the package.
fuzz: ## fuzz every target for FUZZTIME (30s)
	@list=$$(go test -list '^Fuzz' ./...) || { echo "$$list"; exit 1; }; \
	echo "$$list" | awk '/^Fuzz/ { name[n++] = $$1 } /^ok/ { for (i = 0; i < n; i++) print $$2, name[i]; n = 0 }' | \
	while read -r package name; do \
		echo "== $$package $$name"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x "$$package" </dev/null || exit 1; \
	done

e2e: ## run the end-to-end tests, and fail if the programs that they need are missing
	TOCSIN_E2E_REQUIRED=1 go test $(RACE) -timeout $(TIMEOUT) -count=1 -v ./test/e2e/...

compare: ## play the same timelines against Debian's prometheus-alertmanager and tocsin
	TOCSIN_COMPARE=1 TOCSIN_COMPARE_REQUIRED=1 go test -count=1 -parallel=32 -timeout $(TIMEOUT) ./test/compare/

clean: ## remove what was built
	rm -rf bin dist

$(LINT):
	GOBIN=$(CURDIR)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	mv bin/golangci-lint $@
