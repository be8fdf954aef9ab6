#!/bin/sh
# What the tests need beside Python: a Chromium, fonts that can show Chinese, a PostgreSQL server.
# With root's rights from Debian's packages; otherwise Playwright's own browser, and the tests that need
# PostgreSQL say that they were skipped.
set -eu
python="$1"
need=""
command -v chromium >/dev/null 2>&1 || need="$need chromium"
ls /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc >/dev/null 2>&1 || need="$need fonts-noto-cjk"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need="$need postgresql"
[ -z "$need" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # shellcheck disable=SC2086
  apt-get install -y -qq --no-install-recommends $need >/dev/null
elif ! command -v chromium >/dev/null 2>&1; then
  "$python" -m playwright install chromium
fi
