# SPDX-License-Identifier: Apache-2.0
"""Other people's DHCP servers, each in a namespace, as they are met on networks."""
import os


def start_dnsmasq(lab, namespace, addresses):
    """dnsmasq in @namespace, which offers @addresses ("FIRST,LAST")."""
    name = f"dnsmasq-{namespace.name.rpartition('-')[2]}"
    server = lab.start(name, ["dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--port=0", "--user=root",
                              "--interface=eth0", "--bind-interfaces", "--log-dhcp", "--no-ping",
                              f"--dhcp-leasefile={lab.path(name + '.leases')}", f"--dhcp-range={addresses},1h"],
                       namespace=namespace)
    server.wait_for_log("IP range|DHCP, sockets bound")
    return server


def start_dhcpd(lab, namespace, network, addresses):
    """ISC dhcpd in @namespace on @network ("10.77.0.0"), which offers @addresses ("FIRST LAST")."""
    name = f"dhcpd-{namespace.name.rpartition('-')[2]}"
    # Its AppArmor profile goes by path and allows no files but its own.
    program = os.path.join(lab.directory, "dhcpd-program")
    if not os.path.exists(program):
        lab.run(["cp", "/usr/sbin/dhcpd", program])
    config = lab.write(f"{name}.conf", "authoritative;\nping-check false;\n"
                       f"subnet {network} netmask 255.255.255.0 {{ range {addresses}; }}\n")
    leases = lab.write(f"{name}.leases", "")
    server = lab.start(name, [program, "-4", "-f", "-d", "-cf", config, "-lf", leases, "-pf", lab.path(f"{name}.pid"),
                              "eth0"], namespace=namespace)
    server.wait_for_log("Server starting service|Sending on +Socket")
    return server
