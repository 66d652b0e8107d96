#!/bin/bash
# archive-service.sh ARCHIVE HIDE [OLD-CLI OLD-NODE]: runs inside isolated.sh. Unpacks the archive, installs the service
# from it (over that of an older program, when one is named), removes the unpacked folder, hides the folder HIDE (the
# checkout), kills the supervisor, and removes the service with the copy's own command line.
# Prints what it saw, a line `name value` each. The upstream is a port of this machine on which nobody listens.
set -u
archive=$1 hide=$2 old_cli=${3:-} old_node=${4:-}

say() {
  local text=${2//$'\n'/ }
  printf '%s %s\n' "$1" "${text%% }"
}
shown() { systemctl --user show holdfast.service -p "$1" --value; }
supervisors() { grep -lsz '/dist/daemon/supervise\.cjs$' /proc/[0-9]*/cmdline | wc -l; }
engines() { grep -lsz 'engine/main\.js$' /proc/[0-9]*/cmdline | wc -l; }
until_true() {
  local left=$1
  shift
  until "$@"; do
    left=$((left - 1))
    [ $left = 0 ] && return 1
    sleep 0.1
  done
}
restarted() { [ "$(shown NRestarts)" -ge "$1" ] && [ "$(shown ActiveState)" = active ]; }
one_engine() { [ "$(engines)" = 1 ]; }
program_of() { dirname "$(dirname "$(readlink "/proc/$(shown MainPID)/exe")")"; }
schema() { "$@" status --json 2>/dev/null | sed -n 's/.*"schemaVersion": *\([0-9]*\).*/\1/p' | head -n 1; }

# There is no logind here, so its tool is one of our own that remembers.
mkdir -p "$HOME/tools" "$HOME/.config/holdfast" "$HOME/unpacked"
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
  "dashboard": { "port": 47482 },
  "sources": [{ "id": "nobody", "kind": "oai-pmh", "baseUrl": "http://127.0.0.1:9/oai", "from": "30d" }]
}
CONFIG

cd "$HOME" || exit 1
if [ -n "$old_cli" ]; then
  said=$("$old_node" "$old_cli" service install 2>&1)
  say old-install $?
  until_true 200 one_engine
  say old-version "$(basename "$(program_of)")"
  say old-schema "$(schema "$old_node" "$old_cli")"
fi

tar -xzf "$archive" -C unpacked || exit 1
said=$(./unpacked/*/bin/holdfast service install 2>&1)
say install $?
[ "$(shown ActiveState)" = active ] || { say said "$said"; tail -40 "$HOME/manager.log" >&2; }
until_true 200 one_engine
say running "supervisors $(supervisors) engines $(engines)"
copy=$(program_of)
say copied "${copy#"$HOME"/}"
say copies "$(ls "$HOME/.local/share/holdfast/app" | wc -l)"

rm -rf unpacked
mount -t tmpfs tmpfs "$hide"
before=$(shown NRestarts)
kill -KILL "$(shown MainPID)"
until_true 300 restarted $((before + 1))
until_true 200 one_engine
say without-archive "supervisors $(supervisors) engines $(engines)"

own() { "$copy/bin/node" "$copy/node_modules/holdfast/bin/holdfast.js" "$@"; }
own service status >"$HOME/status" 2>&1
say status $?
say version "$(own --version)"
say schema "$(schema own)"
said=$(own service uninstall 2>&1)
say uninstall "$? $(grep -o 'The data stay in .*' <<<"$said")"
say in-the-end "supervisors $(supervisors) engines $(engines) linger $(ls "$HOME/linger" 2>/dev/null)"
say data "$(ls "$HOME/data" | grep -c '^holdfast\.db$') $(ls "$HOME/data" | grep -c 'before-v')"
say left "$(cd "$HOME" && find .config .local -type f | sort | tr '\n' ' ')"
