#!/usr/bin/env bash
# check.sh ML3: has the program ML3 make its pages, and tests them in Chromium; axe-core
# (from npm) looks for what keeps people from reading them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(cd "$tmp" && npm install --silent --no-audit --no-fund --ignore-scripts axe-core@4.10.3)
(cd "$here/../.." && "$1" report --out "$tmp/report.html")
ML3_REPORT=$tmp/report.html ML3_AXE=$tmp/node_modules/axe-core/axe.min.js go test -C "$here" -count=1 ./...
