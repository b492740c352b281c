# shellcheck shell=bash
# The two programs.

# Everything in one build, tests included: cargo chooses the features of the dependencies by what is
# built together, so building parts apart would compile many of them again.
build_everything() {
  cargo build "${locked[@]}" --workspace --all-targets || fail "the programs do not compile" "see above"
}

# Only what a person runs: on a fresh clone that spares the page's libraries for this machine and the
# tests. The price: the first `./dev test` after it compiles some dependencies once more.
build_programs() {
  say "compiling the programs (the first time takes minutes)"
  cargo build --quiet "${locked[@]}" --workspace --exclude ui --bins || fail "the programs do not compile" "see above"
}

dev_build() {
  build_page
  say "compiling the release programs (some minutes)"
  cargo build "${locked[@]}" --release --package merchant-console --package server --bins ||
    fail "the programs do not compile" "see above"
  local program
  for program in merchant-console merchant-console-server; do
    if [ "$target" != target ]; then
      install -D "$target/release/$program" "target/release/$program"
    fi
    say "target/release/$program: $(stat -c %s "target/release/$program") bytes"
  done
}
