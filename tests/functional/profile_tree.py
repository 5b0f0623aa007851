# SPDX-License-Identifier: Apache-2.0
"""A configuration of the size and shape of a public administration's, as a file that lessorctl applies: always the same."""
import json

CLASSES = {"Telephones": "telephone", "Kiosks": "kiosk"}


def _scope(number, server, reservations):
    network = f"10.{number // 256 + 100}.{number % 256}"
    policies = {
        name: {"processingOrder": order, "condition": f'user-class is "{name}"', "option": [f"tftp-server-name=boot{order}.example.test"]}
        for order, name in enumerate(CLASSES, 1)}
    return f"{network}.0", {
        "prefixLength": 24, "name": f"Subnet {number}", "servedBy": [server],
        "range": [f"{network}.100-{network}.199", f"{network}.210-{network}.219"],
        "exclusion": [f"{network}.150"],
        "option": [f"domain-name=net{number}.example.test", f"ntp-servers={network}.2", f"routers={network}.1"],
        "settings": {"leaseTime": 3600 * (1 + number % 24)},
        "policies": policies,
        "reservations": {
            f"{network}.{host}": {"hardwareAddress": "02:%02x:%02x:%02x:00:%02x" % (number >> 16 & 255, number >> 8 & 255, number & 255, host),
                                  "name": f"device-{number}-{host}"}
            for host in range(10, 10 + reservations)}}


def make(sites=142, scopes=1000, reservations=20, first=None):
    """The whole tree: two classes, @scopes over @sites, each with @reservations, two policies and five option values, and a
    server for each site. @first: (site, server, {network: scope}), a site that stands before them."""
    tree = {}
    if first:
        tree[first[0]] = {"servers": {first[1]: {}}, "scopes": dict(first[2])}
    for number in range(sites):
        tree[f"site{number}"] = {"description": [f"Site {number}"], "servers": {f"dhcp.site{number}.example.test": {}}, "scopes": {}}
    for number in range(scopes):
        site = f"site{number % sites}"
        network, scope = _scope(number, f"dhcp.{site}.example.test", reservations)
        tree[site]["scopes"][network] = scope
    return {"lessorTree": 1, "root": {
        "option": ["domain-name=example.test"], "settings": {"leaseTime": 28800},
        "classes": {name: {"classKind": "user", "classData": data} for name, data in CLASSES.items()},
        "definitions": {}, "sites": tree}}


def text(**arguments):
    return json.dumps(make(**arguments), indent=2)
