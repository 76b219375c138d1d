# shellcheck shell=bash
# What runs: one table, and start, stop and readiness of its rows.

# name, plane, ready when, command (run by sh in the chroot). Planes are started in the order base, network, identity,
# control and stopped in reverse; an upgrade stops identity and control while guests and network go on.
services() {
  local ovsdb="ovsdb-server /srv/data" nova_wsgi="env OS_NOVA_DISABLE_EVENTLET_PATCHING=yes uwsgi_python3 --ini /etc/testcloud"
  # nova_wsgi: eventlet under uwsgi's threads loses RPC replies (MessagingTimeout). Glance is broken under uwsgi.
  cat <<A
mariadb base tcp:3306 mariadbd --defaults-file=/etc/mysql/testcloud.cnf
memcached base tcp:11211 memcached -u root -l 127.0.0.1 -m 64
epmd base tcp:4369 ERL_EPMD_ADDRESS=127.0.0.1 exec \$(ls /usr/lib/erlang/erts-*/bin/epmd /usr/bin/epmd 2>/dev/null | head -1)
rabbitmq base tcp:5672 HOME=/srv/data/rabbit ERL_EPMD_ADDRESS=127.0.0.1 exec /usr/lib/rabbitmq/bin/rabbitmq-server
ovsdb-server network socket:openvswitch/db.sock $ovsdb/ovs/conf.db --remote=punix:/run/openvswitch/db.sock --remote=ptcp:6640:127.0.0.1 --unixctl=/run/openvswitch/ovsdb-server.ctl --pidfile
ovs-vswitchd network device:br-ex ovs-vswitchd --unixctl=/run/openvswitch/ovs-vswitchd.ctl --pidfile
ovn-nb network tcp:6641 $ovsdb/ovn/nb.db --remote=punix:/run/ovn/ovnnb_db.sock --remote=ptcp:6641:127.0.0.1 --unixctl=/run/ovn/ovnnb_db.ctl --pidfile=/run/ovn/ovnnb_db.pid
ovn-sb network tcp:6642 $ovsdb/ovn/sb.db --remote=punix:/run/ovn/ovnsb_db.sock --remote=ptcp:6642:127.0.0.1 --unixctl=/run/ovn/ovnsb_db.ctl --pidfile=/run/ovn/ovnsb_db.pid
ovn-northd network - ovn-northd --pidfile
ovn-controller network - ovn-controller --pidfile
libvirtd network virsh libvirtd
keystone identity http:5000/v3 uwsgi_python3 --ini /etc/testcloud/keystone.ini
swift-account control tcp:6202 swift-account-server /etc/swift/account-server.conf -v
swift-container control tcp:6201 swift-container-server /etc/swift/container-server.conf -v
swift-object control tcp:6200 swift-object-server /etc/swift/object-server.conf -v
swift-proxy control http:8080/healthcheck swift-proxy-server /etc/swift/proxy-server.conf -v
glance-api control http:9292/healthcheck glance-api --config-file /etc/glance/glance-api.conf
placement control http:8778/ uwsgi_python3 --ini /etc/testcloud/placement.ini
neutron-server control http:9696/ neutron-server --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/plugins/ml2/ml2_conf.ini
neutron-metadata control - neutron-ovn-metadata-agent --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/neutron_ovn_metadata_agent.ini
nova-conductor control reports nova-conductor
nova-scheduler control reports nova-scheduler
nova-compute control reports nova-compute --config-file /etc/nova/nova-cpu.conf
nova-api control http:8774/ $nova_wsgi/nova-api.ini
nova-metadata control tcp:8775 $nova_wsgi/nova-metadata.ini
A
}
names() { services | awk -v p="$1" '$2==p || $1==p {print $1}'; } # names PLANE|NAME

pid_of() { # the pid of a service that runs
  local pid
  pid=$(cat "$DATA/pid/$1" 2>/dev/null) && kill -0 "$pid" 2>/dev/null && echo "$pid"
}

launch() { # launch RELEASE NAME: without waiting
  local rel=$1 name=$2 command
  ! pid_of "$name" >/dev/null || return 0
  command=$(services | awk -v n="$name" '$1==n {sub(/^[^ ]+ [^ ]+ [^ ]+ /, ""); print}')
  case $command in *exec\ *) ;; *) command="exec $command" ;; esac
  echo "### $(date -u +%FT%TZ) $rel" >>"$LOGS/$name.log"
  setsid nsenter --net="/run/netns/$NS" chroot "$ROOT/$rel" "${CLEAN_ENV[@]}" sh -c "$command" \
    >>"$LOGS/$name.log" 2>&1 </dev/null &
  echo $! >"$DATA/pid/$name"
}

