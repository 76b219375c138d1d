# shellcheck shell=bash disable=SC2034
# Every setting of the test cloud. The first two may come from the environment.
: "${TESTCLOUD_ROOT:=/srv/testcloud}"     # chroots, data and logs; nothing is written elsewhere
: "${TESTCLOUD_NAMESPACE:=prtest}"        # the network namespace that holds every socket
ROOT=$TESTCLOUD_ROOT
NS=$TESTCLOUD_NAMESPACE
DATA=$ROOT/data                           # /srv/data in both chroots
LOGS=$ROOT/log                            # one file a service; outlives `down`
PASSWORD=testcloud                        # of every account in this throw-away cloud
HOST=testcloud                            # the only node's name
PUBLIC_CIDR=172.24.4.0/24                 # floating IPs, inside the namespace alone
PUBLIC_GATEWAY=172.24.4.1
PUBLIC_POOL="172.24.4.10 172.24.4.250"
NEED_DISK_MIB=6000                        # two chroots, data, a few guests
NEED_MEMORY_MIB=4500

# suite_of RELEASE: the Debian release that carries this OpenStack release
suite_of() {
  case $1 in
    zed) echo bookworm ;;
    epoxy) echo trixie ;;
    *) return 1 ;;
  esac
}

PACKAGES="procps iproute2 iptables nftables curl sudo ethtool
  mariadb-server mariadb-client rabbitmq-server memcached uwsgi-core uwsgi-plugin-python3
  keystone python3-openstackclient python3-pymysql python3-memcache
  swift-proxy swift-account swift-container swift-object
  glance-api placement-api nova-api nova-conductor nova-scheduler nova-compute nova-compute-qemu
  neutron-server neutron-ovn-metadata-agent neutron-common ovn-central ovn-host openvswitch-switch haproxy
  qemu-utils libvirt-daemon-system libvirt-clients libvirt-daemon-driver-qemu qemu-system-x86 ipxe-qemu seabios genisoimage"
PACKAGES_zed="cpio kmod e2fsprogs busybox-static dropbear-bin" # the guest image is made in this chroot
PACKAGES_epoxy="neutron-rpc-server neutron-api neutron-periodic-workers neutron-ovn-maintenance-worker libvirt-daemon-log"
