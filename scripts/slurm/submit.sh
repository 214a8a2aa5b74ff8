#!/usr/bin/env bash
# submit.sh SHARDS OUT [EXPERIMENT...] [FLAG...]: run experiments as an array of Slurm
# jobs, and join them. OUT is a folder that all nodes see; the experiments (default:
# all) and flags are those of ml3 run:
#
#   scripts/slurm/submit.sh 20 /shared/ml3 --profile paper
#   scripts/slurm/submit.sh 3 /shared/ml3 sine digits --profile paper --seeds 5
#
# It can be run again at any time and has only what is missing computed. More options
# go through sbatch's own variables, such as SBATCH_PARTITION, SBATCH_ACCOUNT and
# SBATCH_TIMELIMIT. ML3 names the program to use; by default it is built from this
# clone, which the nodes must see, too. A shard should have a minute of work or more
# (ml3 plan --shards says), and Slurm allows arrays of 1000 unless MaxArraySize is
# raised.
set -euo pipefail
if [ $# -lt 2 ]; then
  sed -n '2,4s/^# //p' "$0" >&2
  exit 2
fi
root=$(cd "$(dirname "$0")/../.." && pwd)
shards=$1
mkdir -p "$2/logs" # Slurm does not make it, and writes no log without
out=$(cd "$2" && pwd)
shift 2
experiments=()
while [ $# -gt 0 ] && [[ $1 != -* ]]; do
  experiments+=("$1")
  shift
done

if [ -z "${ML3:-}" ]; then
  ML3=$out/bin/ml3
  go build -C "$root" -o "$out/bin/ml3.new" ./scripts/ml3
  if cmp -s "$ML3.new" "$ML3"; then rm "$ML3.new"; else mv "$ML3.new" "$ML3"; fi # jobs that run keep theirs
fi
cd "$root"
"$ML3" plan "${experiments[@]}" --out "$out" --shards "$shards" "$@"
export ML3 ML3_SHARDS=$shards
array=$(sbatch --parsable --array="0-$((shards - 1))" --chdir="$root" --output="$out/logs/shard-%a.log" \
  "$root/scripts/slurm/shard.sbatch" "${experiments[@]}" --out "$out" "$@")
join=$(sbatch --parsable --dependency="afterany:$array" --chdir="$root" --output="$out/logs/join.log" \
  "$root/scripts/slurm/join.sbatch" "${experiments[@]/#/--experiment=}" --out "$out" "$@")
echo "submitted: shards $array, join $join; logs in $out/logs"
