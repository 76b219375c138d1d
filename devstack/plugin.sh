# Sourced by devstack: plugin.sh MODE PHASE. All there is to do is to have the program: it reads the tempest.conf that
# devstack writes, and the jobs of zuul.d start it in place of Python.

function install_persistent_resources {
    local dir
    dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
    source "$dir/devstack/program.sh"
    local program
    program=$(persistent_resources_program "$dir") || return 1
    # The jobs name this path, and user tempest runs what is there.
    if [[ "$program" != "$dir/bin/persistent-resources" ]]; then
        mkdir -p "$dir/bin"
        ln -sf "$program" "$dir/bin/persistent-resources"
    fi
    "$program" version
}

case "$1 $2" in
"stack install")
    install_persistent_resources
    ;;
"clean "*)
    rm -f "$(dirname "${BASH_SOURCE[0]}")/../bin/persistent-resources"
    ;;
esac
