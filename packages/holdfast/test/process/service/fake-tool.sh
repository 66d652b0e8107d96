#!/bin/sh
# Stands for a tool of the system, by the name under which it is called. Appends how it was called to $FAKE_CALLS (a
# line a call, words set apart by the unit separator) and answers from $FAKE_REPLIES/<name>.<first word that is no
# option, up to its first space, / as _>: a line `code|text` a call, of which the last one stays. Without such a file: 0 and nothing.
name=$(basename "$0")
{
  printf '%s' "$name"
  for word in "$@"; do printf '\037%s' "$word"; done
  printf '\n'
} >>"$FAKE_CALLS"
first=
for word in "$@"; do
  case "$word" in -*) continue ;; esac
  first=$(printf '%s' "${word%% *}" | tr / _)
  break
done
file="$FAKE_REPLIES/$name.$first"
[ -e "$file" ] || exit 0
line=$(head -n 1 "$file")
[ "$(wc -l <"$file")" -gt 1 ] && sed -i 1d "$file"
text=${line#*|}
code=${line%%|*}
if [ "$code" = 0 ]; then printf '%b\n' "$text"; else printf '%b\n' "$text" >&2; fi
exit "$code"
