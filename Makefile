# `make help` lists the targets. Every target that builds installs what is missing first.
SWIFT ?= swift
DEBS = libzmq3-dev libsqlite3-dev libsimdjson-dev libzstd-dev libsodium-dev

.PHONY: help setup test check bench

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: ## install missing system packages (apt, with sudo where needed)
	@Tests/setup.sh $(DEBS)

test: setup ## run every test
	@$(SWIFT) test

check: setup ## the gate before a commit: layout, then every test
	@$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources
	@$(SWIFT) test

bench: setup ## measure speed and size beside their targets (docs/performance.md), a few minutes
	@$(SWIFT) run --package-path Benchmarks -c release -Xswiftc -cross-module-optimization Benchmarks Benchmarks/.build
