# Everything a newcomer needs: `make demo` runs an example, `make test` checks the whole. Both set up .venv first.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
TYPED := .build/types/tacit

.PHONY: demo test lint format types pytest portable clean

demo: $(INSTALLED)
	@$(BIN)/python examples/campaign/demo.py

test: lint types pytest

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The packages as they install, under their import names, by links: a type checker does not follow editable installs.
types: $(INSTALLED)
	@rm -rf $(TYPED) && mkdir -p $(TYPED)
	@ln -s $(CURDIR)/tacit/* $(CURDIR)/compiler $(CURDIR)/runtime $(CURDIR)/stdlib $(TYPED)/
	MYPYPATH=.build/types $(BIN)/mypy -p tacit

pytest: $(INSTALLED)
	$(BIN)/pytest -n 2

# Without the kernels that need AVX-512 and its like, as on other machines: the rooms that have them, and those just above.
PORTABLE := kernels randomness alignment protocols plan run tape local deployed

portable: $(INSTALLED)
	TACIT_PORTABLE=1 $(BIN)/pytest -n 2 --ignore tests/protocols/numeric $(addprefix tests/,$(PORTABLE))

clean:
	rm -rf .venv .build build dist *.egg-info

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Tacit needs Python 3.11 or newer; say which with: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@echo "Setting up .venv (once) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
