# Every target makes the environment in .venv first, if it isn't current; with uv if it's on the
# PATH, else with pip. Needed: make, and a Python from 3.13 on.
BIN := .venv/bin

# The tests start some hundreds of processes; without bytecode each compiles all of Pivot again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help environment demo test branches faults check lint format docs bench packages

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

environment: ## make .venv, with the core, the plugins and the development tools
	@python=$$(.ci/find-python) && "$$python" .ci/environment.py

demo: environment ## run the example pipeline twice, then ask why a change would run it again
	@PATH="$(CURDIR)/$(BIN):$$PATH" examples/demo

test: environment ## run all tests, with coverage
	@$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --cov --cov-report=term

branches: environment ## run all tests, with coverage of branches, which takes twice as long
	@COVERAGE_CORE=ctrace $(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder \
		--cov --cov-branch --cov-fail-under=90 --cov-report=term

faults: environment ## kill, mutate and guess many times more than the tests do
	@PIVOT_TEST_ROUNDS=$(or $(ROUNDS),20) $(BIN)/pytest --numprocesses 2 --dist worksteal -m chance

lint: environment ## check formatting, lint, types and import contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/basedpyright
	$(BIN)/lint-imports

check: lint test ## what CI runs: lint, then test

format: environment ## format the code, and mend what the linter can mend
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: environment ## measure, on a quiet machine; OPTIONS="--sizes 176 --no-dvc" is quicker
	@$(BIN)/python -m benchmarks $(OPTIONS)

packages: environment ## build all distributions, and test them with the least and the latest of what they need
	@$(BIN)/python .ci/packages $(OPTIONS)

docs: environment ## write the generated pages of docs/, then build the site in build/site
	@$(BIN)/python docs/generate.py
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "open build/site/index.html"
