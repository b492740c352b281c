# shellcheck shell=bash
# The window's page: Rust → web assembly → dist/, which the program embeds.

# What the page is made of; while its digest stays the same, dist/ stays as it is.
page_digest() {
  {
    find ui assets crates/domain Cargo.toml Cargo.lock .dev/page.sh -type f -print0 | sort -z | xargs -0 sha256sum
    wasm_compiler
    wasm-bindgen --version
    wasm-opt --version
  } | sha256sum | cut -d ' ' -f 1
}

compile_page() { # COMPILER
  local build=(build "${locked[@]}" --package ui --bin merchant-console-ui --profile wasm --target wasm32-unknown-unknown
    --target-dir "$target/web/$1")
  # Views lose their long types: a page one eighth smaller, compiled sooner.
  local -x CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="--cfg erase_components"
  if [ "$1" = rustup ]; then
    cargo "${build[@]}"
  else
    env PATH="/usr/bin:$PATH" RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_BUILD_STD=std,panic_abort \
      /usr/bin/cargo "${build[@]}"
  fi
}

build_page() {
  local digest compiler new=target/page stamp=target/page.digest
  need_page
  digest=$(page_digest)
  if [ -f dist/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$digest" ]; then
    say "the page is up to date"
    return
  fi
  compiler=$(wasm_compiler)
  say "compiling the page to web assembly (compiler: $compiler; the first time takes minutes)"
  compile_page "$compiler" || fail "the page does not compile" "see above"
  rm -rf "$new"
  mkdir -p "$new"
  say "binding and shrinking it"
  wasm-bindgen --target web --no-typescript --out-dir "$new" \
    "$target/web/$compiler/wasm32-unknown-unknown/wasm/merchant-console-ui.wasm"
  wasm-opt -Oz --enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext --enable-reference-types \
    --enable-mutable-globals "$new/merchant-console-ui_bg.wasm" -o "$new/merchant-console-ui_bg.wasm"
  cp ui/index.html ui/boot.js "$new/"
  # Style sheets keep their path: assets/base.css is /assets/base.css. The icons are compiled in.
  find assets -type f -name '*.css' -print0 | xargs -0 -r cp --parents -t "$new"
  rm -rf dist
  mv "$new" dist
  echo "$digest" >"$stamp"
  say "dist/ is ready: $(stat -c %s dist/merchant-console-ui_bg.wasm) bytes of web assembly"
}

dev_ui() { build_page; }

# The icons are committed; this draws them again after a change of the mark.
dev_icons() {
  need_packages librsvg2-bin imagemagick
  local size scratch
  scratch=$(mktemp -d)
  for size in 16 32 48 128 256 512; do
    rsvg-convert --width "$size" --height "$size" icons/mark.svg --output "$scratch/$size.png"
  done
  cp "$scratch/32.png" icons/32x32.png
  cp "$scratch/128.png" icons/128x128.png
  cp "$scratch/512.png" icons/icon.png
  /usr/bin/convert "$scratch"/{16,32,48,256}.png icons/icon.ico
  rm -r "$scratch"
  say "icons/ is drawn"
}
