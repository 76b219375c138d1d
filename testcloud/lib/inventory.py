"""Prints one sorted line for each resource of every service, all projects. Run in a chroot as admin.

No times and no passing states, so that two inventories of an unchanged cloud are equal, also across releases.
"""
import os
import subprocess

import openstack

cloud = openstack.connect()
lines = []


def add(kind, *fields):
    lines.append(" ".join([kind] + [str(f) for f in fields if f not in (None, "")]))


def rows(proxy, path, key):
    """All members of a collection, following no pages: the cloud is small, limits are asked for explicitly."""
    answer = proxy.get(path)
    answer.raise_for_status()
    return answer.json()[key]


identity, network, compute = cloud.identity, cloud.network, cloud.compute
projects = rows(identity, "/projects", "projects")
users = rows(identity, "/users", "users")
for path in ("domains", "projects", "users", "groups", "roles", "services", "regions", "policies", "credentials", "trusts"):
    url = "/OS-TRUST/trusts" if path == "trusts" else "/" + path
    for row in rows(identity, url, path):
        add("identity." + path, row["id"], row.get("name"))
for row in rows(identity, "/endpoints", "endpoints"):
    add("identity.endpoints", row["id"], row["interface"], row["url"])
for row in rows(identity, "/role_assignments", "role_assignments"):
    target = {k: v for k, v in row["scope"].items() if k != "OS-INHERIT:inherited_to"}
    add("identity.role_assignments", row["role"]["id"], (row.get("user") or row.get("group"))["id"], sorted(target.items()))

for row in rows(cloud.image, "/images?limit=1000", "images"):
    add("image.images", row["id"], row["name"], row.get("owner"), row["status"], row.get("os_hash_value", "")[:16])

for project in projects:  # Neutron makes a project's default group when it is first asked for
    network.get("/security-groups?project_id=" + project["id"])
for path in ("networks", "subnets", "subnetpools", "routers", "floatingips", "security-groups", "security-group-rules", "address-scopes"):
    key = path.replace("-", "_")
    for row in rows(network, "/" + path, key):
        add("network." + key, row["id"], row.get("name"), row.get("floating_ip_address"), row["project_id"])
for row in rows(network, "/ports", "ports"):
    add("network.ports", row["id"], row["device_owner"], row["network_id"], [ip["ip_address"] for ip in row["fixed_ips"]], row["project_id"])

for row in rows(compute, "/servers/detail?all_tenants=1&limit=1000", "servers"):
    add("compute.servers", row["id"], row["name"], row["tenant_id"], row["status"])
for row in rows(compute, "/flavors?is_public=None", "flavors"):
    add("compute.flavors", row["id"], row["name"])
for row in rows(compute, "/os-server-groups?all_projects=True", "server_groups"):
    add("compute.server_groups", row["id"], row["name"])
for row in rows(compute, "/os-aggregates", "aggregates"):
    add("compute.aggregates", row["id"], row["name"])
for user in users:  # microversion 2.10: another user's keypairs
    answer = compute.get("/os-keypairs?user_id=" + user["id"], microversion="2.10")
    for row in answer.json()["keypairs"]:
        add("compute.keypairs", user["id"], row["keypair"]["name"], row["keypair"]["fingerprint"])

base = cloud.object_store.get_endpoint().rsplit("AUTH_", 1)[0]
for project in projects:
    url = base + "AUTH_" + project["id"]
    answer = cloud.session.get(url + "?format=json", raise_exc=False)
    for container in answer.json() if answer.status_code == 200 else []:
        add("object_store.containers", project["id"], container["name"], container["count"], container["bytes"])
        for row in cloud.session.get("%s/%s?format=json" % (url, container["name"])).json():
            add("object_store.objects", project["id"], container["name"], row["name"], row["bytes"], row["hash"])

for provider in cloud.session.get("/resource_providers", endpoint_filter={"service_type": "placement"}).json()["resource_providers"]:
    add("placement.resource_providers", provider["uuid"], provider["name"])
    path = "/resource_providers/%s/allocations" % provider["uuid"]
    for consumer in cloud.session.get(path, endpoint_filter={"service_type": "placement"}).json()["allocations"]:
        add("placement.allocations", provider["uuid"], consumer)

# What the services' answers cannot show: the objects of projects that are gone, guests and disks without a server.
for folder, _, files in os.walk("/srv/data/swift/d1/objects"):
    for name in files:
        if name.endswith(".data"):
            add("disk.objects", os.path.join(folder, name))
for name in os.listdir("/srv/data/nova/instances"):
    if name not in ("_base", "locks", "compute_nodes", "compute_id"):
        add("disk.instances", name)
for name in subprocess.run(["virsh", "-c", "qemu:///system", "list", "--all", "--name"], capture_output=True, text=True, check=True).stdout.split():
    add("disk.domains", name)
print("\n".join(sorted(lines)))
