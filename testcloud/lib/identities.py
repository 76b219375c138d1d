"""Makes (`make`) or removes (`tidy`) plain users of the cloud, and writes the files by which they log in: identities.py make|tidy DIR.

Two users with a project and a network of their own each, as accounts.yaml; the first of them as the clouds "member" and, by an
application credential, "appcred" of clouds.yaml. Run in a chroot as admin.
"""
import json
import os
import secrets
import sys

import openstack

URL = "http://127.0.0.1:5000/v3"
NAMES = ("plain-one", "plain-two")
what, folder = sys.argv[1:]
cloud = openstack.connect()
identity, network = cloud.identity, cloud.network


def write(name, value):
    with open(os.path.join(folder, name), "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        json.dump(value, file, indent=1)  # JSON is YAML


def account(name):
    password = secrets.token_urlsafe(16)
    project = identity.create_project(name=name, domain_id="default")
    user = identity.create_user(name=name, password=password, domain_id="default")
    for role in ("member", "swiftoperator"):
        cloud.grant_role(role, user=user.id, project=project.id)
    net = network.create_network(name=name, project_id=project.id)
    subnet = network.create_subnet(name=name, project_id=project.id, network_id=net.id, ip_version=4, cidr="10.200.0.0/24")
    router = network.create_router(
        name=name, project_id=project.id, external_gateway_info={"network_id": network.find_network("public").id}
    )
    network.add_interface_to_router(router, subnet_id=subnet.id)
    return {
        "username": name, "project_name": name, "password": password, "domain_name": "Default",
        "roles": ["member", "swiftoperator"], "resources": {"network": name},
    }


def login(name, auth, **more):
    return {"auth": dict(auth_url=URL, **auth), "region_name": "RegionOne", **more}


def make():
    accounts = [account(name) for name in NAMES]
    write("accounts.yaml", accounts)
    one = accounts[0]
    auth = {
        "username": one["username"], "password": one["password"], "project_name": one["project_name"],
        "user_domain_name": "Default", "project_domain_name": "Default",
    }
    member = openstack.connect(**login("member", auth))
    credential = member.identity.create_application_credential(member.current_user_id, "plain")
    write("clouds.yaml", {"clouds": {
        "member": login("member", auth),
        "appcred": login("appcred", {
            "application_credential_id": credential.id, "application_credential_secret": credential.secret,
        }, auth_type="v3applicationcredential"),
    }})


def tidy():
    for name in NAMES:
        project = identity.find_project(name)
        if project:
            router, subnet = network.find_router(name), network.find_subnet(name)
            if router and subnet:
                network.remove_interface_from_router(router, subnet_id=subnet.id)
            for thing, delete in ((router, network.delete_router), (network.find_network(name), network.delete_network)):
                if thing:
                    delete(thing)
            for group in network.security_groups(project_id=project.id):
                network.delete_security_group(group)
            identity.delete_project(project)
        user = identity.find_user(name)
        if user:
            identity.delete_user(user)


{"make": make, "tidy": tidy}[what]()
