# shellcheck shell=bash
# The first start on empty data: databases, keys, rings; then what an operator makes for Tempest.

sql() {
  local rel=$1
  shift
  in_cloud "$rel" mariadb --socket=/run/mysqld/mysqld.sock -u root "$@"
}

prepare_data() { # before the base plane starts
  local rel=$1 owner
  # shellcheck disable=SC2016
  owner=$(chroot "$ROOT/$rel" sh -c 'echo $(id -u mysql):$(id -g mysql)')
  chown -R "$owner" "$DATA/mysql" # the numbers differ between the releases
  chown "$owner" "$DATA/run/mysqld"
  [ -d "$DATA/mysql/mysql" ] || logged bootstrap.log in_cloud "$rel" \
    mariadb-install-db --defaults-file=/etc/mysql/testcloud.cnf --skip-test-db --auth-root-authentication-method=normal
}

make_databases() {
  local rel=$1 name
  for name in keystone glance placement nova_api nova nova_cell0 neutron; do
    sql "$rel" -e "CREATE DATABASE IF NOT EXISTS $name CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci;
      GRANT ALL ON $name.* TO 'os'@'127.0.0.1' IDENTIFIED BY '$PASSWORD';"
  done
}

# sync_schemas RELEASE: to this release's, from nothing or from an older release's; all services at once
sync_schemas() {
  local name pids=()
  for name in keystone glance placement neutron nova; do
    "sync_$name" logged "schema-$name.log" in_cloud "$1" &
    pids+=($!)
  done
  for name in "${pids[@]}"; do wait "$name"; done
}
sync_keystone() { "$@" keystone-manage db_sync; }
sync_glance() { "$@" glance-manage db_sync; }
sync_placement() { "$@" placement-manage db sync; }
sync_neutron() {
  "$@" neutron-db-manage --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/plugins/ml2/ml2_conf.ini upgrade heads
}
sync_nova() { # map_cell0 and create_cell change nothing where the cells are there
  "$@" nova-manage api_db sync
  "$@" nova-manage cell_v2 map_cell0 --database_connection "$(database nova_cell0 | sed 's/connection = //')"
  "$@" nova-manage db sync
  "$@" sh -c "nova-manage cell_v2 list_cells | grep -q ' cell1 ' || nova-manage cell_v2 create_cell --name cell1"
}

make_keys_and_rings() {
  local rel=$1 ring run=(logged bootstrap.log in_cloud "$1") url=http://127.0.0.1:5000/v3
  mkdir -m 700 "$DATA/keystone"/{fernet,credential}-keys
  "${run[@]}" keystone-manage fernet_setup --keystone-user root --keystone-group root
  "${run[@]}" keystone-manage credential_setup --keystone-user root --keystone-group root
  "${run[@]}" keystone-manage bootstrap --bootstrap-password "$PASSWORD" --bootstrap-region-id RegionOne \
    --bootstrap-admin-url $url --bootstrap-internal-url $url --bootstrap-public-url $url
  for ring in account:6202 container:6201 object:6200; do
    "${run[@]}" sh -ec "cd /srv/data/rings; swift-ring-builder ${ring%:*}.builder create 4 1 1
      swift-ring-builder ${ring%:*}.builder add r1z1-127.0.0.1:${ring#*:}/d1 100; swift-ring-builder ${ring%:*}.builder rebalance"
  done
}

# operator accounts|resources: lib/operator.py in the chroot
operator() {
  logged bootstrap.log client PASSWORD="$PASSWORD" PUBLIC="$PUBLIC_CIDR $PUBLIC_GATEWAY $PUBLIC_POOL" python3 - "$@" <"$HERE/lib/operator.py"
}

write_client_files() {
  cat >"$DATA/client/clouds.yaml" <<A
clouds:
  testcloud:
    region_name: RegionOne
    identity_api_version: 3
    auth:
      auth_url: http://127.0.0.1:5000/v3
      username: admin
      password: $PASSWORD
      project_name: admin
      user_domain_id: default
      project_domain_id: default
A
  [ -e "$DATA/client/ids" ] || return 0
  # shellcheck disable=SC1091
  . "$DATA/client/ids"
  cat >"$DATA/client/tempest.conf" <<A
[auth]
use_dynamic_credentials = true
create_isolated_networks = true
admin_username = admin
admin_password = $PASSWORD
admin_project_name = admin
admin_domain_name = Default
default_credentials_domain_name = Default
tempest_roles = member
[identity]
auth_version = v3
uri_v3 = http://127.0.0.1:5000/v3
region = RegionOne
v3_endpoint_type = publicURL
[compute]
image_ref = ${image:?}
image_ref_alt = ${image:?}
flavor_ref = ${flavor:?}
flavor_ref_alt = ${flavor_alt:?}
build_timeout = 300
build_interval = 1
[network]
public_network_id = ${public:?}
floating_network_name = public
project_network_cidr = 10.100.0.0/16
project_network_mask_bits = 28
build_interval = 1
[validation]
run_validation = true
connect_method = floating
auth_method = keypair
image_ssh_user = cirros
ssh_timeout = 240
connect_timeout = 60
ping_timeout = 200
ssh_key_type = ecdsa
[object-storage]
operator_role = swiftoperator
reseller_admin_role = ResellerAdmin
[service_available]
swift = true
glance = true
nova = true
neutron = true
cinder = false
horizon = false
A
}
