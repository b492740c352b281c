# shellcheck shell=bash
# What must hold before a change is shared.

check_format() { cargo fmt --all --check || fail "the code is not formatted" "cargo fmt --all"; }
check_lints() { cargo clippy "${locked[@]}" --workspace --all-targets -- -D warnings || fail "clippy has remarks" "see above"; }
check_docs() {
  RUSTDOCFLAGS="-D warnings" quietly rustdoc cargo doc "${locked[@]}" --workspace --no-deps ||
    fail "the documentation has remarks" "see above"
}
# Licences, banned and foreign sources; none of it needs the network. Advisories do: run
# `cargo deny check advisories` where there is one.
check_licences() {
  # Of all platforms, not only of this one.
  quietly fetch cargo fetch "${locked[@]}" || fail "the dependencies cannot be fetched" "see above, then again"
  cargo deny --offline --log-level error check licenses bans sources ||
    fail "cargo deny refuses a dependency" "see above and deny.toml"
}

run_tests() { cargo test "${locked[@]}" --workspace; }

# The model was written from docs/sync-protocol.md alone: golden vectors and properties, about ten seconds.
run_model() {
  has python3 || { say "no python3: the model is left out"; return 0; }
  need_model
  PYTHONDONTWRITEBYTECODE=1 HYPOTHESIS_STORAGE_DIRECTORY="$target/hypothesis" \
    "$model_python" -m pytest -q -p no:cacheprovider tests/model || fail "the model disagrees" "see above"
}

# The desktop test opens real windows; each test brings its own screen. The bus keeps it away from the
# keyring of whoever runs it.
run_desktop_test() {
  MERCHANT_CONSOLE_BIN=$(realpath "$target/debug/merchant-console") \
    MERCHANT_CONSOLE_SERVER_BIN=$(realpath "$target/debug/merchant-console-server") \
    dbus-run-session -- cargo test "${locked[@]}" --workspace --test desktop -- --ignored --nocapture "$@" ||
    fail "the desktop test failed" "see above; pictures, if any: target/screenshots/"
}

dev_check() {
  timed "machine: what is missing is installed" install_to_check
  # The program embeds dist/, so that it must exist before the program is looked at.
  timed "page" build_page
  timed "format" check_format
  timed "lints" check_lints
  timed "documentation" check_docs
  timed "licences" check_licences
  summary "✓ all checks passed"
}

install_to_check() {
  need_page
  need_cargo_deny
}

install_all() {
  install_to_check
  need_screen
}

dev_test() {
  timed "machine: what is missing is installed" install_all
  timed "format" check_format
  timed "page: web assembly" build_page
  timed "lints" check_lints
  timed "documentation" check_docs
  timed "licences" check_licences
  timed "model of the merge: vectors and properties in Python" run_model
  timed "programs and tests: compiled" build_everything
  timed "tests: unit, simulation, client against server, crash" run_tests
  timed "desktop test in real windows" run_desktop_test
  summary "✓ all is well"
}

dev_e2e() {
  timed "machine" install_all
  timed "page" build_page
  timed "programs" build_everything
  timed "desktop test" run_desktop_test "$@"
  summary "✓ the desktop test passed"
}

dev_sim() {
  local seeds=2000 from=0 step=1 coverage=
  while [ $# -gt 0 ]; do
    case "$1" in
      --coverage) coverage=1; shift ;;
      --seeds) seeds=$(value_of "$@"); shift 2 ;;
      --from) from=$(value_of "$@"); shift 2 ;;
      --step) step=$(value_of "$@"); shift 2 ;;
      *) fail "sim does not know $1" "./dev sim --seeds N [--from S] [--step K | --coverage]" ;;
    esac
  done
  [ -z "$coverage" ] || [ "$step" = 1 ] || fail "coverage is of seeds in a row" "./dev sim --seeds N [--from S] --coverage"
  need_rust
  if [ -n "$coverage" ]; then
    sim_coverage "$seeds" "$from"
    return
  fi
  say "simulating seeds $from to $((from + seeds - 1))"
  # Many are worth some minutes of compiling.
  local profile=dev
  [ "$seeds" -lt 5000 ] || profile=sim
  SIM_SEEDS=$seeds SIM_FROM=$from SIM_STEP=$step cargo test "${locked[@]}" --workspace --profile "$profile" --test simulation -- \
    --nocapture seeds_keep ||
    fail "a seed broke an invariant" "run that seed alone: ./dev sim --seeds 1 --from SEED"
}

