# shellcheck shell=bash
# The ground the cloud stands on: the checks before anything is touched, the namespace, the folders, the shared mounts.

# Ours are the namespace and the root folder that this file was written for.
MARK=$ROOT/.testcloud
namespace_id() { stat -Lc %i "/run/netns/$NS" 2>/dev/null; }
namespace_is_ours() {
  case $(cat "$MARK" 2>/dev/null) in
    "$NS new" | "$NS $(namespace_id)") [ -e "/run/netns/$NS" ] ;;
    *) false ;;
  esac
}

refuse_unless_safe() {
  local free other need=$NEED_DISK_MIB net=${PUBLIC_CIDR%/*}
  [ "$(id -u)" = 0 ] || die "only root can make namespaces and chroots"
  { grep -qx 'ID=debian' /etc/os-release && [ -e /usr/share/keyrings/debian-archive-keyring.gpg ]; } 2>/dev/null ||
    die "this machine is not Debian: its apt configuration and archive keys are needed"
  command -v debootstrap >/dev/null || die "debootstrap is missing: apt-get install debootstrap"
  case $ROOT in /?*/?*) ;; *) die "$ROOT is not a folder of its own (TESTCLOUD_ROOT)" ;; esac
  if [ -e "$ROOT" ] && [ ! -e "$MARK" ] && [ -n "$(ls -A "$ROOT")" ]; then
    die "$ROOT is not empty and was not made by this program: choose another TESTCLOUD_ROOT"
  fi
  other=$(cut -d' ' -f1 "$MARK" 2>/dev/null || true)
  if [ -n "$other" ] && [ "$other" != "$NS" ] && [ -e "/run/netns/$other" ]; then
    die "$ROOT holds the cloud of the namespace $other: TESTCLOUD_ROOT and TESTCLOUD_NAMESPACE belong together"
  fi
  if [ -e "/run/netns/$NS" ] && ! namespace_is_ours; then
    die "the network namespace $NS exists and was not made by this program: choose another TESTCLOUD_NAMESPACE"
  fi
  other=$(ip -4 route show table all to root "$PUBLIC_CIDR"; ip -4 route show table all to match "$net" | grep -v '^default' || true)
  if [ -n "$other" ]; then
    die "$PUBLIC_CIDR is already routed on this machine: change PUBLIC_* in testcloud/settings.sh"
  fi
  mkdir -p "$ROOT"
  for free in zed epoxy; do [ ! -e "$ROOT/$free/.complete" ] || need=$((need - 2300)); done
  free=$(df --output=avail -m "$ROOT" | tail -1)
  [ "$free" -ge "$need" ] || die "$ROOT has $free MiB free, $need are needed"
  free=$(awk '/^MemAvailable/{print int($2/1024)}' /proc/meminfo)
  namespace_is_ours || [ "$free" -ge "$NEED_MEMORY_MIB" ] || die "$free MiB of memory are free, $NEED_MEMORY_MIB are needed"
}

make_ground() {
  if [ ! -e "/run/netns/$NS" ]; then
    rm -rf "$DATA/pid" # of another life
    echo "$NS new" >"$MARK"
    ip netns add "$NS"
    echo "$NS $(namespace_id)" >"$MARK"
  fi
  ip -n "$NS" link set lo up
  in_net sysctl -qw net.ipv4.ip_forward=1 || true
  mkdir -p "$LOGS" "$DATA"/{pid,run,mysql,rabbit,keystone,ovn,ovs,swift/d1,rings,libvirt/{qemu,images},libvirt-domains,client} \
    "$DATA"/glance/{images,staging,tasks} "$DATA"/{glance,nova,neutron}/lock "$DATA/nova/instances"
  # One /run for both releases: the sockets of libvirt and OVS, libvirt's state of running guests and the metadata agent's
  # namespaces (bind mounts, hence shared) outlive the change of release.
  if ! mounted "$DATA/run"; then
    mount -t tmpfs -o mode=755,size=256m tmpfs "$DATA/run"
    mount --make-shared "$DATA/run"
  fi
  mkdir -p "$DATA"/run/{lock,mysqld,openvswitch,ovn,libvirt,netns,sudo,rabbitmq}
  chmod 1777 "$DATA/run/lock" "$DATA/run/mysqld"
}
