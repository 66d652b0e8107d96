#!/bin/sh
# metha 0.5 or newer as a process of its own: harvests the whole list in one go into a folder of its own, then prints the
# identifiers of what it holds, deleted records too, as JSON lines. Its exit code is that of the harvest.
metha sync --base-dir "$PWD/metha" --no-intervals --format oai_dc "$1"
code=$?
metha cat --base-dir "$PWD/metha" --deleted --format oai_dc "$1" | tr '\n' ' ' |
  sed 's/<identifier>/\n<identifier>/g' |
  sed -n 's/^<identifier>\([^<]*\)<\/identifier>.*<datestamp>.*/{"identifier":"\1"}/p'
exit $code
