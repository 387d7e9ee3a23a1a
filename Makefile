.DEFAULT_GOAL := help
.PHONY: help setup build demo test format bench fuzz soak clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup: ## install what is missing on Debian 12 (says what and why)
	@scripts/setup

build: setup ## publish all programs into out/
	@scripts/build

demo: build ## encrypt a real virtual machine before your eyes
	@scripts/demo

test: build ## build, check the format, run every test
	@scripts/test

bench: setup ## measure on this machine, beside the peers
	@scripts/bench

format: ## format all sources
	@dotnet format whitespace . --folder --exclude artifacts out
	@dotnet format style Lorica.slnx

fuzz: setup ## random changes of every corpus against every parser of foreign bytes (LORICA_FUZZ_SECONDS per target)
	@scripts/fuzz

soak: build ## the long tests: whole Loricas killed at fifty moments, guests that outlive many restarts
	@scripts/soak

clean: ## remove everything that was built
	@rm -rf artifacts out
