# make run: everything from nothing to a running product. make test: everything that must hold.
unexport PYTHONDONTWRITEBYTECODE
# Behind a firm's own proxy its certificate is known to the system, as pip takes it.
export UV_SYSTEM_CERTS ?= true
PYTHON ?= python3
UV := .tools/bin/uv
SYNC := $(UV) pip sync --quiet --python .venv --require-hashes
COMPILE := $(UV) pip compile -q --universal --generate-hashes --no-header --no-annotate

.PHONY: run setup test faults bench lock

run: .venv/.run
	@.venv/bin/python -m booking.serve

setup: .venv/.run

test: .venv/.test
	.venv/bin/python -m tests.browser
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/pytest -n 2 --dist worksteal

faults: .venv/.test
	FAULTS=long .venv/bin/pytest -n 2 --dist worksteal --ignore tests/faults/test_connections.py tests/faults
	FAULTS=long .venv/bin/pytest -s $(addprefix tests/faults/,test_connections.py long_clocks.py long_storm.py)

bench: .venv/.test
	.venv/bin/python -m bench

lock: $(UV)
	$(COMPILE) $(LOCKFLAGS) pyproject.toml -o requirements.lock
	$(COMPILE) $(LOCKFLAGS) -c requirements.lock --extra dev pyproject.toml -o requirements-dev.lock

$(UV): requirements-uv.lock
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

.venv/bin/python: | $(UV)
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv

.venv/.run: requirements.lock | .venv/bin/python
	$(SYNC) requirements.lock
	@rm -f .venv/.test && touch $@

.venv/.test: requirements-dev.lock requirements.lock tests/package-lock.json | .venv/bin/python
	$(SYNC) requirements-dev.lock
	.venv/bin/python -m tests.node
	@touch .venv/.run $@
