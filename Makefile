# `make` or `make help` lists what can be done. Every target sets up what it needs by itself.

SHELL := /bin/bash
.DEFAULT_GOAL := help
# A version manager may put a `uv` on the PATH that does not run here, so it is tried, not just looked for.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .tools/bin/uv)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0

.PHONY: help setup demo test browser screenshots check openapi format requirements bench deploy clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.complete ## Install the pinned tools and packages into .venv.

demo: setup ## Replicate a real bucket through the deployed application on this machine.
	@ferry demo $(ARGS)

test: setup browser ## Run all tests, the end-to-end ones on the deployed local stack and in a browser included.
	pytest tests --ignore tests/e2e -n 2 $(ARGS)
	pytest tests/e2e $(ARGS)

browser: ## Install a browser for the tests, unless there is one.
	@for name in "$$CHROMIUM" chromium chromium-browser google-chrome google-chrome-stable; do \
		command -v "$$name" >/dev/null 2>&1 && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing chromium" >&2; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
			chromium fonts-noto-cjk >/dev/null; \
	else echo "The tests need a Chromium: install one, or set CHROMIUM to its path." >&2; exit 1; fi

screenshots: setup browser ## Take the pictures of the tutorial from the running console.
	python -m tests.screenshots

check: setup console/node_modules/.installed-lock ## Check formatting, lint, types, layering, the template and the console.
	ruff format --check .
	ruff check .
	mypy
	lint-imports
	sam validate --lint --template template.yaml --region us-east-1
	cfn-lint template.yaml
	python -m ferry.api --check docs/openapi.json
	cd console && npm run --silent api:check && npm run --silent check

openapi: setup ## Write the description of the tasks API to docs/openapi.json.
	python -m ferry.api docs/openapi.json

format: setup ## Format the code and mend what lint can mend.
	ruff format .
	ruff check --fix .

requirements: setup ## Export the functions' packages from uv.lock to layers/deps/requirements.txt.
	$(UV) export --quiet --frozen --no-dev --no-emit-project --no-hashes --no-annotate --no-header \
		--no-emit-package crcmod --output-file layers/deps/requirements.txt

bench: setup ## Measure side by side with rclone (SCENARIO=name for one of them, ROUNDS=number).
	@python -m benchmarks $(SCENARIO) $(if $(ROUNDS),--rounds $(ROUNDS))

deploy: setup ## Build the application and deploy it to AWS, asking for its settings.
	sam build
	sam deploy --guided

clean: ## Remove everything that was built or installed; a local stack has to be down.
	rm -rf console/node_modules console/dist console/.build
	rm -rf console/node_modules console/.build console/dist .venv .tools .aws-sam .ferry .pytest_cache .mypy_cache .ruff_cache .hypothesis

console/node_modules/.installed-lock: console/package-lock.json
	@echo "Installing the console's pinned packages" >&2
	@node functions/console/build.mjs --install
	@touch $@

.venv/.complete: pyproject.toml uv.lock .python-version | $(filter .tools/%,$(UV))
	@echo "Installing the pinned packages into .venv" >&2
	@$(UV) sync --quiet --frozen --all-extras >&2
	@touch $@

.tools/bin/uv:
	@echo "Installing uv into .tools" >&2
	@python3 -m venv .tools >&2
	@.tools/bin/pip install --quiet --disable-pip-version-check uv >&2
