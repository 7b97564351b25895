# `make help` lists the targets. Every target that builds installs what is missing first.
SWIFT ?= swift
DEBS = libzmq3-dev libsqlite3-dev libsimdjson-dev libzstd-dev libsodium-dev tzdata
RELEASE = -c release -Xswiftc -cross-module-optimization
ONCE ?=

SEED ?= 1
RUNS ?= 1000
SECONDS ?= 60
ONLY ?=
ROUNDS ?= 300
MINUTES ?= 60
OPTIONS ?=

.PHONY: help setup build run test check rules bench bench-soak bench-peers simulate mutations fuzz nightly golden clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: ## install missing system packages (apt, with sudo where needed)
	@Tests/setup.sh $(DEBS)

build: setup ## build the command for use: .build/release/fenghuo
	@$(SWIFT) build $(RELEASE) --product fenghuo

run: build ## start a platform, play a day of the city, show the alarms; ONCE=1 ends after the day
	@.build/release/fenghuo demo $(if $(ONCE),--once)

test: setup ## run every test
	@$(SWIFT) test

check: setup ## the gate before a commit: layout, every test, the shipped rules
	@$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources
	@$(SWIFT) test
	@$(SWIFT) run fenghuo rules check rules
	@$(SWIFT) run fenghuo rules test rules
	@$(SWIFT) run fenghuo rules index rules --check rules/README.md

rules: build ## check and test the shipped rules
	@.build/release/fenghuo rules check rules
	@.build/release/fenghuo rules test rules

simulate: setup ## run the platform on a simulated machine: SEED=1 RUNS=1000 (docs/testing.md)
	@$(SWIFT) build $(RELEASE) --product simulate
	@.build/release/simulate --seed $(SEED) --runs $(RUNS) $(OPTIONS)

mutations: setup ## plant known bugs one by one and show which seed of the simulator finds each, twenty minutes
	@Tests/Simulator/mutations.sh .build/mutations 500

fuzz: setup ## give changed input to all that reads what others wrote: SEED=1 SECONDS=60 ONLY=cel (docs/testing.md)
	@$(SWIFT) build --product fuzz
	@.build/debug/fuzz --seed $(SEED) --seconds $(SECONDS) $(if $(ONLY),--only $(ONLY))

nightly: setup ## what takes hours: ROUNDS=300 of kill -9 and other signals, 2,000 seeds, every call of the disk, mutations, fuzzing
	@FENGHUO_KILL_ROUNDS=$(ROUNDS) $(SWIFT) test --filter KillRoundsTests
	@$(MAKE) simulate RUNS=2000 && $(MAKE) simulate OPTIONS="--every-call 1"
	@$(MAKE) mutations
	@$(MAKE) fuzz SECONDS=3600

golden: ## write the alarms of the shipped day anew: fixtures/day/alarms.golden
	@GOLDEN=1 $(SWIFT) test --filter GoldenDay

clean: ## remove what was built
	@$(SWIFT) package clean

bench: setup ## measure speed and size beside their targets (docs/performance.md), a few minutes
	@touch Benchmarks/Package.swift    # else SwiftPM does not look for files that are new in the package it measures
	@$(SWIFT) run --package-path Benchmarks -c release -Xswiftc -cross-module-optimization Benchmarks Benchmarks/.build

bench-soak: setup ## a city of 100,000 subjects for MINUTES=60: is the memory flat (docs/performance.md)
	@touch Benchmarks/Package.swift
	@$(SWIFT) run --package-path Benchmarks -c release -Xswiftc -cross-module-optimization Benchmarks soak Benchmarks/.build $(MINUTES)

bench-peers: build ## one rule over one file: Fenghuo beside a plain Python worker and Bytewax, which go into .build
	@python3 -m venv .build/venv-peers
	@.build/venv-peers/bin/pip install --quiet pyzmq orjson bytewax
	@.build/venv-peers/bin/python Benchmarks/peers.py
