#!/usr/bin/env bash
# check.sh ML3: runs small experiments with the program ML3 on a one-node Slurm and with
# GNU parallel, ends jobs in the middle as clusters do, and compares the results with
# those of one run. It takes about a minute.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export ML3=$1
tmp=$(mktemp -d)
trap '"$here/one-node.sh" down "$tmp/slurm"; rm -rf "$tmp"' EXIT
"$here/one-node.sh" up "$tmp/slurm" 2
export SLURM_CONF=$tmp/slurm/slurm.conf
experiments=(invdyn-reacher shaped-sine)
cd "$here/../.." # ml3 looks for its clone here

# wait_for SECONDS WHAT COMMAND...: waits until the command succeeds.
wait_for() {
  local most=$1 what=$2 start=$SECONDS
  shift 2
  until "$@"; do
    if [ $((SECONDS - start)) -ge "$most" ]; then
      echo "after $most s there is not yet: $what"
      squeue
      tail -n 20 "$tmp"/*/logs/* "$tmp/slurm/slurmctld.log"
      return 1
    fi
    sleep 0.2
  done
}

# same OUT: the results in a folder are those of one run, but for the times.
same() {
  local file n=0
  while read -r file; do
    cmp "$tmp/one/$file" "$tmp/$1/$file"
    n=$((n + 1))
  done < <(cd "$tmp/one" && find . -type f ! -name manifest.json)
  [ "$n" -gt 10 ] && [ ! -e "$tmp/$1/.parts" ]
  echo "$1: $n files as of one run"
}

state() { squeue -h -r -n ml3 -t "$1" -o %i | sort; }
pending() { [ "$(state PD | wc -l)" -ge "$1" ]; }
running() { [ "$(state R | wc -l)" -ge "$1" ]; }
computing() { [ "$(grep -l 'parts in' "$tmp/$1"/logs/shard-*.log 2>/dev/null | wc -l)" -ge "$2" ]; }
joined() { [ "$(squeue -h | wc -l)" = 0 ]; }
restart() { # requeued jobs wait two minutes, unless they are told
  local job
  for job in $(state PD); do scontrol update JobId="$job" StartTime=now; done
}

"$ML3" run "${experiments[@]}" --seeds 2 --out "$tmp/one" >/dev/null

echo "--- an array"
"$here/submit.sh" 3 "$tmp/array" "${experiments[@]}" --seeds 2
wait_for 400 "an empty queue" joined
same array

echo "--- jobs that are preempted, that reach their time limit, that are cancelled"
"$here/submit.sh" 2 "$tmp/ended" "${experiments[@]}" --seeds 2
wait_for 120 "two shards that compute" computing ended 2
sbatch --partition=high --cpus-per-task=2 --output=/dev/null --wrap "sleep 1"
wait_for 120 "two shards back in the queue" pending 2
restart
wait_for 120 "two shards that run again" running 2
for job in $(state R); do scancel --batch --signal=TERM "$job"; done # as --signal=B:TERM does
wait_for 120 "two shards back in the queue" pending 2
restart
wait_for 120 "two shards that run again" running 2
scancel -n ml3
wait_for 120 "an empty queue" joined # a cancelled job does not come back; the join refuses
grep "missing; the same shards, run again, compute only this" "$tmp/ended/logs/join.log"
[ ! -e "$tmp/ended/shaped-sine.csv" ]
"$here/submit.sh" 2 "$tmp/ended" "${experiments[@]}" --seeds 2
wait_for 400 "an empty queue" joined
same ended

echo "--- GNU parallel"
"$here/../parallel.sh" 3 "$tmp/parallel" "${experiments[@]}" --seeds 2
same parallel
