#!/usr/bin/env bash
# Runs a command beside a PC/SC service of its own: pcscd with vpcd's reader, in a new mount and network namespace. Nothing of the
# machine's own pcscd is touched, and nothing is left behind.
#   tests/with-pcscd.sh [--readers N] COMMAND [ARGUMENT...]
# N counts vpcd devices, two readers each: ports 35963 and 35964, 35973 and 35974, and so on. Needs Debian's pcscd, vsmartcard-vpcd and
# iproute2. PCSCD_DIR names the folder for the service's socket, pcscd.comm, where programs outside the namespace find it too (libpcsclite
# reads PCSCLITE_CSOCK_NAME); without it, the folder is temporary. Without root a user namespace stands in.
set -euo pipefail
devices=1
if [ "${1:-}" = --readers ]; then
    devices=$2
    shift 2
fi

if [ -z "${HIERCASH_INSIDE:-}" ]; then
    for tool in unshare ip pcscd; do
        PATH="$PATH:/usr/sbin:/sbin" command -v $tool >/dev/null || { echo "$tool is missing: install pcscd, vsmartcard-vpcd and iproute2." >&2; exit 3; }
    done
    user=()
    [ "$(id -u)" -eq 0 ] || user=(--user --map-root-user)
    export HIERCASH_INSIDE=1
    # Dies with its parent, and takes all that runs in it along.
    exec unshare "${user[@]}" --mount --net --pid --fork --kill-child=KILL --mount-proc "$0" --readers "$devices" "$@"
fi

unset HIERCASH_INSIDE
export PATH="$PATH:/usr/sbin:/sbin"
folder=${PCSCD_DIR:-$(mktemp -d)}
config=$(mktemp -d)
trap 'rm -rf "$config"; [ -n "${PCSCD_DIR:-}" ] || rm -rf "$folder"' EXIT
ip link set lo up
mkdir -p /run/pcscd
mount --bind "$folder" /run/pcscd
driver=$(find /usr/lib -name 'libifdvpcd.so' | head -n 1)
[ -n "$driver" ] || { echo "vpcd's driver is missing: install vsmartcard-vpcd." >&2; exit 3; }
for ((i = 0; i < devices; i++)); do
    port=$(printf '0x%X' $((35963 + 10 * i)))
    printf 'FRIENDLYNAME "Virtual PCD%s"\nDEVICENAME /dev/null:%s\nLIBPATH %s\nCHANNELID %s\n\n' \
        "$([ "$i" -eq 0 ] || echo " $((i + 1))")" "$port" "$driver" "$port"
done > "$config/vpcd"
pcscd --foreground --config "$config" > "$config/log" 2>&1 &
for ((i = 0; i < 100; i++)); do
    [ -S /run/pcscd/pcscd.comm ] && break
    sleep 0.05
done
[ -S /run/pcscd/pcscd.comm ] || { echo "pcscd did not start:" >&2; cat "$config/log" >&2; exit 3; }
code=0
"$@" || code=$?
kill %1 2>/dev/null || true
exit $code
