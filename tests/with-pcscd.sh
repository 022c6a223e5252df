#!/usr/bin/env bash
# Runs a command beside a PC/SC service of its own: pcscd with vpcd's reader, in a new mount and network namespace. Nothing of the
# machine's own pcscd is touched, and nothing is left behind.
#   tests/with-pcscd.sh COMMAND [ARGUMENT...]
# The reader has two slots, ports 35963 and 35964. Needs Debian's pcscd, vsmartcard-vpcd and iproute2. PCSCD_DIR names the folder for the service's socket, pcscd.comm, where programs outside the namespace find it too (libpcsclite
# reads PCSCLITE_CSOCK_NAME); without it, the folder is temporary. Without root a user namespace stands in.
set -euo pipefail
if [ -z "${HIERCASH_INSIDE:-}" ]; then
    for tool in unshare ip pcscd; do
        PATH="$PATH:/usr/sbin:/sbin" command -v $tool >/dev/null || { echo "$tool is missing: install pcscd, vsmartcard-vpcd and iproute2." >&2; exit 3; }
    done
    user=()
    [ "$(id -u)" -eq 0 ] || user=(--user --map-root-user)
    export HIERCASH_INSIDE=1
    # Dies with its parent, and with a PID namespace, where the machine lets us have one, takes all that runs in it along.
    processes=(--pid --mount-proc)
    unshare "${user[@]}" --mount --net --fork "${processes[@]}" true 2>/dev/null || processes=()
    exec unshare "${user[@]}" --mount --net --fork --kill-child=KILL "${processes[@]}" "$0" "$@"
fi

unset HIERCASH_INSIDE
export PATH="$PATH:/usr/sbin:/sbin"
folder=${PCSCD_DIR:-$(mktemp -d)}
scratch=$folder/.with-pcscd
config=$scratch/config
mkdir -p "$config"
trap '[ -n "${PCSCD_DIR:-}" ] && rm -rf "$scratch" || rm -rf "$folder"' EXIT
ip link set lo up
mkdir -p /run/pcscd
mount --bind "$folder" /run/pcscd
driver=$(find /usr/lib -name 'libifdvpcd.so' | head -n 1)
[ -n "$driver" ] || { echo "vpcd's driver is missing: install vsmartcard-vpcd." >&2; exit 3; }
printf 'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH %s\nCHANNELID 0x8C7B\n' "$driver" > "$config/vpcd"
# A daemon that dies comes back, as under systemd; while there is a file $scratch/hold, it does not.
(while true; do rm -f /run/pcscd/*; pcscd --foreground --config "$config" >> "$scratch/log" 2>&1 || true; sleep 1; while [ -e "$scratch/hold" ]; do sleep 0.1; done; done) &
for ((i = 0; i < 100; i++)); do
    [ -S /run/pcscd/pcscd.comm ] && break
    sleep 0.05
done
[ -S /run/pcscd/pcscd.comm ] || { echo "pcscd did not start:" >&2; cat "$scratch/log" >&2; exit 3; }
"$@"
