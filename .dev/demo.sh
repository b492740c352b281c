# shellcheck shell=bash
# The demo: one backend, one window per device. Under $demo:
#   server/           the backend's database, its log, its process id and address
#   server/clients/   what the devices sign in with
#   server/windows/   the process ids of the open windows
#   devices/NAME/     the data folder of a device

server_folder=$demo/server
demo_seed=1

server_database() { echo "sqlite:$server_folder/merchants.db"; }
server_url() { cat "$server_folder/url" 2>/dev/null; }
server_answers() { local url; url=$(server_url) && [ -n "$url" ] && curl -fsS --noproxy '*' --max-time 3 "$url/healthz" >/dev/null 2>&1; }

# is_ours PID NAME: a process id may have been given to another program since it was written down.
is_ours() { [ -n "${1:-}" ] && [ "$(basename "$(readlink "/proc/$1/exe" 2>/dev/null)" | cut -d ' ' -f 1)" = "$2" ]; }

# alone COMMAND…: one of several `./dev run` at a time.
alone() {
  mkdir -p "$server_folder"
  (
    flock 9
    "$@"
  ) 9>"$server_folder/lock"
}

start_server() { # MERCHANTS
  if server_answers; then
    say "the backend runs already: $(server_url)"
    return
  fi
  # The address of last time, so that open windows find the backend again; another one if it is taken.
  local address=127.0.0.1:0 last
  last=$(server_url) && address=${last#http://}
  say "starting the backend (the first time it makes $1 demo merchants)"
  launch_server "$address" "$1" || launch_server 127.0.0.1:0 "$1" ||
    fail "the backend does not start: $(tail -n 3 "$server_folder/log")" "read $server_folder/log"
  say "the backend listens: $(server_url)"
}

launch_server() { # ADDRESS MERCHANTS
  local out=$server_folder/out pid line
  : >"$out"
  # In a session of its own: Ctrl-C in the terminal ends the window, and the last window the backend.
  setsid "$target/debug/merchant-console-server" --listen "$1" --database "$(server_database)" \
    --demo "$2" --seed "$demo_seed" >"$out" 2>"$server_folder/log" 9>&- </dev/null &
  pid=$!
  echo "$pid" >"$server_folder/pid"
  # Its first line says where it listens. `tail` ends with the process.
  line=$(timeout 300 tail --pid="$pid" -n +1 -f "$out" 2>/dev/null | head -n 1)
  line=$(printf '%s' "$line" | sed -n 's/.*"listening" *: *"\([^"]*\)".*/\1/p')
  [ -n "$line" ] || return 1
  echo "$line" >"$server_folder/url"
}

stop_server() {
  local pid
  pid=$(cat "$server_folder/pid" 2>/dev/null) || return 0
  rm -f "$server_folder/pid"
  is_ours "$pid" merchant-console-server || return 0
  kill "$pid"
  timeout 20 tail --pid="$pid" -f /dev/null || kill -KILL "$pid"
  say "the backend has stopped"
}

# The last window takes the backend with it.
leave() { # PID OF THE WINDOW
  local other
  rm -f "$server_folder/windows/$1"
  for other in "$server_folder"/windows/*; do
    if is_ours "$(basename "$other")" merchant-console; then
      return
    fi
    rm -f "$other"
  done
  stop_server
}

# What a device signs in with, made once: "ID SECRET" in a file that only its owner reads.
client_of() { # DEVICE ROLE
  local file=$server_folder/clients/$1-$2 id=$1-$2 secret
  if [ ! -s "$file" ]; then
    mkdir -p "$server_folder/clients"
    # The name may be taken by a device whose file was deleted.
    secret=$(add_client "$id" "$2") || { id=$id-$(date +%s) && secret=$(add_client "$id" "$2"); } ||
      fail "no client could be made for the device $1" "read $server_folder/log; to begin again: rm -r $demo"
    (umask 077 && printf '%s %s\n' "$id" "$secret" >"$file")
  fi
  cat "$file"
}

add_client() { # ID ROLE
  "$target/debug/merchant-console-server" client add --database "$(server_database)" --id "$1" --role "$2" \
    2>>"$server_folder/log"
}

prepare_demo() { # MERCHANTS DEVICE ROLE
  start_server "$1"
  client_of "$2" "$3" >/dev/null
}

open_window() { # DEVICE ROLE MERCHANTS
  local home=$demo/devices/$1 client id secret pid status=0
  mkdir -p "$home" "$server_folder/windows"
  alone prepare_demo "$3" "$1" "$2"
  client=$(client_of "$1" "$2")
  read -r id secret <<<"$client"
  say "opening the window of device '$1', signed in as $2; its data: $home"
  MERCHANT_CONSOLE_CLIENT_ID=$id MERCHANT_CONSOLE_CLIENT_SECRET=$secret \
    "$target/debug/merchant-console" --home "$home" --server "$(server_url)" &
  pid=$!
  touch "$server_folder/windows/$pid"
  # Ctrl-C, or the terminal was closed: the window ends, and nothing of it is left behind.
  trap 'kill '"$pid"' 2>/dev/null || true' INT TERM HUP
  wait "$pid" || status=$?
  # A signal ends the first wait before the window has ended.
  wait "$pid" 2>/dev/null || true
  trap '' INT TERM HUP
  alone leave "$pid"
  trap - INT TERM HUP
  return "$status"
}

# The same on a virtual screen, with data that is gone afterwards: all pages, one picture each.
walk_headless() { # MERCHANTS
  local out=$PWD/target/screenshots
  mkdir -p "$out"
  say "walking through all pages"
  MERCHANT_CONSOLE_BIN=$(realpath "$target/debug/merchant-console") \
    MERCHANT_CONSOLE_SERVER_BIN=$(realpath "$target/debug/merchant-console-server") \
    MERCHANT_CONSOLE_OUT=$out MERCHANT_CONSOLE_MERCHANTS=$1 \
    dbus-run-session -- "$target/debug/walk" || fail "the walk stopped" "see above"
  say "pictures: target/screenshots/ ($(find "$out" -name '*.png' | wc -l))"
}

dev_run() {
  local device=one role=operations merchants=10000 headless=
  while [ $# -gt 0 ]; do
    case "$1" in
      --device) device=$(value_of "$@"); shift 2 ;;
      --as) role=$(value_of "$@"); shift 2 ;;
      --merchants) merchants=$(value_of "$@"); shift 2 ;;
      --headless) headless=yes; shift ;;
      *) fail "run does not know $1" "./dev help" ;;
    esac
  done
  [[ $device =~ ^[A-Za-z0-9._-]+$ ]] || fail "'$device' cannot name a device" "use letters, digits, '-', '_' and '.'"
  [[ $role =~ ^(merchant|operations|administrator)$ ]] || fail "there is no role '$role'" "--as merchant, operations or administrator"
  [[ $merchants =~ ^[0-9]+$ ]] || fail "'$merchants' is no number of merchants" "for example --merchants 10000"
  if [ -z "$headless" ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    fail "there is no display" "./dev run --headless walks through all pages on a virtual screen"
  fi
  build_page
  need_packages "${packages_window[@]}"
  [ -z "$headless" ] || need_screen
  build_programs
  if [ -n "$headless" ]; then
    walk_headless "$merchants"
  else
    open_window "$device" "$role" "$merchants"
  fi
}

dev_backend() {
  case "${1:-}" in
    start)
      need_page
      build_programs
      alone start_server "${2:-10000}"
      ;;
    stop) alone stop_server ;;
    status) if server_answers; then echo "running: $(server_url)"; else echo "not running"; fi ;;
    *) fail "what shall the backend do?" "./dev backend start, stop or status" ;;
  esac
}
