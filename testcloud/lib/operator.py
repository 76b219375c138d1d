"""What the cloud's operator makes: `accounts` (before the services start), `resources` (for Tempest). Run in a chroot."""
import os
import sys

import openstack

CLIENT = "/srv/data/client/"
PASSWORD = os.environ["PASSWORD"]
URL = "http://127.0.0.1"
CATALOG = (
    ("swift", "object-store", URL + ":8080/v1/AUTH_%(project_id)s"),
    ("glance", "image", URL + ":9292"),
    ("placement", "placement", URL + ":8778"),
    ("nova", "compute", URL + ":8774/v2.1"),
    ("neutron", "network", URL + ":9696"),
)


def accounts(cloud):
    identity = cloud.identity
    for name in ("admin", "member", "reader", "service", "swiftoperator", "ResellerAdmin"):
        identity.find_role(name) or identity.create_role(name=name)
    service = identity.create_project(name="service", domain_id="default")
    for name in ("swift", "glance", "placement", "nova", "neutron"):
        user = identity.create_user(name=name, password=PASSWORD, domain_id="default")
        for role in ("admin", "service"):
            cloud.grant_role(role, user=user.id, project=service.id)
    cloud.grant_role("ResellerAdmin", user=identity.find_user("admin").id, project=identity.find_project("admin").id)
    for name, kind, url in CATALOG:
        entry = identity.create_service(name=name, type=kind)
        for interface in ("public", "internal", "admin"):
            identity.create_endpoint(service_id=entry.id, interface=interface, url=url, region_id="RegionOne")


def resources(cloud):
    images = {}
    for name, source, fmt in (("guest-kernel", "vmlinuz", "aki"), ("guest-ramdisk", "initrd.gz", "ari"), ("guest", "guest.qcow2", "qcow2")):
        extra = {}
        if name == "guest":
            # the kernel's options keep its start short and quiet under emulation
            extra = {
                "kernel_id": images["guest-kernel"], "ramdisk_id": images["guest-ramdisk"], "hw_rng_model": "virtio",
                "os_command_line": "console=ttyS0 net.ifnames=0 quiet mitigations=off tsc=unstable random.trust_cpu=on no_timer_check",
            }
        images[name] = cloud.create_image(
            name, filename=CLIENT + source, disk_format=fmt, container_format="bare" if extra else fmt, visibility="public", wait=True, **extra
        ).id
    # ids and names as DevStack gives them
    small = (("42", "m1.nano", 128), ("84", "m1.micro", 192))
    flavors = [cloud.compute.create_flavor(id=i, name=n, ram=ram, vcpus=1, disk=1).id for i, n, ram in small]
    cidr, gateway, first, last = os.environ["PUBLIC"].split()
    public = cloud.network.create_network(
        name="public", is_router_external=True, provider_network_type="flat", provider_physical_network="public"
    )
    cloud.network.create_subnet(
        name="public", network_id=public.id, ip_version=4, cidr=cidr, gateway_ip=gateway, is_dhcp_enabled=False,
        allocation_pools=[{"start": first, "end": last}],
    )
    with open(CLIENT + "ids", "w") as ids:
        ids.write("image=%s\nflavor=%s\nflavor_alt=%s\npublic=%s\n" % (images["guest"], *flavors, public.id))


{"accounts": accounts, "resources": resources}[sys.argv[1]](openstack.connect())
