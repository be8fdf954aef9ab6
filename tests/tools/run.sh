#!/bin/sh
# All tests, in two runs at once: those in a browser wait most of their time, the others do not.
# What the browser run said comes behind the other's. A few that fail while both runs share the machine are run
# once more by themselves, and that is said: what fails again fails the whole.
set -u
python="$1"
most_again=8
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The tests of a mark; which of them failed stands in a file afterwards.
tests_of() {
    "$python" -m pytest -m "$1" -p tests.tools.failed --failed-to "$folder/$2"
}

# The verdict on a run: its own, or that of the second try. Anything but failed tests (1) is never tried again.
verdict() {
    [ "$1" -ne 1 ] && return "$1"
    failed=$(wc -l <"$folder/$2")
    [ "$failed" -gt "$most_again" ] && return 1
    echo "$failed failed beside the other run; once more by themselves:"
    cat "$folder/$2"
    "$python" -m pytest "@$folder/$2"
}

tests_of browser browser >"$folder/said" 2>&1 &
browser=$!
tests_of "not browser" others
others=$?
wait "$browser"
browser=$?
cat "$folder/said"
verdict "$others" others
others=$?
verdict "$browser" browser
browser=$?
[ "$others" -eq 0 ] && [ "$browser" -eq 0 ]
