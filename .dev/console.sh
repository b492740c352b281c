# shellcheck shell=bash
# Saying what happens: one line a step; the cure with every failure; durations at the end.

# A closed terminal is no reason to stop half-way.
say() { printf '\033[1m→\033[0m %s\n' "$*" >&2 || true; }

# fail WHAT CURE
fail() {
  printf '\033[31m✗ %s\033[0m\n  cure: %s\n' "$1" "$2" >&2
  exit 1
}

# silently NAME COMMAND…: runs it with its output in a file. For a first try whose failure is no news.
silently() {
  local log=target/log/$1.log
  shift
  mkdir -p target/log
  "$@" >"$log" 2>&1
}

# quietly NAME COMMAND…: the same, and shows the file's end if it fails.
quietly() {
  silently "$@" && return
  local log=target/log/$1.log
  tail -n 40 "$log" >&2
  printf '  all of it: %s\n' "$log" >&2
  return 1
}

# timed NAME COMMAND…: runs a step of a longer command and notes its duration. The command runs in a
# subshell that ends at its first failure.
steps=()
timed() {
  local name=$1 start=$SECONDS status=0
  shift
  say "$name"
  set +e
  (set -e; "$@")
  status=$?
  set -e
  steps+=("$(printf '%5d s  %s' $((SECONDS - start)) "$name")")
  [ "$status" -eq 0 ] && return
  summary "✗ $name failed"
  exit "$status"
}

# summary LAST LINE: the durations of all steps.
summary() {
  printf '\n%s\n' "${steps[@]}" | sed '/^$/d' >&2
  printf '%5d s  in all\n%s\n' "$SECONDS" "$1" >&2
}
