#!/usr/bin/env bash
# Called by grenade: resources.sh early_create|create|verify|verify_noapi|destroy|force_destroy [pre-upgrade|post-upgrade]
#
# The results of all phases are one run of a stestr repository in $SAVE_DIR/persistent-resources, beside a stream and a JUnit
# file for each phase. grenade publishes SAVE_DIR. The record of what was made has passwords and private keys, so it is kept
# elsewhere, in a directory that is closed to others.
set -o errexit -o pipefail

source "$GRENADE_DIR/grenaderc"
source "$GRENADE_DIR/functions"

phase=$1
side=${2:-}

upgrade_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$upgrade_dir/../program.sh"
program=$(persistent_resources_program "$(cd "$upgrade_dir/../.." && pwd)" "${BASE_RELEASE_DIR:-}/persistent-resources" "${TARGET_RELEASE_DIR:-}/persistent-resources")

results=$SAVE_DIR/persistent-resources
state=${PERSISTENT_RESOURCES_STATE_DIR:-${STACK_ROOT:-$(dirname "$SAVE_DIR")}/persistent-resources-state}
case "$state/" in
"$SAVE_DIR"/*)
    die $LINENO "the state directory $state has passwords in it, and grenade publishes $SAVE_DIR; set PERSISTENT_RESOURCES_STATE_DIR to another"
    ;;
esac
export PERSISTENT_RESOURCES_STATE_DIR=$state

# configuration names the tempest.conf of the cloud as it is on this side of the upgrade, or else the cloud of devstack's
# clouds.yaml.
function configuration {
    local conf
    local -a found=("$BASE_RELEASE_DIR/tempest/etc/tempest.conf")
    if [[ "$side" == post-upgrade ]]; then
        found=("$TARGET_RELEASE_DIR/tempest/etc/tempest.conf" "${found[@]}")
    fi
    for conf in "${found[@]}"; do
        if [[ -r "$conf" ]]; then
            echo "--config-file=$conf"
            return
        fi
    done
    echo "--os-cloud=${PERSISTENT_RESOURCES_CLOUD:-devstack-admin}"
}

# run PHASE LABEL [OPTION...] runs the tests of a phase and adds them to the run.
function run {
    local tests=$1 label=$2
    shift 2
    prepare
    cd "$results"
    "$program" run "$(configuration)" --combine --regex "persistent-$tests" --side="$side" \
        --stream="$results/$label.subunit" --junit="$results/TEST-persistent-resources-$label.xml" "$@"
}

# prepare makes the repository with a run in it: a job that fails early is still read.
function prepare {
    mkdir -p "$results"
    if [[ ! -e "$results/.stestr" ]]; then
        (
            cd "$results"
            exec -a stestr "$program" load --force-init /dev/null
        )
    fi
}

# labelled is a phase's name in files and reports.
function labelled {
    echo "$1${side:+.$side}"
}

case "$phase" in
early_create)
    prepare
    ;;
create)
    run create create
    ;;
verify)
    run verify "$(labelled verify)"
    ;;
verify_noapi)
    run verify "$(labelled verify-noapi)" --no-api
    ;;
destroy)
    side=post-upgrade
    run cleanup destroy
    ;;
force_destroy)
    side=post-upgrade
    run cleanup destroy || echo "persistent-resources: something may be left, see $results" >&2
    ;;
*)
    die $LINENO "there is no resource phase $phase"
    ;;
esac
