#!/usr/bin/env bash
# one-node.sh up DIR [CPUS] | down DIR: a Slurm of one node, this machine, for tests.
# It listens on the loopback interface only, writes nothing outside DIR and needs root
# and Debian's packages slurm-wlm and munge. up prints the SLURM_CONF to export.
#
# Two partitions: jobs of "high" preempt those of "low" (the default), which go back
# into the queue.
set -euo pipefail

up() {
  local dir cpus=${2:-2} host
  mkdir -p "$1"
  dir=$(cd "$1" && pwd)
  host=$(hostname -s)
  mkdir -p "$dir/state" "$dir/spool"
  chmod 755 "$dir" # munged refuses a folder that others can write to
  (umask 077 && head -c 128 /dev/urandom >"$dir/munge.key")
  cat >"$dir/slurm.conf" <<CONF
ClusterName=ml3
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=17817
SlurmdPort=17818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge.socket
CryptoType=crypto/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0,defer_batch=0
ReturnToService=2
KillWait=5
JobRequeue=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=2000 State=UNKNOWN
PartitionName=low Nodes=$host Default=YES MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=REQUEUE GraceTime=0
PartitionName=high Nodes=$host MaxTime=INFINITE State=UP PriorityTier=10
CONF
  export SLURM_CONF=$dir/slurm.conf
  munged --force --key-file="$dir/munge.key" --socket="$dir/munge.socket" --pid-file="$dir/munged.pid" \
    --log-file="$dir/munged.log" --seed-file="$dir/munged.seed"
  slurmctld -c
  slurmd -N "$host"
  local _
  for _ in $(seq 100); do
    if sinfo -h -o %t 2>/dev/null | grep -q idle; then
      echo "SLURM_CONF=$SLURM_CONF"
      return
    fi
    sleep 0.1
  done
  echo "Slurm did not start; its logs are in $dir" >&2
  return 1
}

down() {
  local daemon
  for daemon in slurmd slurmctld munged; do
    if [ -e "$1/$daemon.pid" ]; then kill "$(cat "$1/$daemon.pid")" 2>/dev/null || true; fi
  done
}

case "${1:-} $#" in
"up 2" | "up 3" | "down 2") "$@" ;;
*)
  sed -n '2,4s/^# //p' "$0" >&2
  exit 2
  ;;
esac
