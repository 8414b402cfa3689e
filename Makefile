# `make demo` shows it, `make test` proves it. Each target installs what it needs first.
# Only python3 (3.11 or newer) with venv, make and ca-certificates must be there.

PYTHON ?= python3
RUN := .venv/bin/python
# Where it is set, each of the hundreds of processes that the proofs start compiles all of its modules
# anew, which is more than half of its start. Empty is unset.
export PYTHONDONTWRITEBYTECODE :=
FAST := $(wildcard tests/unit tests/architecture tests/property tests/stories tests/corpus)
# Whoever is done first takes over from the others: a few long waits in one part would leave a core
# idle. Of the tests that start real databases and browsers a file stays together, since it may share
# what took seconds to start, and in its place: the long ones are not last.
PARALLEL := -n 3 --dist worksteal
# `make test TEST_WORKERS=6` where there are more than two cores.
TEST_WORKERS ?= 4
TOGETHER := -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder
# Only their files are collected a second time. What takes longest is not last.
LONGEST := tests/fault/test_watcher.py tests/fault/test_two_engines.py
PATIENT := $(LONGEST) $(filter-out $(LONGEST),$(sort $(shell grep -rl --include='*.py' 'mark\.patient' tests)))
SERIAL := $(sort $(shell grep -rl --include='*.py' 'mark\.serial' tests))
# Where there is room the suite keeps its databases and streams in memory: dozens of them on one disk
# make it stand still for seconds, which says nothing about any of them. A kill takes nothing from
# either; the long proofs and the benchmarks stay on the disk.
ROOM := $(shell [ -w /dev/shm ] && awk '/MemAvailable/ && $$2 > 8000000 { found = 1 } END { exit !found }' \
	/proc/meminfo && df -Pk /dev/shm | awk 'NR == 2 && $$4 > 4000000 { print "/dev/shm" }')
IN_MEMORY := $(if $(ROOM),TMPDIR=$(ROOM))
# pytest's code for "no test was chosen": a part may have none.
MAYBE_NONE := || [ $$? -eq 5 ]

.PHONY: help install install-tests demo test test-engines test-alone test-long check check-code check-fast bench

help:
	@echo "make demo       the whole system with a sample park, on http://127.0.0.1:8000"
	@echo "make install    what it takes to run; leaves .venv/bin/parkwatch"
	@echo "make check      format, lint, types, import contracts, fast tests"
	@echo "make check-code of these, what looks at the code"
	@echo "make check-fast of these, the fast tests"
	@echo "make test       the whole suite, against real database, broker and browser"
	@echo "make test-engines of it, what starts engines and has no bound"
	@echo "make test-alone of it, what needs nothing but itself"
	@echo "make test-long  the long proofs"
	@echo "make bench      the benchmarks"

install:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is missing: run 'sudo apt-get install python3-venv ca-certificates' and start again." >&2; exit 1; }
	@$(PYTHON) -I services/stack/bootstrap.py demo

install-tests:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is missing: run 'sudo apt-get install python3-venv ca-certificates' and start again." >&2; exit 1; }
	@$(PYTHON) -I services/stack/bootstrap.py test

demo: install
	@exec $(RUN) -m services.stack demo

# Side by side: what looks at the code keeps one core busy for half a minute, and the tests rarely both.
check: install-tests
	@$(MAKE) --no-print-directory -j 2 check-code check-fast

check-code:
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(RUN) .venv/bin/lint-imports

check-fast:
	$(RUN) -m pytest -q $(PARALLEL) -m "not long and not serial" $(FAST)

test: install-tests
	$(RUN) -m services.stack.console
	@$(MAKE) --no-print-directory -j 2 test-engines test-alone
	$(IN_MEMORY) $(RUN) -m pytest $(TOGETHER) -m "patient and not long" $(PATIENT) $(MAYBE_NONE)
	$(IN_MEMORY) $(RUN) -m pytest -m "serial and not long" $(SERIAL) $(MAYBE_NONE)

test-engines:
	$(IN_MEMORY) $(RUN) -m pytest $(TOGETHER) -m "not serial and not patient and not long" \
		$(addprefix --ignore=,$(FAST)) $(MAYBE_NONE)

# The fast tests compute, those with engines mostly wait: these take what is left, and give way. Of two
# that write at once nobody could read either: one says how it ended, and all it said if that was badly.
test-alone:
	@said=$$(mktemp) && trap 'rm -f '$$said EXIT && \
	if $(IN_MEMORY) nice -n 5 $(RUN) -m pytest -q -m "not serial and not patient and not long" $(FAST) >$$said 2>&1; \
	then tail -n 1 $$said; else cat $$said; exit 1; fi

test-long: install-tests
	$(RUN) -m services.stack.dependency_audit
	$(RUN) -m pytest -m long $(MAYBE_NONE)

bench: install-tests
	$(RUN) -m bench.kernel
	$(RUN) -m bench.ingest
	$(RUN) -m bench.ceilings
	$(RUN) -m bench.alarm_latency
	$(RUN) -m bench.readings
	$(RUN) -m bench.backtest
	$(RUN) -m bench.mosquitto
	$(RUN) -m bench.footprint
	$(RUN) -m bench.storm
	$(RUN) -m bench.national
	$(RUN) -m bench.national_service
	$(RUN) -m bench.crowd
	$(RUN) -m bench.window
	$(RUN) -m bench.websocket_clients
	$(RUN) -m bench.console
	$(RUN) -m bench.chart
