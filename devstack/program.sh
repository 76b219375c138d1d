# Sourced by devstack's and grenade's plugins.

# persistent_resources_program CHECKOUT... prints the path of the program: $PERSISTENT_RESOURCES_BIN, what is on PATH, or
# bin/persistent-resources in the first checkout that has it. Without any it is built in the first checkout; Go then needs
# its modules, from a proxy or from a directory vendor.
function persistent_resources_program {
    local checkout
    if [[ -n "${PERSISTENT_RESOURCES_BIN:-}" ]]; then
        echo "$PERSISTENT_RESOURCES_BIN"
        return
    fi
    if command -v persistent-resources; then
        return
    fi
    for checkout in "$@"; do
        if [[ -x "$checkout/bin/persistent-resources" ]]; then
            echo "$checkout/bin/persistent-resources"
            return
        fi
    done
    local program="$1/bin/persistent-resources"
    (
        cd "$1" &&
        export CGO_ENABLED=0 GOFLAGS="${GOFLAGS:--buildvcs=false}" &&
        go build -o "$program" ./cmd/persistent-resources
    ) >&2 || return 1
    echo "$program"
}
