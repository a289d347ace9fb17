#!/usr/bin/env bash
# Both commands of the README on a machine that has nothing: a minimal Debian with python3, make and git, made here, once
# as root under a home of mode 0700 and once as an ordinary user. Prints the seconds; `fresh_root.sh trixie` for Debian 13.
#
# The mirror, the package index and the certificates are those of this machine's apt, pip and ca-certificates, handed in.
# Ends with 1 when the product fails. Where such a machine can't be made, the last line says "not proven" and why.
set -euo pipefail

suite=${1:-bookworm}
repository=$(cd "$(dirname "$0")/../.." && pwd)
# Root runs what depends on the account, the user runs everything: together this stays within CI's time.
root_tests="tests/platform tests/notifications tests/jobs"
user_tests="tests"

not_proven() { echo "not proven: $*"; exit 0; }
seconds() { date +%s; }

[ "$(id -u)" = 0 ] || not_proven "only root can make a machine of its own"
command -v debootstrap >/dev/null || not_proven "debootstrap is missing"
unshare --mount --pid --fork --kill-child true 2>/dev/null || not_proven "no namespaces of processes and mounts here"
# shellcheck disable=SC1091
codename=$(. /etc/os-release && echo "${ID}:${VERSION_CODENAME}")
[ "${codename%%:*}" = debian ] || not_proven "this machine's apt names no mirror of Debian"
mirror=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' "Created-By: Packages" |
  awk -v release="${codename#*:}" '$1 == release && $2 == "main" {print $3; exit}')
[ -n "$mirror" ] || not_proven "this machine's apt names no mirror"

# pip's own settings and the proxies, as variables; folders of this machine are not there, and so are left out.
handed_in=()
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
  [ -z "${!name:-}" ] || handed_in+=("$name=${!name}")
done
while IFS='=' read -r name value; do
  name=${name##*.} value=${value//\'/} words=""
  case $name in index-url | extra-index-url | trusted-host | proxy | timeout | default-timeout) ;; *) continue ;; esac
  for word in $value; do case $word in file:* | /*) ;; *) words+="${words:+ }$word" ;; esac; done
  [ -z "$words" ] || { name=${name//-/_}; handed_in+=("PIP_${name^^}=$words"); }
done < <(python3 -m pip config list)
authorities=/etc/ssl/certs/ca-certificates.crt
[ ! -e $authorities ] || handed_in+=("PIP_CERT=$authorities")

work=$(mktemp -d -t fresh-root-XXXXXX)
trap 'rm -rf --one-file-system "$work"' EXIT
env -i PATH="$PATH" HOME="$work" PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CONFIG_FILE=/dev/null "${handed_in[@]}" python3 -m pip download -q \
  --no-cache-dir --no-deps --require-hashes -d "$work/index" -r "$repository/requirements/uv.txt" || not_proven "no package index answers"

machine=$work/machine
started=$(seconds)
debootstrap --variant=minbase --include=python3,make,git "$suite" "$machine" "$mirror" >"$work/debootstrap.log" 2>&1 ||
  not_proven "debootstrap: $(tail -n 1 "$work/debootstrap.log")"
echo "MEASURED minimal Debian $(cat "$machine/etc/debian_version") made in $(($(seconds) - started)) s"

cp -L /etc/resolv.conf /etc/hosts "$machine/etc/"
apt-config dump | grep -E '^Acquire::https?::' >"$machine/etc/apt/apt.conf.d/90host" || true
if [ -e $authorities ]; then
  mkdir -p "$machine/etc/ssl/certs"
  cp -L $authorities "$machine$authorities"
fi
chroot "$machine" useradd --create-home --shell /bin/bash person
chmod 0700 "$machine/root" "$machine/home/person"

# as ACCOUNT COMMAND...: run it in the machine, in the account's clone; what it leaves running dies with it.
as() {
  local account=$1 home
  shift
  home=$(chroot "$machine" sh -c "echo ~$account")
  unshare --mount --pid --fork --kill-child --propagation private bash -ec '
    machine=$1 account=$2; shift 2
    mount -t proc proc "$machine/proc"
    mount --rbind /dev "$machine/dev"
    chroot --userspec="$account" "$machine" "$@" || exit $?' - "$machine" "$account:" /usr/bin/env -i -C "$home/product" HOME="$home" LOGNAME="$account" \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${handed_in[@]}" "$@"
}

prove() {
  local account=$1 tests=$2 home begun
  home=$machine$(chroot "$machine" sh -c "echo ~$account")
  git clone --quiet --no-hardlinks "$repository" "$home/product"
  chroot "$machine" chown -R "$account:" "${home#"$machine"}/product"
  echo "== $account: make demo"
  as "$account" python3 tests/platform/fresh_demo.py
  echo "MEASURED .venv $(du -sm "$home/product/.venv" | cut -f1) MB, var/native $(du -sm "$home/product/var/native" | cut -f1) MB"
  echo "== $account: make test"
  begun=$(seconds)
  as "$account" make test ARGS="-n 2 $tests"
  echo "MEASURED make test ($tests) after $(($(seconds) - begun)) s, installation included; .venv $(du -sm "$home/product/.venv" | cut -f1) MB"
  # What may be skipped is stated; nothing else was.
  grep -E "^(${tests// /|})" "$repository/tests/platform/skipped.txt" >"$work/stated" || true
  diff "$work/stated" "$home/product/var/test/skipped.txt"
  rm -rf "$home/product" "$home/.cache"
}

prove root "$root_tests"
prove person "$user_tests"
echo "proven: make demo and make test, from nothing, as root and as an ordinary user"
