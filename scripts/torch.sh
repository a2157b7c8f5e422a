#!/usr/bin/env bash
# The newest PyTorch that Debian has, in a root of its own, since Debian 12 itself has 1.13:
#
#     scripts/torch.sh lay                        lays the root where there is none: three minutes, 2 GB
#     scripts/torch.sh python test/x.py …         runs the root's Python; this repository lies in it at its own path
#     scripts/torch.sh compiler                   puts what torch.compile needs into the root: a minute, 1 GB
#
# The root is $LOSSGRAD_TORCH_ROOT, else lossgrad/torch in the user's cache. All commands need root
# or a sudo that asks nothing. `lay` takes the mirror from the machine's apt sources; delete the
# folder to have a newer release laid.
#
# Whatever is mounted is mounted in a mount namespace of the one command, so it is gone when the
# command ends, and nobody who deletes the folder can reach through it.
set -euo pipefail

root=${LOSSGRAD_TORCH_ROOT:-${XDG_CACHE_HOME:-$HOME/.cache}/lossgrad/torch}
repository=$(cd "$(dirname "$0")/.." && pwd)
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)

fail() {
  echo "scripts/torch.sh: $*" >&2
  exit 1
}

# Runs a script of sh as root, with mounts that nobody else sees.
isolated() {
  "${as_root[@]}" unshare --mount sh -euc "$@"
}

# Python of the root $1; the other arguments are Python's. /proc and /sys tell PyTorch what the
# processor can do: without them it computes with its slowest kernels. Files that Python writes
# belong to whoever called.
python_of() {
  local laid=$1
  shift
  isolated '
    root=$1 repository=$2 owner=$3
    shift 3
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mkdir -p "$root$repository"
    mount --bind "$repository" "$root$repository"
    exec chroot --userspec="$owner" "$root" env -C "$repository" PYTHONDONTWRITEBYTECODE=1 python3 "$@"
  ' sh "$laid" "$repository" "$(id -u):$(id -g)" "$@"
}

# The archives of Debian that this machine installs from.
mirrors() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | grep -v security | sort -u
}

# Lays one suite in the folder $1, and sees that PyTorch starts in it.
lay_suite() {
  local part=$1 suite=$2 mirror=$3
  isolated 'exec debootstrap --variant=minbase --include=python3,python3-torch,python3-numpy,python3-safetensors "$@"' \
    sh "$suite" "$part" "$mirror" >"$part.log" 2>&1 &&
    python_of "$part" -c 'import numpy, torch' >>"$part.log" 2>&1
}

# What torch.compile compiles its C++ with. A mirror may lag behind, as debootstrap lets it.
add_compiler() {
  isolated '
    mount -t proc proc "$1/proc"
    exec chroot "$1" sh -ec "
      apt-get update -qq -o Acquire::Check-Valid-Until=false
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends g++ python3-dev libtorch-dev
    "
  ' sh "$root" >"$root.log" 2>&1 || {
    tail -n 20 "$root.log" >&2
    fail "the compiler cannot be installed in $root"
  }
}

discard() {
  "${as_root[@]}" rm -rf --one-file-system "$1"
}

# debootstrap, and the lists that say where this machine's packages come from.
prepare() {
  if command -v debootstrap >/dev/null && [ -n "$(mirrors)" ]; then return 0; fi
  "${as_root[@]}" apt-get update -qq >/dev/null &&
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
}

lay() {
  local suite mirror part=$root.part
  : >"$part.log"
  prepare || fail "no debootstrap, and apt-get cannot install it"
  for suite in sid testing; do
    for mirror in $(mirrors); do
      # Laid beside its place and then moved there, so that what is in place is whole.
      discard "$part"
      if lay_suite "$part" "$suite" "$mirror"; then
        "${as_root[@]}" mv --no-target-directory "$part" "$root"
        return
      fi
    done
  done
  discard "$part"
  tail -n 20 "$part.log" >&2
  fail "Debian's newest PyTorch cannot be laid in $root; the end of what debootstrap said is above"
}

case ${1-} in
  lay)
    mkdir -p "$(dirname "$root")"
    # Two that lay at once would lay in one folder.
    exec 9>"$root.lock"
    flock 9
    [ -e "$root/usr/bin/python3" ] || lay
    python_of "$root" -c 'import sys, torch; print(f"PyTorch {torch.__version__}, Python {sys.version.split()[0]}")'
    ;;
  python)
    shift
    [ -e "$root/usr/bin/python3" ] || fail "there is no PyTorch in $root: run scripts/torch.sh lay"
    python_of "$root" "$@"
    ;;
  compiler)
    [ -e "$root/usr/bin/python3" ] || fail "there is no PyTorch in $root: run scripts/torch.sh lay"
    add_compiler
    ;;
  *)
    fail "expected lay, python or compiler, got ${1-nothing}"
    ;;
esac