# What of sync-engine the generated runs reach, per file: lines, regions, branches. Only that crate and the simulation are
# instrumented; cargo keeps what a wrapper compiled apart from what it compiles without.
sim_coverage() {
  local seeds=$1 from=$2 folder tests=() version
  version=$(rustc --version --verbose | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
  need_packages "llvm-$version"
  folder=$target/coverage
  mkdir -p "$folder"
  rm -f "$folder"/*.profraw
  cat >"$folder/rustc" <<'WRAPPER'
#!/bin/sh
# rustc, with counters in one crate and in the test that uses it.
compiler=$1; shift
case " $* " in
  # Counting branches is an unstable option; it changes nothing but the counters.
  *" --crate-name sync_engine "*) RUSTC_BOOTSTRAP=1 exec "$compiler" "$@" -C instrument-coverage -Z coverage-options=branch ;;
  # What is generic in it is compiled here.
  *" --crate-name simulation "*) exec "$compiler" "$@" -C instrument-coverage ;;
  *) exec "$compiler" "$@" ;;
esac
WRAPPER
  chmod +x "$folder/rustc"
  say "simulating seeds $from to $((from + seeds - 1)), counting what is reached"
  mapfile -t tests < <(RUSTC_WORKSPACE_WRAPPER=$(realpath "$folder/rustc") \
    cargo test "${locked[@]}" --workspace --test simulation --no-run --message-format json |
    sed -n 's/.*"executable":"\([^"]*simulation-[^"]*\)".*/\1/p')
  [ ${#tests[@]} -eq 1 ] || fail "the simulation does not compile with counters" "see above"
  SIM_SEEDS=$seeds SIM_FROM=$from LLVM_PROFILE_FILE="$folder/%p.profraw" quietly coverage "${tests[0]}" ||
    fail "a seed broke an invariant" "run that seed alone: ./dev sim --seeds 1 --from SEED"
  "llvm-profdata-$version" merge -sparse "$folder"/*.profraw -o "$folder/sim.profdata"
  "llvm-cov-$version" report "${tests[0]}" -instr-profile "$folder/sim.profdata" -show-branch-summary \
    --sources crates/sync-engine/src
}

# Fuzzing by cargo-fuzz: arbitrary bytes into importers, readings, merge and messages. What crashes, hangs or takes too much
# memory is kept in fuzz/artifacts/ and becomes a test of its crate.
dev_fuzz() {
  local minutes=10 targets=()
  while [ $# -gt 0 ]; do
    case "$1" in
      --minutes) minutes=$(value_of "$@"); shift 2 ;;
      -*) fail "fuzz does not know $1" "./dev fuzz [TARGET…] [--minutes N]" ;;
      *) targets+=("$1"); shift ;;
    esac
  done
  need_cargo_fuzz
  [ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cargo fuzz list)
  timed "targets: compiled" fuzz_build
  local target
  for target in "${targets[@]}"; do timed "$target, $minutes minutes" fuzz_run "$target" "$minutes"; done
  summary "✓ nothing was found"
}

# Debug assertions and overflow checks are on. The fuzzer's counters are an unstable option of the stable compiler; the
# address sanitizer is not used: nothing here is unsafe but SQLite, zstd and the like, which are not instrumented.
fuzz_build() { env -u CARGO_TARGET_DIR RUSTC_BOOTSTRAP=1 cargo fuzz build --sanitizer none || fail "the targets do not compile" "see above"; }

fuzz_run() {
  local target=$1 minutes=$2 corpus=fuzz/corpus/$1 dictionary=fuzz/dictionaries/$1.dict options
  fuzz_seeds "$target" "$corpus"
  # A message of several megabytes takes its time; a short one must not.
  options=(-max_total_time=$((minutes * 60)) -timeout=20 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1)
  [ ! -f "$dictionary" ] || options+=("-dict=$dictionary")
  mkdir -p "fuzz/artifacts/$target"
  "$(fuzz_binary "$target")" -artifact_prefix="fuzz/artifacts/$target/" "${options[@]}" "$corpus" ||
    fail "$target found something" "the input is in fuzz/artifacts/$target/; again: cargo fuzz run -s none $target FILE"
}

fuzz_binary() { printf 'fuzz/target/%s/release/%s' "$(rustc -vV | sed -n 's/^host: //p')" "$1"; }

# One file an input: those of fuzz/seeds/TARGET/, and each line of fuzz/seeds/TARGET.txt.
fuzz_seeds() {
  local target=$1 corpus=$2 n=0 line
  mkdir -p "$corpus"
  [ ! -d "fuzz/seeds/$target" ] || cp "fuzz/seeds/$target/"* "$corpus/"
  [ -f "fuzz/seeds/$target.txt" ] || return 0
  while IFS= read -r line; do
    n=$((n + 1))
    printf '%b' "$line" >"$corpus/seed-$n"
  done <"fuzz/seeds/$target.txt"
}

# The fault runs on real processes. What `./dev test` runs in part runs here with the counts that the product
# promises: the whole partition matrix, 1,000 kills of each side, 300 power cuts.
dev_faults() {
  local full=
  case "${1:-}" in
    "") ;;
    --full) full=1 ;;
    *) fail "faults does not know $1" "./dev faults [--full]" ;;
  esac
  need_rust
  timed "programs: compiled" cargo build "${locked[@]}" --workspace --bin merchant-console-server --bin saver
  timed "partitions, pauses, kills, power cuts" run_faults ${full:+PARTITION_CELLS=all POWER_CUTS=300}
  timed "crashes" run_crashes ${full:+CRASH_DEVICE_KILLS=1000 CRASH_BACKEND_KILLS=1000}
  timed "a foreign client" run_foreign_client
  summary "✓ no edit was lost and none was applied twice"
}

run_faults() {
  env "$@" cargo test "${locked[@]}" --workspace --test faults -- --nocapture --test-threads 1 ||
    fail "a fault lost or doubled something" "the lines above name the cell: PARTITION_CELLS=N runs it alone"
}

run_crashes() {
  env "$@" cargo test "${locked[@]}" --workspace --test crash -- --nocapture ||
    fail "a crash lost or doubled something" "see above"
}

# RxDB's replication against the backend. Needs Node and npm; without them it says so and is passed over.
run_foreign_client() {
  if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    say "passed over: npm and node are not installed"
    return 0
  fi
  (cd tests/foreign && npm ci --silent --no-audit --no-fund --ignore-scripts) ||
    fail "npm could not install the foreign client" "is the network there? the versions are in tests/foreign/package.json"
  cargo test "${locked[@]}" --workspace --test foreign -- --ignored --nocapture ||
    fail "the foreign client and ours do not converge" "see above"
}

# Sizes, seconds from start to a usable list, memory: of the release programs, on a virtual screen.
dev_bench() {
  if [ "${1:-}" = sync ] || [ "${1:-}" = import ] || [ "${1:-}" = list ]; then
    local what=$1
    shift
    "bench_$what" "$@"
    return
  fi
  install_all
  dev_build
  build_programs
  MERCHANT_CONSOLE_BIN=$(realpath target/release/merchant-console) \
    MERCHANT_CONSOLE_SERVER_BIN=$(realpath target/release/merchant-console-server) \
    dbus-run-session -- "$target/debug/measure" || fail "the measurements stopped" "see above"
}

# How fast files come in: each phase a process of its own, medians of the rounds.
bench_import() {
  local rows=200000 rounds=5
  while [ $# -gt 0 ]; do
    case "$1" in
      --rows) rows=$(value_of "$@"); shift 2 ;;
      --rounds) rounds=$(value_of "$@"); shift 2 ;;
      *) fail "bench import does not know $1" "./dev bench import [--rows N] [--rounds N]" ;;
    esac
  done
  need_rust
  say "compiling the release program (some minutes)"
  cargo build "${locked[@]}" --release --package client --example import-speed || fail "it does not compile" "see above"
  "$target/release/examples/import-speed" all "$target/bench/import" "$rows" "$rounds" || fail "a phase failed" "see above"
}

# How fast the list is among many merchants. What was made is kept: the next run only asks.
bench_list() {
  local merchants=1000000 folder
  while [ $# -gt 0 ]; do
    case "$1" in
      --merchants) merchants=$(value_of "$@"); shift 2 ;;
      *) fail "bench list does not know $1" "./dev bench list [--merchants N]" ;;
    esac
  done
  need_rust
  say "compiling the release program (some minutes)"
  cargo build "${locked[@]}" --release --package client --example list-speed || fail "it does not compile" "see above"
  folder=$cache/bench/list-$merchants
  "$target/release/examples/list-speed" make "$folder" "$merchants" || fail "the merchants were not made" "see above"
  "$target/release/examples/list-speed" ask "$folder" || fail "a question failed" "see above"
}

# How fast the synchronisation is. With a harness (MERCHANT_CONSOLE_PEERS or ../shared/bench) the peers and limits that
# are installed take part in the same run; without one our own phases run alone, against SQLite.
# --growth: ours alone with ever more merchants and edits. --wan: how many round trips, beside the limit.
bench_sync() {
  local merchants= edits= rounds=7 what=peers out=target/bench harness=${MERCHANT_CONSOLE_PEERS:-../shared/bench}
  while [ $# -gt 0 ]; do
    case "$1" in
      --merchants) merchants=$(value_of "$@"); shift 2 ;;
      --edits) edits=$(value_of "$@"); shift 2 ;;
      --rounds) rounds=$(value_of "$@"); shift 2 ;;
      --growth) what=growth; shift ;;
      --wan) what=wan; shift ;;
      *) fail "bench sync does not know $1" "./dev bench sync [--merchants N] [--edits N] [--rounds N] [--growth | --wan]" ;;
    esac
  done
  need_rust
  say "compiling the release program (some minutes)"
  cargo build "${locked[@]}" --release --package tests --bin bench-adapter || fail "it does not compile" "see above"
  local adapter
  adapter=$(realpath "$target/release/bench-adapter")
  mkdir -p "$out"
  case "$what" in
    growth)
      "$adapter" growth "$out/growth" "${merchants:-1000000}" | tee "$out/growth.md"
      rm -rf "$out/growth"
      say "$out/growth.md"
      return ;;
    wan)
      [ -f "$harness/bench.py" ] || fail "there is no harness at $harness" "MERCHANT_CONSOLE_PEERS=FOLDER ./dev bench sync --wan"
      local trip_ms
      for trip_ms in 50 150; do
        rm -f "$out/wan-$trip_ms.ndjson"
        SUITE_ARGS="--net wan --rtt-ms $trip_ms" bench_in_turn "$harness" "$adapter" "${merchants:-1000}" "${edits:-100}" \
          "$rounds" "$out/wan-$trip_ms.ndjson" ours_full raw_rust_full
      done
      "$adapter" trips "$out/wan-50.ndjson" "$out/wan-150.ndjson" 100 | tee "$out/wan.md"
      say "$out/wan.md"
      return ;;
  esac
  merchants=${merchants:-100000} edits=${edits:-10000}
  rm -f "$out/sync.ndjson"
  if [ -f "$harness/bench.py" ]; then
    bench_in_turn "$harness" "$adapter" "$merchants" "$edits" "$rounds" "$out/sync.ndjson" \
      ours_full raw_rust_full anki ours_normal raw_rust_normal automerge_full
    local round
    for round in $(seq 0 "$rounds"); do
      rm -rf "$out/limit"
      "$adapter" limit "$PEERS_HOME/w/$merchants-$edits" "$out/limit" |
        sed "s/^{/{\"entrant\":\"limit\",\"phase\":\"local_edit\",\"rep\":$round,/" >>"$out/sync.ndjson"
    done
    rm -rf "$out/limit"
  else
    say "no harness: our own phases alone, $rounds rounds after a warm-up"
    "$adapter" generate "$out/alone/workload" "$merchants" "$edits" >/dev/null
    "$adapter" alone "$out/alone" "$out/sync.ndjson" "$rounds" || fail "a phase failed" "see above"
    rm -rf "$out/alone"
  fi
  "$adapter" judge "$out/sync.ndjson" | tee "$out/sync.md"
  say "$out/sync.ndjson, $out/sync.md"
}

# bench_in_turn HARNESS ADAPTER MERCHANTS EDITS ROUNDS OUT ENTRANT…: those that are installed, one after the other, a
# warm-up first. The harness is copied, because ours is entered into its list.
bench_in_turn() {
  local harness=$1 adapter=$2 merchants=$3 edits=$4 rounds=$5 out=$6 copy=target/bench/harness entrants
  shift 6
  export PEERS_HOME=${PEERS_HOME:-$cache/peers}
  [ -f "$PEERS_HOME/fsynccount.so" ] || "$harness/setup.sh" || fail "the peers cannot be installed" "see above"
  rm -rf "$copy"
  mkdir -p "$copy"
  cp -r "$harness/." "$copy/"
  chmod -R u+w "$copy"
  entrants=$(python3 - "$copy/entrants.json" "$adapter" "$@" <<'PYTHON'
import json, os, sys
path, adapter, *wanted = sys.argv[1:]
entrants = json.load(open(path))
for mode in ("full", "normal"):
    entrants[f"ours_{mode}"] = {"cmd": [adapter], "env": {"PEER_MODE": mode}, "seed_as": "ours"}
json.dump(entrants, open(path, "w"), indent=1)
there = lambda name: os.path.exists(entrants[name]["cmd"][0].format(HERE=".", ROOT=os.environ["PEERS_HOME"]))
print(" ".join(name for name in wanted if name in entrants and there(name)))
PYTHON
  )
  # Another version of ours may have left its store.
  rm -rf "$PEERS_HOME/seed/ours-$merchants"
  say "in turn, $rounds rounds after a warm-up: $entrants"
  # shellcheck disable=SC2086 # one word an entrant
  "$copy/suite.sh" "$PWD/$out" "$merchants" "$edits" "$((rounds + 1))" $entrants
}
