# shellcheck shell=bash
# A Debian chroot with one OpenStack release's packages, from the mirror that the machine itself is configured with.

# apt_sources MIRROR|SECURITY: an address from the host's own apt configuration, both formats
apt_source() {
  local f=/etc/apt/sources.list.d/debian.sources want=$1
  {
    [ ! -e $f ] || awk '/^URIs:/{u=$2} /^Suites:/{print u, $2}' $f
    [ ! -e /etc/apt/sources.list ] || awk '$1=="deb"{for(i=2;i<NF;i++) if($i~/^[a-z]+:/){print $i, $(i+1); next}}' /etc/apt/sources.list
  } | awk -v w="$want" '($2~/-security/)==(w=="security"){print $1; exit}'
}

# chroot_mounts RELEASE: what programs in the chroot need; idempotent
chroot_mounts() {
  local c=$ROOT/$1
  # The chroot itself must be a mount point, or `ip netns exec` inside it (the metadata agent uses it) fails with EINVAL.
  mounted "$c" || { mount --bind "$c" "$c" && mount --make-private "$c"; }
  mounted "$c/proc" || mount -t proc proc "$c/proc"
  mounted "$c/dev" || { mount --rbind /dev "$c/dev" && mount --make-rslave "$c/dev"; }
  # sysfs shows the devices of the network namespace it was mounted from
  mounted "$c/sys" || in_net mount -t sysfs sysfs "$c/sys"
  mounted "$c/run" || mount --bind "$DATA/run" "$c/run"
  mkdir -p "$c/srv/data" "$c/var/lib/libvirt" "$c/etc/libvirt/qemu"
  mounted "$c/srv/data" || mount --bind "$DATA" "$c/srv/data"
  mounted "$c/var/lib/libvirt" || mount --bind "$DATA/libvirt" "$c/var/lib/libvirt"
  mounted "$c/etc/libvirt/qemu" || mount --bind "$DATA/libvirt-domains" "$c/etc/libvirt/qemu"
}

make_chroot() {
  local rel=$1 c=$ROOT/$1 suite mirror security extra
  suite=$(suite_of "$rel")
  [ ! -e "$c/.complete" ] || return 0
  mirror=$(apt_source main)
  security=$(apt_source security)
  [ -n "$mirror" ] || die "no Debian mirror in /etc/apt/sources.list or /etc/apt/sources.list.d/debian.sources"
  if [ ! -e "$c/.base" ]; then
    say "$rel: debootstrap $suite"
    rm -rf --one-file-system "$c"
    TESTCLOUD_BUILD=$ROOT logged "chroot-$rel.log" nice debootstrap --variant=minbase --include=ca-certificates \
      --keyring=/usr/share/keyrings/debian-archive-keyring.gpg "$suite" "$c" "$mirror"
    touch "$c/.base"
  fi
  printf '#!/bin/sh\nexit 101\n' >"$c/usr/sbin/policy-rc.d" # no service starts by itself
  chmod 755 "$c/usr/sbin/policy-rc.d"
  cp /etc/resolv.conf "$c/etc/resolv.conf"
  cp -L /etc/ssl/certs/ca-certificates.crt "$c/etc/ssl/certs/" 2>/dev/null || true # the mirror may be behind a private CA
  { # the host's proxies and validity rules (a mirror may be a snapshot) hold in the chroot too
    apt-config dump | grep -E '^Acquire::(http|https|Check)' || true
    echo 'APT::Install-Recommends "false";'
    echo 'Dpkg::Options { "--force-unsafe-io"; "--force-confdef"; "--force-confold"; };'
  } >"$c/etc/apt/apt.conf.d/90testcloud"
  printf 'path-exclude=/usr/share/%s/*\n' man locale doc >"$c/etc/dpkg/dpkg.cfg.d/90testcloud"
  {
    printf 'deb %s %s main\n' "$mirror" "$suite" "$mirror" "$suite-updates"
    [ -z "$security" ] || printf 'deb %s %s-security main\n' "$security" "$suite"
  } >"$c/etc/apt/sources.list"
  chroot_mounts "$rel"
  say "$rel: packages"
  extra=PACKAGES_$rel
  logged "chroot-$rel.log" in_host_chroot "$rel" apt-get update
  # shellcheck disable=SC2086
  logged "chroot-$rel.log" in_host_chroot "$rel" nice apt-get install -y $PACKAGES ${!extra}
  in_host_chroot "$rel" apt-get clean
  # nova-compute-qemu brings every emulator, and libvirt probes each at its start: a minute of CPU
  find "$c/usr/bin" -name 'qemu-system-*' ! -name qemu-system-x86_64 -delete
  touch "$c/.complete"
  say "$rel: $(du -sxm "$c" | cut -f1) MiB"
}

# in_host_chroot RELEASE CMD…: in the chroot, but with the host's network (for apt alone)
in_host_chroot() {
  local rel=$1
  shift
  chroot "$ROOT/$rel" "${CLEAN_ENV[@]}" DEBIAN_FRONTEND=noninteractive "$@"
}
