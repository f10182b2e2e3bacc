# shellcheck shell=sh
# Read by ./run and ./test, which stand in the project's folder: makes ready what the commands need, nothing twice.
#
#   ready run     Debian packages, .venv and the locked Python packages of ./run
#   ready test    the same and those of ./test
#
# Exit codes: 69 something could not be fetched, 74 the disk is full, 77 no right to install.

LOG=""

say() { printf '%s\n' "$*" >&2; }

stop() { # code, lines…
    code=$1
    shift
    say ""
    for line in "$@"; do say "$line"; done
    exit "$code"
}

ready() {
    # Another ./run or ./test in this folder may be at it: wait for it, then find everything done.
    exec 9>.venv.lock
    flock 9
    LOG=$(mktemp)
    debian_packages "$1"
    python_packages "$1"
    rm -f "$LOG"
    exec 9>&-
}

# --- Debian ---------------------------------------------------------------------------------------

listed() { # purpose: its list, and for tests the list of ./run too
    lists=requirements/debian-run.txt
    [ "$1" = test ] && lists="$lists requirements/debian-test.txt"
    # shellcheck disable=SC2086  # a list of files
    sed 's/#.*//' $lists
}

missing() { # purpose
    # shellcheck disable=SC2046  # one word a package
    set -- $(listed "$1")
    installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
        sed -n 's/^installed //p')
    for package in "$@"; do
        printf '%s\n' "$installed" | grep -qxF "$package" || printf '%s ' "$package"
    done
    # Debian keeps the half of venv that brings pip in a package of its own.
    if [ ! -x .venv/bin/python ] && ! python3 -c 'import ensurepip' 2>/dev/null; then
        printf 'python3 python3-venv '
    fi
}

debian_packages() {
    if ! command -v dpkg-query >/dev/null; then
        [ -x .venv/bin/python ] ||
            say "This is not Debian, so its packages are not checked. Needed: $(listed "$1" | tr '\n' ' ')"
        return
    fi
    needed=$(missing "$1")
    [ -n "$needed" ] || return 0

    if [ "$(id -u)" = 0 ]; then
        root=""
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        root="sudo"
    else
        stop 77 "Debian packages are missing, and only an administrator can install them. Ask one to type:" \
            "" "    apt-get install --no-install-recommends $needed" "" "and then start ./$1 again."
    fi
    say "Installing Debian packages: $needed"
    # shellcheck disable=SC2086  # $root is one word or none, $needed one word a package
    {
        $root apt-get update &&
            $root env DEBIAN_FRONTEND=noninteractive \
                apt-get install --yes --quiet --no-install-recommends $needed
    } </dev/null >"$LOG" 2>&1 || {
        tail -n 5 "$LOG" >&2
        stop 69 "The packages above could not be installed. Is this machine connected to the network?" \
            "What apt-get said in full: $LOG"
    }
}

# --- Python ---------------------------------------------------------------------------------------

# What .venv was made from; another folder, another Python or another lock file makes another stamp.
stamp() { # purpose
    printf '%s %s %s' "$(pwd -P)" "$(readlink -f .venv/bin/python)" "$(sha256sum <"requirements/$(lock_of "$1")")"
}

lock_of() {
    if [ "$1" = test ]; then echo test.txt; else echo app.txt; fi
}

python_packages() { # purpose
    [ -x .venv/bin/python ] && [ "$(cat ".venv/ready-$1" 2>/dev/null)" = "$(stamp "$1")" ] && return

    space "$1"
    usable_venv || make_venv
    say "Installing Python packages (under a minute)"
    # The mark stays when this is broken off, and tells the next start that .venv is half-made.
    : >.venv/half-made
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --retries 2 \
        --require-hashes --only-binary :all: --requirement "requirements/$(lock_of "$1")" \
        </dev/null >"$LOG" 2>&1 || {
        grep -v '^WARNING' "$LOG" | tail -n 3 >&2
        stop 69 "The Python packages could not be installed. Is this machine connected to the network?" \
            "What pip said in full: $LOG"
    }
    # The lock of the tests holds that of the app, version by version.
    stamp run >.venv/ready-run
    [ "$1" = run ] || stamp test >.venv/ready-test
    rm .venv/half-made
}

space() { # purpose
    if [ "$1" = test ]; then megabytes=900; else megabytes=500; fi
    free=$(df -Pm . | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$megabytes" ] ||
        stop 74 "The disk is too full: $free MB are free here and the Python packages need $megabytes MB."
}

usable_venv() {
    [ ! -e .venv/half-made ] && .venv/bin/python -m pip --version >/dev/null 2>&1 &&
        [ "$(.venv/bin/python -c 'import sys; print(sys.prefix)')" = "$(pwd -P)/.venv" ]
}

make_venv() {
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        stop 69 "Fieldapp needs Python 3.11 or newer as python3; this is $(python3 --version 2>&1)."
    rm -rf .venv
    mkdir .venv && : >.venv/half-made
    python3 -m venv .venv >"$LOG" 2>&1 ||
        stop 69 "No Python environment could be made in .venv:" "$(tail -n 5 "$LOG")"
}
