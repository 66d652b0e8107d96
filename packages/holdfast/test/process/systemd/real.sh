#!/bin/bash
# real.sh CHECKOUT NODE: runs inside isolated.sh. Installs the built program of the checkout as a user service, kills
# its supervisor, takes the checkout away, kills it again, and stops and removes the service with the copy's own
# command line.
# Prints what it saw, a line `name value` each. The upstream is a port of this machine on which nobody listens.
set -u
checkout=$1 node=$2
cli="$checkout/packages/holdfast/bin/holdfast.js"

say() {
  local text=${2//$'\n'/ }
  printf '%s %s\n' "$1" "${text%% }"
}
shown() { systemctl --user show holdfast.service -p "$1" --value; }
supervisors() { grep -lsz '/dist/daemon/supervise\.cjs$' /proc/[0-9]*/cmdline | wc -l; }
engines() { grep -lsz 'engine/main\.js$' /proc/[0-9]*/cmdline | wc -l; }
# until TIMES COMMAND...: asks ten times a second.
until_true() {
  local left=$1
  shift
  until "$@"; do
    left=$((left - 1))
    [ $left = 0 ] && return 1
    sleep 0.1
  done
}
restarted() { [ "$(shown NRestarts)" = "$1" ] && [ "$(shown ActiveState)" = active ]; }
one_engine() { [ "$(engines)" = 1 ]; }

# There is no logind here, so its tool is one of our own that remembers.
mkdir -p "$HOME/tools" "$HOME/.config/holdfast"
cat >"$HOME/tools/loginctl" <<'TOOL'
#!/bin/sh
case "$1" in
  show-user) [ -e "$HOME/linger" ] && echo yes || echo no ;;
  enable-linger) touch "$HOME/linger" ;;
  disable-linger) rm "$HOME/linger" ;;
esac
TOOL
chmod +x "$HOME/tools/loginctl"
export PATH="$HOME/tools:$PATH"
cat >"$HOME/.config/holdfast/holdfast.config.json" <<'CONFIG'
{
  "dataDir": "../../data",
  "contact": "you@example.org",
  "dashboard": { "port": 47481 },
  "sources": [{ "id": "nobody", "kind": "oai-pmh", "baseUrl": "http://127.0.0.1:9/oai", "from": "30d" }]
}
CONFIG

cd "$HOME" || exit 1
# On a terminal it asks first; `no` changes nothing.
said=$(echo n | script -qec "'$node' '$cli' service install" /dev/null)
say refused "$(grep -o 'Install this? \[y/N\]' <<<"$said" | head -n 1) $(grep -o 'Nothing was changed' <<<"$said") $(shown LoadState)"
said=$("$node" "$cli" service install 2>&1)
say install $?
[ "$(shown ActiveState)" = active ] || { say said "$said"; tail -40 "$HOME/manager.log" >&2; }
first=$(shown MainPID)
until_true 100 one_engine
say engines "$(engines)"
copy=$(dirname "$(dirname "$(readlink "/proc/$first/exe")")")
say copied "${copy#"$HOME"/}"

kill -KILL "$first"
until_true 300 restarted 1
until_true 100 one_engine
say after-kill "supervisors $(supervisors) engines $(engines)"

mount -t tmpfs tmpfs "$checkout"
[ -e "$cli" ] && say checkout still-there || say checkout gone
kill -KILL "$(shown MainPID)"
until_true 300 restarted 2
until_true 100 one_engine
say without-checkout "supervisors $(supervisors) engines $(engines)"

own() { "$copy/bin/node" "$copy/node_modules/holdfast/bin/holdfast.js" "$@"; }
own service status >"$HOME/status" 2>&1
say status "$? $(grep -c '^!' "$HOME/status")"
said=$(own stop 2>&1)
say stop "$? $(grep -c 'systemctl --user start' <<<"$said") $(shown ActiveState) supervisors $(supervisors) engines $(engines)"
said=$(own service uninstall 2>&1)
say uninstall "$? $(grep -o 'The data stay in .*' <<<"$said")"
say in-the-end "supervisors $(supervisors) engines $(engines) linger $(ls "$HOME/linger" 2>/dev/null)"
say database "$(ls "$HOME/data" | grep -c '^holdfast\.db$')"
say left "$(cd "$HOME" && find .config .local -type f | sort | tr '\n' ' ')"
