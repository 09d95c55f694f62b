# A menu; the build itself is meson. Each word installs what it needs first (packaging/deps.sh) and works from a fresh clone.
#   make run                     build, scan the sample folder build/sample, then serve a demonstration of the ledger
#   make run ONCE=1              the same, and end once somebody could log in
#   make run SCAN=/some/folder   scan that folder instead; OUT=... for the result folder
#   make fuzz FUZZ_SECONDS=600   longer; FUZZ_TARGETS="docx pdf" for some
.POSIX:
.SUFFIXES:

RELEASE = build/release
SAMPLE = build/sample
SAMPLE_RESULT = build/sample-result
DEMO = build/demo
ONCE =
SCAN =
OUT = build/scan-result
FUZZ_SECONDS = 180
FUZZ_TARGETS =
SOAK_SECONDS = 1800
ROWS =

help:
	@sed -n 's/^# *\(make .*\)/  \1/p' Makefile
	@echo '  make test                    everything that CI needs, ends with the count of cases'
	@echo '  make golden                  rewrite the expected texts of the samples: read the difference'
	@echo '  make lint                    format, layers, source rules, symbols, cppcheck, clang-tidy'
	@echo '  make asan                    all tests under AddressSanitizer and UBSan'
	@echo '  make bench                   speed against peers, as ratios; ROWS="P1 P10" for some'
	@echo '  make bench-server            the server under load with 10 years of data; ROWS="S1 S7"'
	@echo '  make soak                    damaged files and repeated scans, SOAK_SECONDS=1800'
	@echo '  make clean                   remove build/'

# The sanitizers and _FORTIFY_SOURCE exclude each other: what is shipped has the hardening flags of meson.build.
release:
	@packaging/deps.sh build run
	@mkdir -p build
	@[ -f $(RELEASE)/build.ninja ] || meson setup $(RELEASE) --buildtype=release -Doptimization=2 -Ddebug=true \
	    >build/configure-release.log 2>&1 || { tail -n 20 build/configure-release.log; exit 1; }
	@ninja -C $(RELEASE) --quiet src/programs/lijian src/programs/lijiand src/programs/lijian-verify tests/samples/lijian-samples \
	    tools/http_login
	@for name in lijian lijiand lijian-verify; do ln -sf release/src/programs/$$name build/$$name; done

run: release
	@tools/run_scan.sh "$(RELEASE)/tests/samples/lijian-samples" "$(SAMPLE)" "$(SAMPLE_RESULT)" "$(SCAN)" "$(OUT)"
	@tools/run_ledger.sh build/lijiand "$(RELEASE)/tools/http_login" "$(DEMO)" "$(ONCE)"

test:
	@packaging/deps.sh build run test
	@tests/run_all.sh

golden:
	@packaging/deps.sh build run test
	@tests/configure.sh gcc
	@ninja -C build/gcc --quiet tests/golden/golden
	@LIJIAN_SOURCE=. build/gcc/tests/golden/golden --write

lint:
	@packaging/deps.sh build run test
	@tools/lint.sh

asan:
	@packaging/deps.sh build run test
	@tests/configure.sh asan
	@ninja -C build/asan --quiet
	@meson test -C build/asan --no-rebuild --print-errorlogs --timeout-multiplier 4

fuzz:
	@packaging/deps.sh build run test
	@tests/configure.sh fuzz
	@FUZZ_SECONDS=$(FUZZ_SECONDS) fuzz/run.sh $(FUZZ_TARGETS)

bench: release
	@packaging/deps.sh build run bench
	@ninja -C $(RELEASE) --quiet bench/bench bench/make_data bench/examine_bench
	@bench/run.sh $(RELEASE) build/lijian "$${LIJIAN_CORPUS:-../shared/corpus}" $(ROWS)

soak: release
	@packaging/deps.sh build run test
	@tests/configure.sh asan
	@SOAK_SECONDS=$(SOAK_SECONDS) tests/soak.sh

# Data of 10 years is made once (some minutes, 1.5 GB below build/bench-server). ROWS="S1 S7" for some.
bench-server: release
	@packaging/deps.sh build run
	@ninja -C $(RELEASE) --quiet src/programs/lijiand src/programs/lijian-verify bench/server_data bench/server_load
	@bench/server.sh $(RELEASE) $(ROWS)

clean:
	rm -rf build

.PHONY: help release run test golden lint asan fuzz bench bench-server soak clean
