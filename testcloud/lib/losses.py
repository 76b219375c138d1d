"""Damages one recorded resource, on purpose: losses.py VARIANT STATE_DIR. Run in a chroot as admin.

The state's journals tell what was made: lines of JSON with the kind, id, details and secrets of every resource.
"""
import glob
import json
import os
import subprocess
import sys
import time

import openstack

cloud = openstack.connect()
variant, state = sys.argv[1:]
records = {}
for path in glob.glob(state + "/*.jsonl"):
    for line in open(path):
        event = json.loads(line)
        if event.get("key"):
            record = records.setdefault(event["key"], {"details": {}, "secrets": {}})
            for field in ("kind", "name", "id"):
                record[field] = event.get(field) or record.get(field)
            for field in ("details", "secrets"):
                record[field].update(event.get(field) or {})


def one(kind):
    return next(r for r in records.values() if r["kind"] == kind)


def wait(what, done):
    for _ in range(240):
        if done():
            return
        time.sleep(1)
    sys.exit("waited in vain for " + what)


def guest(command):
    """Runs a command as root in the server's guest."""
    with open(state + "/guest-key", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as key:
        key.write(one("keypair")["secrets"]["private_key"])
    address = cloud.network.get_ip(one("floating IP")["id"]).floating_ip_address
    ssh = ["ssh", "-i", key.name, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]
    return subprocess.run(ssh + ["-o", "ConnectTimeout=5", "root@" + address, command], stdin=subprocess.DEVNULL).returncode == 0


def swift(method, path, **kwargs):
    project = one("project")["id"]
    base = cloud.object_store.get_endpoint().rsplit("AUTH_", 1)[0]
    return cloud.session.request("%sAUTH_%s/%s" % (base, project, path), method, **kwargs)


def object_overwritten():
    path = one("container")["name"] + "/" + one("object")["name"]
    old = swift("GET", path)
    keep = {k: v for k, v in old.headers.items() if k.lower().startswith("x-object-meta-") or k.lower() == "content-type"}
    swift("PUT", path, data=bytes(255 - b for b in old.content), headers=keep)  # other bytes, same length


def container_public():
    swift("POST", one("container")["name"], headers={"X-Container-Read": ".r:*,.rlistings"})


def server_rebooted():
    booted = "cat /proc/sys/kernel/random/boot_id"
    cloud.compute.reboot_server(one("server")["id"], "HARD")
    time.sleep(2)
    wait("the server", lambda: cloud.compute.get_server(one("server")["id"]).status == "ACTIVE")
    wait("the guest", lambda: guest(booted))


def server_recreated():
    old = cloud.compute.get_server(one("server")["id"])
    name, flavor, image = old.name, cloud.compute.find_flavor(old.flavor["original_name"]).id, old.image.id
    cloud.compute.delete_server(old)
    cloud.compute.wait_for_delete(old)
    # in the same project, as its own user
    user = one("user")
    auth = {"auth_url": cloud.config.auth["auth_url"], "username": user["name"], "password": user["secrets"]["password"],
            "user_domain_id": "default", "project_id": one("project")["id"]}
    tenant = openstack.connection.Connection(auth=auth, region_name="RegionOne")
    new = tenant.compute.create_server(name=name, flavor_id=flavor, image_id=image, networks=[{"uuid": one("network")["id"]}])
    tenant.compute.wait_for_server(new, wait=300)
    with open(state + "/extra-server", "w") as extra:
        extra.write(new.id)


def host_key_changed():
    keys = "/etc/dropbear/dropbear_%s_host_key"
    again = "; ".join("rm %s; dropbearkey -t %s -f %s >/dev/null 2>&1" % (keys % t, t, keys % t) for t in ("ed25519", "ecdsa"))
    guest(again + "; killall dropbear; dropbear -r %s -r %s" % (keys % "ed25519", keys % "ecdsa"))
    wait("the guest", lambda: guest("true"))


def floating_ip_moved():
    port = cloud.network.create_port(network_id=one("network")["id"], project_id=one("project")["id"])
    cloud.network.update_ip(one("floating IP")["id"], port_id=port.id)
    with open(state + "/extra-port", "w") as extra:
        extra.write(port.id)


def rule_removed():
    for rule in cloud.network.security_group_rules(security_group_id=one("security group")["id"], direction="ingress"):
        if rule.protocol == "tcp":
            cloud.network.delete_security_group_rule(rule)


def keypair_replaced():
    user, name = one("user")["id"], one("keypair")["name"]
    cloud.compute.delete("/os-keypairs/%s?user_id=%s" % (name, user), microversion="2.10").raise_for_status()
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", state + "/other-key"], check=True)
    body = {"keypair": {"name": name, "user_id": user, "public_key": open(state + "/other-key.pub").read()}}
    cloud.compute.post("/os-keypairs", json=body, microversion="2.10").raise_for_status()
    open(state + "/extra-keypair", "w").close()  # delete would leave it alone: it may be somebody else's


def password_changed():
    cloud.identity.update_user(one("user")["id"], password="another-password")
    open(state + "/extra-password", "w").close()


def tidy():
    """Removes what a variant made beside the record, so that delete finds only what is recorded."""
    for path in glob.glob(state + "/extra-*"):
        found = open(path).read()
        if path.endswith("server"):
            cloud.compute.delete_server(found)
            wait("the server's end", lambda: cloud.compute.find_server(found) is None)
        elif path.endswith("keypair"):
            path = "/os-keypairs/%s?user_id=%s" % (one("keypair")["name"], one("user")["id"])
            cloud.compute.delete(path, microversion="2.10").raise_for_status()
        elif path.endswith("password"):
            cloud.identity.update_user(one("user")["id"], password=one("user")["secrets"]["password"])
        else:
            cloud.network.delete_port(found)


globals()[variant.replace("-", "_")]()
