#!/usr/bin/env bash
# The README's two commands as on a fresh machine: the committed tree in an empty folder, an empty
# home, and a PATH in which only Python, make and the POSIX tools exist (no git, node, npm,
# Chromium, PostgreSQL, ExifTool). Prints how long each took. Usage: tests/fresh_machine.sh [FOLDER]
set -euo pipefail
root=$(git rev-parse --show-toplevel)
fresh=${1:-$(mktemp -d)}
mkdir -p "$fresh/bin" "$fresh/home" "$fresh/tree"
git -C "$root" archive HEAD | tar -x -C "$fresh/tree"
for tool in make sh env rm mkdir touch sed uname cat ls; do
  ln -sf "$(command -v "$tool")" "$fresh/bin/$tool"
done
ln -sf "$(python3 -c 'import sys; print(sys.executable)')" "$fresh/bin/python3"
run() {
  echo "== $*"
  local began=$SECONDS
  (cd "$fresh/tree" && env -i PATH="$fresh/bin" HOME="$fresh/home" LANG=C.UTF-8 \
    ${ROADCOMB_REAL_DATA:+ROADCOMB_REAL_DATA="$ROADCOMB_REAL_DATA"} \
    ${ROADCOMB_VECTORS:+ROADCOMB_VECTORS="$ROADCOMB_VECTORS"} \
    $(env | grep -E '^(PIP|NPM|npm|SSL|REQUESTS|HTTP|http|no_proxy|NO_PROXY|NODE_EXTRA)[A-Za-z_]*=[^ ]*$' || true) \
    make "$@" </dev/null)
  echo "== $* took $((SECONDS - began)) s"
}
run demo SERVE=0
run demo SERVE=0
run test
