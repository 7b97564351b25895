#!/bin/sh
# Proves that the simulator finds bugs: makes each mutation in a copy of the sources and says which seed found it.
# mutations.sh [COPY] [SEEDS] [NAME…]: where the copy is kept, how many seeds at most, which mutations (all).
# Without a mutation no seed may fail, else what is found says nothing. Where the simulated machine itself stops, nothing was found.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
copy=${1:-$here/.build/mutations}
seeds=${2:-500}
[ $# -ge 2 ] && shift 2 || shift $#
mkdir -p "$copy"
(cd "$here" && tar -c --exclude=./.build --exclude=./.git .) | tar -x -C "$copy"
cd "$copy"
missed=0
build() { ${SWIFT_BUILD:-swift build} --product simulate >mutation.log 2>&1; }
run() { .build/debug/simulate --runs "$1" >mutation.log 2>&1; }
if ! build || ! run 100; then
    echo "without any mutation:"
    grep -E "error:|FAILED|the machine stops" mutation.log || tail -5 mutation.log
    exit 1
fi
for patch in "$here"/Tests/Simulator/mutations/*.patch; do
    name=$(basename "$patch" .patch)
    case " ${*:-$name} " in *" $name "*) ;; *) continue ;; esac
    patch -p1 -s <"$patch"
    if ! build; then
        found="| does not build | |"
        missed=1
    elif run "$seeds"; then
        found="| not in $seeds seeds | |"
        missed=1
    else
        found=$(sed -n 's/^seed \([0-9]*\) FAILED: \(.*\)/| \1 | \2 |/p' mutation.log | head -1 | cut -c1-160)
        stop=$(grep -m 1 "^the machine stops" mutation.log || true)
        [ -n "$found" ] && [ -z "$stop" ] || missed=1
        found="${found:-| ended without a word | |}${stop:+ $stop}"
    fi
    patch -p1 -s -R <"$patch"
    echo "| $name $found"
done
exit $missed
