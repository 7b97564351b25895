#!/bin/sh
# Proves that the simulator finds bugs: makes each mutation in a copy of the sources and says which seed found it.
# mutations.sh [COPY] [SEEDS] [NAME…]: where the copy is kept, how many seeds at most, which mutations (all).
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
copy=${1:-$here/.build/mutations}
seeds=${2:-500}
[ $# -ge 2 ] && shift 2 || shift $#
mkdir -p "$copy"
(cd "$here" && tar -c --exclude=./.build --exclude=./.git .) | tar -x -C "$copy"
cd "$copy"
missed=0
for patch in "$here"/Tests/Simulator/mutations/*.patch; do
    name=$(basename "$patch" .patch)
    case " ${*:-$name} " in *" $name "*) ;; *) continue ;; esac
    patch -p1 -s <"$patch"
    if ${SWIFT_BUILD:-swift build} --product simulate >mutation.log 2>&1; then
        .build/debug/simulate --runs "$seeds" >mutation.log 2>&1 || true
        found=$(sed -n 's/^seed \([0-9]*\) FAILED: \(.*\)/| \1 | \2 |/p' mutation.log | head -1 | cut -c1-160)
    else
        found="| does not build | |"
    fi
    patch -p1 -s -R <"$patch"
    case $found in *[0-9]*) ;; *) missed=1 ;; esac
    echo "| $name ${found:-| not in $seeds seeds | |}"
done
exit $missed
