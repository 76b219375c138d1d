# shellcheck shell=bash
# Every configuration file of one release. configure RELEASE [ffu]; idempotent.

database() { echo "connection = mysql+pymysql://os:$PASSWORD@127.0.0.1/$1?charset=utf8mb4"; }
lock_path() { printf '[oslo_concurrency]\nlock_path = /srv/data/%s/lock\n' "$1"; }
account() { # account USER: what a service logs in with
  cat <<A
auth_url = http://127.0.0.1:5000/v3
auth_type = password
project_domain_name = Default
user_domain_name = Default
project_name = service
username = $1
password = $PASSWORD
region_name = RegionOne
A
}
token_check() { # token_check USER: [keystone_authtoken]'s options
  account "$1"
  cat <<A
www_authenticate_uri = http://127.0.0.1:5000/v3
memcached_servers = 127.0.0.1:11211
service_token_roles = service
service_token_roles_required = true
A
}

configure() {
  local rel=$1 ffu=${2:-} etc=$ROOT/$1/etc
  printf '127.0.0.1 localhost %s %s\n' "$HOST" "$(hostname)" >"$etc/hosts"
  mkdir -p "$etc/testcloud"
  configure_base "$rel"
  configure_uwsgi keystone 5000 /usr/bin/keystone-wsgi-public 2 4
  configure_uwsgi placement 8778 /usr/bin/placement-api 1 8
  configure_uwsgi nova-api 8774 /usr/bin/nova-api-wsgi 1 8
  configure_uwsgi nova-metadata 8775 /usr/bin/nova-metadata-wsgi 1 4
  configure_keystone
  configure_glance
  configure_swift
  configure_nova "$ffu"
  configure_libvirt
  configure_neutron
}

configure_base() {
  cat >"$etc/mysql/testcloud.cnf" <<A
[mysqld]
user=mysql
datadir=/srv/data/mysql
socket=/run/mysqld/mysqld.sock
bind-address=127.0.0.1
skip-name-resolve
skip-log-bin
character-set-server=utf8mb4
collation-server=utf8mb4_general_ci
max_connections=400
innodb_buffer_pool_size=192M
innodb_flush_log_at_trx_commit=0
performance_schema=off
A
  # MariaDB 11 gives utf8mb3 another default collation than the existing tables have; new foreign keys would fail (errno 150).
  [ "$1" = zed ] || echo 'character_set_collations=utf8mb3=utf8mb3_general_ci,utf8mb4=utf8mb4_general_ci' >>"$etc/mysql/testcloud.cnf"
  cat >"$etc/rabbitmq/rabbitmq.conf" <<A
listeners.tcp.1 = 127.0.0.1:5672
default_user = openstack
default_pass = $PASSWORD
loopback_users = none
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 200MB
A
  # The broker holds only transient queues, and 3.10 has no supported direct upgrade to 4.0: a fresh folder per release.
  cat >"$etc/rabbitmq/rabbitmq-env.conf" <<A
NODENAME=rabbit@localhost
NODE_IP_ADDRESS=127.0.0.1
DIST_PORT=25672
MNESIA_BASE=/srv/data/rabbit/$1/mnesia
LOGS=-
SERVER_ADDITIONAL_ERL_ARGS="+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"
A
  mkdir -p "$DATA/rabbit/$1"
}

configure_uwsgi() { # NAME PORT SCRIPT PROCESSES THREADS
  cat >"$etc/testcloud/$1.ini" <<A
[uwsgi]
plugins = python3
http-socket = 127.0.0.1:$2
wsgi-file = $3
processes = $4
threads = $5
buffer-size = 65535
master = true
lazy-apps = true
no-orphans = true
die-on-term = true
enable-threads = true
add-header = Connection: close
A
}

configure_keystone() {
  # Epoxy insists on a repository for receipts too.
  cat >"$etc/keystone/keystone.conf" <<A
[DEFAULT]
use_stderr = true
[database]
$(database keystone)
[token]
provider = fernet
expiration = 14400
[fernet_tokens]
key_repository = /srv/data/keystone/fernet-keys
[fernet_receipts]
key_repository = /srv/data/keystone/fernet-keys
[credential]
key_repository = /srv/data/keystone/credential-keys
[cache]
enabled = true
backend = dogpile.cache.memcached
memcache_servers = 127.0.0.1:11211
A
  cat >"$etc/placement/placement.conf" <<A
[DEFAULT]
use_stderr = true
[api]
auth_strategy = keystone
[placement_database]
$(database placement)
[keystone_authtoken]
$(token_check placement)
A
}

configure_glance() {
  cat >"$etc/glance/glance-api.conf" <<A
[DEFAULT]
use_stderr = true
bind_host = 127.0.0.1
bind_port = 9292
workers = 1
enabled_backends = fs:file
[database]
$(database glance)
[glance_store]
default_backend = fs
[fs]
filesystem_store_datadir = /srv/data/glance/images
[os_glance_staging_store]
filesystem_store_datadir = /srv/data/glance/staging
[os_glance_tasks_store]
filesystem_store_datadir = /srv/data/glance/tasks
[paste_deploy]
flavor = keystone
[keystone_authtoken]
$(token_check glance)
$(lock_path glance)
A
}

