# SPDX-License-Identifier: GPL-3.0-or-later
# `make demo` and `make test` do all of their own set-up; `make` alone lists what there is.

PYTHON := .venv/bin/python
COLLECTION := ansible_collections/vigo/bridge

# Tests start hundreds of Python processes, so Python must keep what it compiles.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help
help:
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

.PHONY: demo
demo: .venv/ready ## converge the example stack on this machine, and show it
	$(PYTHON) -m tests.testbed.demo

.PHONY: demo-down
demo-down: .venv/ready ## remove what the demo left running
	$(PYTHON) -m tests.testbed.demo --down

.PHONY: test
test: .venv/ready ## the tests, on a running Docker engine, or on one that they start
	@echo "The tests run in three parts at the same time; each is shown when it ends."
	@$(MAKE) --no-print-directory --jobs=3 --keep-going --output-sync=target test-engine test-hosts test-others

# Tests with an engine or hosts mostly wait for these.
.PHONY: test-engine test-hosts test-others
test-engine:
	$(PYTHON) -m pytest -n 2 --dist loadfile tests/integration -m "testbed and not hosts and not sweep"
test-hosts:
	$(PYTHON) -m pytest tests/integration -m "hosts and not sweep"
test-others:
	$(PYTHON) -m pytest -n auto --dist loadfile tests/integration tests/unit -m "not testbed and not sweep"

# Some unit tests wait, for example for the end of a time limit, so more run than there are processors.
.PHONY: test-unit
test-unit: .venv/ready ## only the unit tests; they need no engine and no hosts
	$(PYTHON) -m pytest -n $$((2 * $$(nproc))) --dist loadfile tests/unit -m "not sweep"

.PHONY: test-all
test-all: lint test sweep sanity units antsibull ## all tests, including the long ones

.PHONY: sweep
sweep: .venv/ready ## only the long tests, in the same three parts
	@$(MAKE) --no-print-directory --jobs=3 --keep-going --output-sync=target sweep-engine sweep-hosts sweep-others
	$(PYTHON) -m pytest -n auto tests/unit -m "hypothesis and not sweep" --hypothesis-profile=long
	$(PYTHON) -m pytest tests/integration -m "hypothesis and not sweep" --hypothesis-profile=long

# Two Podmans on one machine would change each other's networks.
.PHONY: sweep-engine sweep-hosts sweep-others
sweep-engine:
	$(PYTHON) -m pytest tests/integration -m "testbed and not hosts and sweep"
sweep-hosts:
	$(PYTHON) -m pytest tests/integration -m "hosts and sweep"
sweep-others:
	$(PYTHON) -m pytest -n auto --dist loadfile tests/integration tests/unit -m "not testbed and sweep"

# .pre-commit-config.yaml runs the same parts, each when files of its kind change.
.PHONY: lint lint-format lint-python lint-types lint-yaml lint-ansible
lint: lint-format lint-python lint-types lint-yaml lint-ansible ## formatting, types, YAML and Ansible conventions
lint-format: .venv/ready
	.venv/bin/ruff format --check .
lint-python: .venv/ready
	.venv/bin/ruff check .
lint-types: .venv/ready
	.venv/bin/mypy
lint-yaml: .venv/ready
	.venv/bin/yamllint --strict .
lint-ansible: .venv/ready
	PATH=$(CURDIR)/.venv/bin:$$PATH .venv/bin/ansible-lint --offline $(COLLECTION)

.PHONY: sanity
sanity: .venv/ready ## ansible-test sanity on the collection
	tests/ansible-test sanity

.PHONY: units
units: .venv/ready ## the collection's unit tests as ansible-test runs them
	tests/ansible-test units

.PHONY: antsibull
antsibull: .venv/ready ## check the collection's changelog and documentation with Ansible's linters
	tests/antsibull check

.PHONY: docsite
docsite: .venv/ready ## build the collection's documentation as a site, in dist/collection
	tests/antsibull site

.PHONY: changelog
changelog: .venv/ready ## write CHANGELOG.md from the fragments of the collection
	tests/antsibull changelog

.PHONY: matrix
matrix: .venv/ready ## the tests with each ansible-core, engine, and Python on this machine; takes long
	$(PYTHON) -m tests.matrix

.PHONY: bench
bench: .venv/ready ## compare its speed with other tools, on hosts that it starts; ARGS="W1 --write"
	$(PYTHON) -m benchmarks.workloads $(ARGS)

.PHONY: mutation
mutation: .venv/ready ## which small changes of the code the unit tests detect; ARGS="types --sample 100"
	.venv/bin/pip install --quiet --disable-pip-version-check --constraint tests/constraints.txt --editable '.[mutation]'
	$(PYTHON) -m tests.mutation $(ARGS)

.PHONY: site
site: .venv/ready ## build the documentation as a site, in dist/site
	.venv/bin/mkdocs build --strict --quiet

.PHONY: wheel
wheel: .venv/ready ## build the package, in dist/
	$(PYTHON) -m build --wheel

.PHONY: release
release: .venv/ready ## build and check a release in dist/release, and print what to upload where
	$(PYTHON) -m tests.release

.PHONY: messages
messages: .venv/ready ## write the list of all messages, tests/unit/messages.txt
	$(PYTHON) -m tests.messages

.PHONY: screenshots
screenshots: .venv/ready ## take the pictures of the documentation, from runs on hosts that it starts
	$(PYTHON) -m tests.screenshots

.PHONY: sessions
sessions: .venv/ready ## record the terminals of the documentation, from calls on hosts that it starts
	$(PYTHON) -m tests.sessions

.PHONY: constraints
constraints: ## update the versions of development tools in tests/constraints.txt
	tests/freeze

.venv/ready: pyproject.toml tests/bootstrap tests/constraints.txt
	tests/bootstrap
	@touch $@
