#!/bin/sh
# All tests, in two runs at once: those in a browser wait most of their time, the others do not.
# What the browser run said comes behind the other's; it fails if either does.
set -u
python="$1"
said=$(mktemp)
trap 'rm -f "$said"' EXIT
"$python" -m pytest -m browser >"$said" 2>&1 &
browser=$!
"$python" -m pytest -m "not browser"
others=$?
wait "$browser"
browser=$?
cat "$said"
[ "$others" -eq 0 ] && [ "$browser" -eq 0 ]
