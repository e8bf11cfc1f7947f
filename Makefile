# The front door. The build itself is CMake's (CMakeLists.txt, CMakePresets.json); this only says it shorter.
.POSIX:
MAKEFLAGS += --no-print-directory
TEST_RELEASE ?= 0
FUZZ_SECONDS ?= 20
CONFIGURE = @tools/configure
BUILD = @cmake --build --preset

help: ## says what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 20

run: build ## builds the program, its database from the open data, and shows what it finds
	@tools/demo

build: ## builds build/childfirst, optimised
	@tools/setup build
	$(CONFIGURE) release
	$(BUILD) release --target childfirst
	@ln -sf release/src/cli/childfirst build/childfirst

dev: ## builds everything with sanitizers, into build/dev
	@tools/setup build test
	$(CONFIGURE) dev
	$(BUILD) dev

# TEST_RELEASE=1 runs them on the optimised build too; TESTS='regex' only the programs that match.
test: dev ## runs all tests
	@if [ $(TEST_RELEASE) = 1 ]; then \
	    tools/configure release && cmake --build --preset release && \
	    tools/run-tests build/dev build/release; \
	else tools/run-tests build/dev; fi

test-long: build ## runs all tests on the optimised build, the generators for hours rather than seconds
	@tools/setup test
	$(BUILD) release
	@CF_LONG=1 tools/run-tests build/release

screenshots: build ## a picture of each page, in build/screenshots
	@tools/setup browser
	@tools/browser-tests build/childfirst --screenshots build/screenshots

test-browser: build ## the stories in a real browser, with and without scripts; axe on each page
	@tools/setup browser
	@tools/browser-tests build/childfirst

bench: build ## measures speed and size, beside CLIPS and plain SQL
	@tools/setup bench
	$(BUILD) release
	@bench/run

fuzz: ## lets libFuzzer loose on each target for FUZZ_SECONDS
	@tools/setup build test fuzz
	$(CONFIGURE) fuzz
	$(BUILD) fuzz
	@tools/fuzz build/fuzz/test/fuzz $(FUZZ_SECONDS)

lint: ## house rules, the second compiler's warnings, static analysis
	@tools/setup build test lint
	$(CONFIGURE) clang
	$(BUILD) clang
	@build/clang/tools/tidy
	@clang-tidy --quiet -p build/clang src/*/*.c tools/*.c

fmt: ## lays out all C by .clang-format
	@tools/setup lint
	@find src test tools bench -name '*.[ch]' -exec clang-format -i {} +

doc: dev ## writes the reference pages that are made from the source
	@build/dev/tools/errors_page
	@build/dev/tools/routes_page

clean: ## removes everything that was built
	rm -rf build

.PHONY: help run build dev test test-long test-browser screenshots bench fuzz lint fmt doc clean
