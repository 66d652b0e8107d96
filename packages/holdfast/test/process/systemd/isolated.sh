#!/bin/bash
# isolated.sh PROGRAM [ARGUMENT...]
#
# Runs PROGRAM beside a real `systemd --user` of its own that can reach no process outside. Its exit code is that of
# PROGRAM; 77 where the isolation cannot be completed (the reason is printed): nothing has been started then; 70 when
# something outside was changed all the same. PROGRAM finds an empty HOME, which is removed afterwards, and
# XDG_RUNTIME_DIR; the manager's log is $HOME/manager.log.
#
# WARNING. At its start a user manager moves every process of its own cgroup into its init.scope. Started from the
# root cgroup, even inside a mount namespace, that is every process of the machine, PID 1 included. So never start it
# without all of these steps: cgroups of our own, the gate that proves that only this shell is in them, and only then
# the namespaces, in which nothing but these cgroups is mounted. Knows hybrid hierarchies (cgroup v1 with v2 beside).
set -u
readonly SKIPPED=77 HARMED=70

skip() {
  echo "not isolated: $*" >&2
  exit "$SKIPPED"
}

# Reads the mount point of the hierarchy with these controllers (empty: v2) into MOUNT. Only whole hierarchies count.
find_mount() {
  local id parent device root point rest type options controller fits
  MOUNT=''
  while read -r id parent device root point rest; do
    rest=${rest#*- }
    read -r type _ options <<<"$rest"
    [ "$root" = / ] || continue
    if [ -z "$1" ]; then
      [ "$type" = cgroup2 ] && MOUNT=$point
    elif [ "$type" = cgroup ]; then
      fits=yes
      for controller in ${1//,/ }; do
        [[ ",$options," == *",$controller,"* ]] || fits=no
      done
      [ $fits = yes ] && MOUNT=$point
    fi
  done </proc/self/mountinfo
  [ -n "$MOUNT" ]
}

# Calls "$1 MOUNTPOINT OWN_GROUP CONTROLLERS" for every hierarchy that the manager could use: all but cpuset.
each_hierarchy() {
  local lines line number controllers group
  # Read at once: moving a process changes the file.
  mapfile -t lines </proc/self/cgroup
  for line in "${lines[@]}"; do
    IFS=: read -r number controllers group <<<"$line"
    [ "$controllers" = cpuset ] && continue
    find_mount "$controllers" || skip "the cgroups of '${controllers:-v2}' are not mounted whole"
    "$1" "$MOUNT" "${group%/}" "$controllers"
  done
}

make_leaf() {
  mkdir "$1$2/$LEAF" 2>/dev/null || { drop_leaves; skip "no cgroup can be made in $1$2"; }
  LEAVES+=("$1$2/$LEAF")
}

drop_leaves() {
  local leaf try
  for leaf in ${LEAVES[@]+"${LEAVES[@]}"}; do
    for try in 1 2 3 4 5 6 7 8 9 10; do
      [ -d "$leaf" ] || break
      find "$leaf" -depth -type d -exec rmdir {} \; 2>/dev/null
      [ -d "$leaf" ] && sleep 0.3
    done
    [ -d "$leaf" ] && echo "left behind: $leaf" >&2
  done
}

# Step 1 and the last: around everything, in the cgroups where we were started.
around() {
  local tool before child code
  [ "$(id -u)" = 0 ] || skip 'only root can'
  for tool in unshare mount umount systemctl find; do
    command -v $tool >/dev/null || skip "there is no $tool"
  done
  [ -x /lib/systemd/systemd ] || skip 'there is no /lib/systemd/systemd'
  before=$(</proc/1/cgroup)
  LEAF=holdfast-isolated-$$
  LEAVES=()
  find_mount '' || skip 'there is no cgroup v2 beside v1'
  find_mount name=systemd || skip "there is no cgroup v1 of systemd's own"
  each_hierarchy make_leaf
  HOLDFAST_ISOLATED_HOME=$(mktemp -d) || { drop_leaves; skip 'no temporary folder can be made'; }
  export HOLDFAST_ISOLATED_HOME
  bash "$0" --enter "$LEAF" "$@" <&0 &
  child=$!
  trap 'kill -KILL $child 2>/dev/null' TERM INT HUP PIPE
  wait $child
  code=$?
  wait $child 2>/dev/null
  drop_leaves
  rm -rf "$HOLDFAST_ISOLATED_HOME"
  if [ "$(</proc/1/cgroup)" != "$before" ]; then
    echo 'HARM: the cgroups of PID 1 were changed' >&2
    exit "$HARMED"
  fi
  exit $code
}

# Steps 2 and 3: this shell alone moves into the leaves; the gate; then the namespaces.
enter() {
  LEAF=$1
  shift
  each_hierarchy move_in
  each_hierarchy check_alone
  exec unshare -m -p -f -C --propagation private --mount-proc --kill-child bash "$0" --inside "$@"
}

move_in() {
  # A second line of the same process finds it there already.
  [[ "$2" == */"$LEAF" ]] || echo $$ >"$1$2/$LEAF/cgroup.procs" || skip "cannot enter $1$2/$LEAF"
}

check_alone() {
  local pids
  [[ "$2" == */"$LEAF" ]] || skip "gate: in '$3' this shell is in '$2', not in its leaf"
  mapfile -t pids <"$1$2/cgroup.procs" || skip "gate: $1$2 cannot be read"
  [ "${#pids[@]}" = 1 ] && [ "${pids[0]}" = $$ ] || skip "gate: $1$2 holds ${pids[*]}, not $$ alone"
}

# Steps 4 to 6: inside the namespaces.
inside() {
  local number controllers group manager code
  while IFS=: read -r number controllers group; do
    [ "$controllers" = cpuset ] || [ "$group" = / ] || skip "inside, '$controllers' still shows $group"
  done </proc/self/cgroup
  umount -R /sys/fs/cgroup || skip 'the cgroups of outside cannot be unmounted'
  mount -t tmpfs tmpfs /sys/fs/cgroup || skip 'no tmpfs for cgroups'
  mkdir /sys/fs/cgroup/{systemd,unified,pids,memory}
  mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd || skip 'name=systemd cannot be mounted'
  mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified || skip 'cgroup2 cannot be mounted'
  mount -t cgroup -o pids cgroup /sys/fs/cgroup/pids || skip 'pids cannot be mounted'
  mount -t cgroup -o memory cgroup /sys/fs/cgroup/memory || skip 'memory cannot be mounted'
  mount -t tmpfs tmpfs /run || skip 'no tmpfs for /run'
  mkdir -p /run/systemd/system /run/user/0
  chmod 0700 /run/user/0
  export XDG_RUNTIME_DIR=/run/user/0 HOME=$HOLDFAST_ISOLATED_HOME
  unset DBUS_SESSION_BUS_ADDRESS NOTIFY_SOCKET LISTEN_FDS XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME
  cd "$HOME" || skip 'no home'
  /lib/systemd/systemd --user --log-target=console >"$HOME/manager.log" 2>&1 </dev/null &
  manager=$!
  for _ in $(seq 100); do
    systemctl --user list-units >/dev/null 2>&1 && break
    sleep 0.1
  done
  systemctl --user list-units >/dev/null 2>&1 || { cat "$HOME/manager.log" >&2; exit 1; }
  "$@"
  code=$?
  kill $manager 2>/dev/null
  wait $manager 2>/dev/null
  exit $code
}

case "${1:-}" in
  '') echo 'usage: isolated.sh PROGRAM [ARGUMENT...]' >&2; exit 2 ;;
  --enter) shift; enter "$@" ;;
  --inside) shift; inside "$@" ;;
  *) around "$@" ;;
esac
