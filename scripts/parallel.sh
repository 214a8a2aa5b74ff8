#!/usr/bin/env bash
# parallel.sh SHARDS OUT [EXPERIMENT...] [FLAG...]: run experiments as shards with GNU
# parallel, on this machine or on those of PARALLEL_FLAGS (such as "--sshloginfile
# nodes": they must see OUT and this clone under the same paths), and join them.
#
#   scripts/parallel.sh 8 /tmp/ml3 --profile paper
#
# A shard that ends with a failure that may pass, or with its machine, is tried three
# times. The whole can be run again at any time and computes only what is missing: it
# is the files that say so, not a log.
set -euo pipefail
if [ $# -lt 2 ]; then
  sed -n '2,4s/^# //p' "$0" >&2
  exit 2
fi
root=$(cd "$(dirname "$0")/.." && pwd)
shards=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
shift 2
experiments=()
while [ $# -gt 0 ] && [[ $1 != -* ]]; do
  experiments+=("$1")
  shift
done
if [ -z "${ML3:-}" ]; then
  ML3=$out/bin/ml3
  go build -C "$root" -o "$ML3" ./scripts/ml3
fi
cd "$root"
status=0
# TERM, and KILL only after 10 s, if this script is ended
seq 0 $((shards - 1)) | parallel ${PARALLEL_FLAGS:-} --will-cite --workdir "$root" --retries 3 --termseq TERM,10000,KILL,25 --line-buffer \
  "$ML3" run "${experiments[@]}" --shard "{}/$shards" --jobs 1 --out "$out" "$@" || status=$?
[ "$status" -lt 100 ] || exit 1 # so many shards failed, or parallel itself; below that the join says what is missing
"$ML3" join "${experiments[@]/#/--experiment=}" --out "$out" "$@"
