# shellcheck shell=bash
# What a machine must have. Each need is looked at first and installed only where it is missing.

rust_least=1.95
tauri_driver_version=2.1.0
cargo_deny_version=0.20.2
cargo_fuzz_version=0.13.2
binaryen_version=132.0.0
wasm_opt_least=120 # older ones do not read what today's compiler writes

packages_build=(build-essential pkg-config curl libssl-dev libdbus-1-dev libwebkit2gtk-4.1-dev
  libayatana-appindicator3-dev librsvg2-dev)
# Without a Chinese font the window shows empty boxes.
packages_window=(fonts-noto-cjk)
packages_screen=(xvfb webkit2gtk-driver imagemagick xdotool dbus dbus-x11 gnome-keyring)
# Debian's second compiler, with the sources of its standard library.
packages_wasm=(rustc-web cargo-web rust-web-src rust-web-llvm lld-22)

has() { command -v "$1" >/dev/null 2>&1; }
# at_least VERSION LEAST
at_least() { [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

packages_missing() {
  local package
  for package; do
    # The subshell keeps a package that dpkg never heard of from ending the script.
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || echo "$package"
  done
}

apt_line() { echo "apt-get install --no-install-recommends $*"; }

need_packages() {
  local missing as_root=()
  if ! has dpkg-query; then
    say "not a Debian: make sure by hand that there is what Debian calls $*"
    return
  fi
  mapfile -t missing < <(packages_missing "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    has sudo || fail "missing: ${missing[*]}" "as root: $(apt_line "${missing[@]}")"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}")
  silently apt "${install[@]}" && return
  say "fetching newer package lists first"
  quietly apt-update "${as_root[@]}" apt-get update -q || fail "the package lists cannot be fetched" "see above, then again"
  quietly apt "${install[@]}" || fail "the packages cannot be installed" "as root: $(apt_line "${missing[@]}")"
}

rust_version() { rustc --version 2>/dev/null | cut -d ' ' -f 2; }

need_rust() {
  has cargo || fail "no Rust tool chain" "install Rust $rust_least or later by rustup: rustup.rs"
  at_least "$(rust_version)" "$rust_least" ||
    fail "Rust $(rust_version) is too old, $rust_least is needed" "rustup update stable"
}

# Where web assembly is compiled: by the installed compiler where it has the target, else by Debian's
# second one, which builds the standard library itself. Says `rustup`, `debian` or nothing.
wasm_compiler() {
  if [ -d "$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null)" ]; then
    echo rustup
  elif [ -x /usr/bin/cargo ] && [ -x /usr/bin/rust-lld ] && [ -f /usr/lib/rustlib/src/rust/library/Cargo.lock ] &&
    at_least "$(/usr/bin/rustc --version | cut -d ' ' -f 2)" "$rust_least"; then
    echo debian
  fi
}

wasm_cure="rustup target add wasm32-unknown-unknown, or on Debian 12 with its security updates: $(apt_line "${packages_wasm[@]}")"

need_wasm_compiler() {
  [ -z "$(wasm_compiler)" ] || return 0
  has dpkg-query || fail "the compiler has no wasm32 target" "$wasm_cure"
  need_packages "${packages_wasm[@]}"
  [ -n "$(wasm_compiler)" ] || fail "no compiler for web assembly" "$wasm_cure"
}

locked_version() { # of a package in Cargo.lock
  awk -v name="\"$1\"" '$1 == "name" { found = $3 == name } found && $1 == "version" { gsub(/"/, "", $3); print $3; exit }' Cargo.lock
}

# cargo_tool NAME VERSION: into our own folder, so that no tool of the machine's owner is replaced.
# Without --locked on the second try: a tool's lock may name a version that a mirror lacks.
cargo_tool() {
  say "installing $1 $2 (once, some minutes)"
  # In a folder of its own: the project's own may be held by another cargo. Hardly optimised: each
  # runs for seconds, and takes minutes to compile.
  local install=(
    env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
    cargo install "$1" --version "$2" --root "$cache/tools" --force
  )
  silently "$1" "${install[@]}" --locked || quietly "$1" "${install[@]}" ||
    fail "$1 cannot be installed" "cargo install $1 --version $2"
}

wasm_bindgen_fits() { [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $(locked_version wasm-bindgen)" ]; }
wasm_opt_fits() { at_least "$(wasm-opt --version 2>/dev/null | grep -o '[0-9]\+' | head -n 1)" "$wasm_opt_least"; }
tauri_driver_fits() { has tauri-driver; }
cargo_deny_fits() { has cargo-deny; }

need_wasm_tools() {
  # A fresh clone whose lock file is older than its manifests gets its lock first.
  [ -f Cargo.lock ] || cargo generate-lockfile
  wasm_bindgen_fits || cargo_tool wasm-bindgen-cli "$(locked_version wasm-bindgen)"
  wasm_opt_fits && return
  has npm || fail "wasm-opt is missing or older than $wasm_opt_least, and there is no npm to install it" "install Node, or: npm install -g binaryen@$binaryen_version"
  say "installing wasm-opt (binaryen $binaryen_version)"
  quietly binaryen npm install --no-audit --no-fund --prefix "$cache/tools" "binaryen@$binaryen_version" ||
    fail "wasm-opt cannot be installed" "npm install -g binaryen@$binaryen_version"
}

need_page() { need_rust; need_packages "${packages_build[@]}"; need_wasm_compiler; need_wasm_tools; }
need_screen() {
  need_packages "${packages_window[@]}" "${packages_screen[@]}"
  tauri_driver_fits || cargo_tool tauri-driver "$tauri_driver_version"
}
need_cargo_fuzz() { need_rust; has cargo-fuzz || cargo_tool cargo-fuzz "$cargo_fuzz_version"; }
need_cargo_deny() { cargo_deny_fits || cargo_tool cargo-deny "$cargo_deny_version"; }

# Python for the model of the merge, in a folder of its own.
model_python=$cache/python/bin/python
model_fits() { cmp -s tests/model/requirements.txt "$cache/python/requirements.txt" && [ -x "$model_python" ]; }
need_model() {
  model_fits && return
  python3 -c 'import venv, ensurepip' 2>/dev/null || need_packages python3-venv
  say "installing what the model of the merge needs (once)"
  quietly model-venv python3 -m venv --clear "$cache/python" &&
    quietly model-pip "$model_python" -m pip install --quiet --disable-pip-version-check -r tests/model/requirements.txt ||
    fail "the model's packages cannot be installed" "python3 -m venv $cache/python; $model_python -m pip install -r tests/model/requirements.txt"
  cp tests/model/requirements.txt "$cache/python/requirements.txt"
}

dev_doctor() {
  local lacking=0
  # look WHAT CURE COMMAND…
  look() {
    local what=$1 cure=$2
    shift 2
    if "$@" >/dev/null 2>&1; then
      printf '  \033[32m✓\033[0m %s\n' "$what"
    else
      lacking=$((lacking + 1))
      printf '  \033[31m✗\033[0m %s\n      cure: %s\n' "$what" "$cure"
    fi
  }
  installed() { [ -z "$(packages_missing "$1")" ]; }
  echo "To build and run (./dev installs these by itself):"
  look "Rust $rust_least or later (here: $(rust_version))" "install it by rustup: rustup.rs" at_least "$(rust_version)" "$rust_least"
  look "Node's npm" "$(apt_line npm)" has npm
  local package
  if has dpkg-query; then
    for package in "${packages_build[@]}" "${packages_window[@]}"; do
      look "$package" "$(apt_line "$package")" installed "$package"
    done
  fi
  look "a compiler for web assembly (here: $(wasm_compiler))" "$wasm_cure" test -n "$(wasm_compiler)"
  look "wasm-bindgen $(locked_version wasm-bindgen), as in Cargo.lock" "cargo install wasm-bindgen-cli --version $(locked_version wasm-bindgen)" wasm_bindgen_fits
  look "wasm-opt $wasm_opt_least or later" "npm install -g binaryen@$binaryen_version" wasm_opt_fits
  echo "To test in real windows:"
  if has dpkg-query; then
    for package in "${packages_screen[@]}"; do
      look "$package" "$(apt_line "$package")" installed "$package"
    done
  fi
  look "tauri-driver" "cargo install tauri-driver --version $tauri_driver_version" tauri_driver_fits
  echo "To check licences:"
  look "cargo-deny" "cargo install cargo-deny --version $cargo_deny_version" cargo_deny_fits
  echo "To hold the merge against its model in Python:"
  look "Python 3 (its packages are installed by ./dev)" "$(apt_line python3 python3-venv)" has python3
  echo "To use:"
  look "a display" "./dev run --headless needs none" test -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}"
  look "a session bus, for the keyring; without it the sign-in lasts until the window closes" \
    "dbus-run-session ./dev run" test -n "${DBUS_SESSION_BUS_ADDRESS:-}"
  [ "$lacking" -eq 0 ] || printf '%d missing\n' "$lacking"
}