is_ready() { # is_ready RELEASE NAME: 2 when it will never be
  local check code
  check=$(services | awk -v n="$2" '$1==n {print $3}')
  pid_of "$2" >/dev/null || return 2
  case $check in
    -) ;;
    tcp:*) in_net bash -c "</dev/tcp/127.0.0.1/${check#*:}" ;;
    http:*)
      code=$(in_net curl -s -m 5 -o /dev/null -w '%{http_code}' "http://127.0.0.1:${check#*:}")
      case $code in [23]* | 401) ;; *) return 1 ;; esac
      ;;
    socket:*) [ -S "$DATA/run/${check#*:}" ] ;;
    device:*) ip -n "$NS" link show "${check#*:}" ;;
    # What is sent to a service that does not listen yet is lost: a suspend was waited for in vain. Its first report comes after it
    # has begun to listen.
    reports)
      [ "$(in_cloud "$1" mariadb --socket=/run/mysqld/mysqld.sock -u root nova -Ne "SELECT COUNT(*) FROM services
        WHERE deleted = 0 AND \`binary\` = '$2' AND last_seen_up > '$(date -u -r "$DATA/pid/$2" '+%F %T')'")" = 1 ]
      ;;
    virsh) in_cloud "$1" virsh -c qemu:///system version ;;
  esac >/dev/null 2>&1
}

start() { # start RELEASE PLANE|NAME…: and wait until all are ready
  local rel=$1 name all rc end=$((SECONDS + 240))
  shift
  all=$(for name in "$@"; do names "$name"; done)
  for name in $all; do launch "$rel" "$name"; done
  for name in $all; do
    while :; do
      rc=0
      is_ready "$rel" "$name" || rc=$?
      [ $rc != 0 ] || break
      [ $rc != 2 ] || die "$name ended at its start: $(tail -n 2 "$LOGS/$name.log")"
      [ $SECONDS -lt $end ] || die "$name does not answer (see $LOGS/$name.log)"
      sleep 0.3
    done
  done
}

stop_one() {
  local pid
  pid=$(pid_of "$1") || { rm -f "$DATA/pid/$1"; return 0; }
  kill -TERM "$pid" 2>/dev/null || true
  until_true 20 eval "! kill -0 $pid" || true
  kill -KILL -- "-$pid" 2>/dev/null || true # its children: setsid gave the service a process group
  rm -f "$DATA/pid/$1"
}

stop() { # stop PLANE|NAME…: each argument's services at once
  local group name pids
  for group in "$@"; do
    pids=()
    for name in $(names "$group"); do
      stop_one "$name" &
      pids+=($!)
    done
    wait "${pids[@]}" # a bare `wait` would wait for services that this shell has started
  done
}

start_network() { # OVS with the userspace datapath (no kernel module), OVN, libvirt
  local rel=$1
  # shellcheck disable=SC2016
  logged network.log in_cloud "$rel" sh -ec '
    database() {
      if [ ! -e "$1" ]; then ovsdb-tool create "$1" "$2"
      elif [ "$(ovsdb-tool needs-conversion "$1" "$2")" = yes ]; then ovsdb-tool convert "$1" "$2"; fi
    }
    database /srv/data/ovs/conf.db /usr/share/openvswitch/vswitch.ovsschema
    database /srv/data/ovn/nb.db /usr/share/ovn/ovn-nb.ovsschema
    database /srv/data/ovn/sb.db /usr/share/ovn/ovn-sb.ovsschema'
  start "$rel" ovsdb-server
  logged network.log in_cloud "$rel" ovs-vsctl --no-wait -- init \
    -- set open . external-ids:system-id="$HOST" external-ids:hostname="$HOST" external-ids:rundir=/run/openvswitch \
    external-ids:ovn-remote=unix:/run/ovn/ovnsb_db.sock external-ids:ovn-encap-type=geneve external-ids:ovn-encap-ip=127.0.0.1 \
    external-ids:ovn-bridge=br-int external-ids:ovn-bridge-datapath-type=netdev external-ids:ovn-bridge-mappings=public:br-ex \
    external-ids:ovn-cms-options=enable-chassis-as-gw \
    -- --may-exist add-br br-ex -- set bridge br-ex datapath_type=netdev \
    -- --may-exist add-br br-int -- set bridge br-int datapath_type=netdev fail_mode=secure
  start "$rel" ovs-vswitchd
  ip -n "$NS" addr replace "$PUBLIC_GATEWAY/${PUBLIC_CIDR#*/}" dev br-ex # a restart of OVS makes its devices anew
  ip -n "$NS" link set br-ex up
  ip -n "$NS" link set br-int up
  start "$rel" network
}
