#!/bin/sh
# metha as a process of its own: harvests into a cache of its own, then prints the identifiers as JSON lines.
# Its exit code is that of metha-sync.
METHA_DIR="$PWD/metha"
export METHA_DIR
metha-sync -no-intermediate-files -format oai_dc "$1"
code=$?
find "$METHA_DIR" -name '*.xml.*' | while read -r file; do
  case "$file" in *.gz) gunzip -c "$file" ;; *.zst) zstdcat "$file" ;; esac
done | tr '\n' ' ' | sed 's/<identifier>/\n<identifier>/g' |
  sed -n 's/^<identifier>\([^<]*\)<\/identifier>.*<datestamp>.*/{"identifier":"\1"}/p'
exit $code