configure_swift() {
  local filter server
  cat >"$etc/swift/swift.conf" <<A
[swift-hash]
swift_hash_path_suffix = testcloud
swift_hash_path_prefix = testcloud
[storage-policy:0]
name = Policy-0
default = yes
A
  cp "$etc/swift/swift.conf" "$DATA/rings/"
  cat >"$etc/swift/proxy-server.conf" <<A
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = 8080
user = root
workers = 0
swift_dir = /srv/data/rings
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck proxy-logging cache listing_formats bulk tempurl ratelimit authtoken keystoneauth copy container_quotas account_quotas slo dlo versioned_writes symlink proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:11211
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:keystoneauth]
use = egg:swift#keystoneauth
operator_roles = admin, member, swiftoperator
reseller_admin_role = ResellerAdmin
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
delay_auth_decision = true
$(token_check swift)
A
  for filter in catch_errors gatekeeper healthcheck listing_formats bulk tempurl ratelimit copy container_quotas account_quotas slo dlo symlink; do
    printf '[filter:%s]\nuse = egg:swift#%s\n' $filter $filter >>"$etc/swift/proxy-server.conf"
  done
  for server in account:6202 container:6201 object:6200; do
    cat >"$etc/swift/${server%:*}-server.conf" <<A
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${server#*:}
user = root
workers = 0
swift_dir = /srv/data/rings
devices = /srv/data/swift
mount_check = false
[pipeline:main]
pipeline = healthcheck ${server%:*}-server
[app:${server%:*}-server]
use = egg:swift#${server%:*}
[filter:healthcheck]
use = egg:swift#healthcheck
A
  done
}

configure_nova() {
  # ffu: Nova's own option for skipping releases; used once, for the first start after the upgrade.
  # Service tokens are required since CVE-2023-2088, hence [service_user].
  cat >"$etc/nova/nova.conf" <<A
[DEFAULT]
use_stderr = true
host = $HOST
my_ip = 127.0.0.1
transport_url = rabbit://openstack:$PASSWORD@127.0.0.1:5672/
state_path = /srv/data/nova
instances_path = /srv/data/nova/instances
compute_driver = libvirt.LibvirtDriver
ram_allocation_ratio = 4.0
cpu_allocation_ratio = 16.0
disk_allocation_ratio = 8.0
reserved_host_disk_mb = 512
vif_plugging_timeout = 120
service_down_time = 60
[api]
auth_strategy = keystone
[api_database]
$(database nova_api)
[database]
$(database nova)
[conductor]
workers = 1
[scheduler]
workers = 1
[vnc]
enabled = false
[glance]
api_servers = http://127.0.0.1:9292
[placement]
$(account placement)
[service_user]
send_service_user_token = true
$(account nova)
[neutron]
service_metadata_proxy = true
metadata_proxy_shared_secret = $PASSWORD
$(account neutron)
[libvirt]
virt_type = qemu
cpu_mode = none
tb_cache_size = 64
wait_soft_reboot_seconds = 30
$([ -z "$1" ] || printf '[workarounds]\ndisable_compute_service_check_for_ffu = true\n')
$(lock_path nova)
[keystone_authtoken]
$(token_check nova)
A
  # nova-compute may not know the databases.
  sed -e '/^\[api_database\]/,/^connection/d' -e '/^\[database\]/,/^connection/d' "$etc/nova/nova.conf" >"$etc/nova/nova-cpu.conf"
}

configure_libvirt() {
  cat >"$etc/libvirt/qemu.conf" <<A
user = "root"
group = "root"
remember_owner = 0
security_driver = "none"
stdio_handler = "file"
cgroup_controllers = [ ]
namespaces = [ ]
A
  cat >"$etc/libvirt/libvirtd.conf" <<A
listen_tls = 0
listen_tcp = 0
unix_sock_group = "root"
auth_unix_ro = "none"
auth_unix_rw = "none"
host_uuid = "5c1d0b6e-3c0e-4f1b-9b1c-74657374636c"
log_outputs = "2:stderr"
A
  mkdir -p "$etc/libvirt/hooks"
  cp "$HERE/lib/libvirt-hook" "$etc/libvirt/hooks/qemu"
}

configure_neutron() {
  cat >"$etc/neutron/neutron.conf" <<A
[DEFAULT]
use_stderr = true
bind_host = 127.0.0.1
bind_port = 9696
auth_strategy = keystone
core_plugin = ml2
service_plugins = ovn-router
transport_url = rabbit://openstack:$PASSWORD@127.0.0.1:5672/
state_path = /srv/data/neutron
api_workers = 1
rpc_workers = 1
notify_nova_on_port_status_changes = true
notify_nova_on_port_data_changes = true
host = $HOST
[database]
$(database neutron)
[nova]
$(account nova)
$(lock_path neutron)
[keystone_authtoken]
$(token_check neutron)
A
  cat >"$etc/neutron/plugins/ml2/ml2_conf.ini" <<A
[ml2]
type_drivers = local,flat,geneve
tenant_network_types = geneve
mechanism_drivers = ovn
extension_drivers = port_security
[ml2_type_flat]
flat_networks = public
[ml2_type_geneve]
vni_ranges = 1:10000
max_header_size = 38
[securitygroup]
enable_security_group = true
[ovn]
ovn_nb_connection = tcp:127.0.0.1:6641
ovn_sb_connection = tcp:127.0.0.1:6642
ovn_l3_scheduler = leastloaded
ovn_metadata_enabled = true
enable_distributed_floating_ip = false
A
  cat >"$etc/neutron/neutron_ovn_metadata_agent.ini" <<A
[DEFAULT]
use_stderr = true
nova_metadata_host = 127.0.0.1
nova_metadata_port = 8775
metadata_proxy_shared_secret = $PASSWORD
metadata_workers = 1
state_path = /srv/data/neutron
host = $HOST
[agent]
root_helper = sudo neutron-rootwrap /etc/neutron/rootwrap.conf
[ovs]
ovsdb_connection = unix:/run/openvswitch/db.sock
[ovn]
ovn_sb_connection = tcp:127.0.0.1:6642
$(lock_path neutron)
A
}
