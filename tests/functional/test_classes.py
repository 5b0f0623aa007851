# SPDX-License-Identifier: Apache-2.0
"""Classes of clients: what options 60 and 77 change of the options that a client is sent."""
import dhcp
from clients import Dhclient, Udhcpc
from harness import expect_equal, wait_until
from rawclient import RawClient
from scene import Scene
from slapd import ROOT, SITE, ldif, scope_dn

SCOPE = scope_dn("10.77.0.0")
CLASSES, OPTIONS = f"cn=classes,{ROOT}", f"cn=options,{ROOT}"
VENDOR_PARAMETERS = bytes([dhcp.VENDOR_INFORMATION, dhcp.DOMAIN_NAME])


def add_class(scene, name, kind, data):
    scene.slapd.add(ldif(f"cn={name},{CLASSES}", objectClass="lessorClass", cn=name, lessorClassKind=kind,
                         lessorClassData=data))


def class_scene(lab):
    """A user class Kiosk and a vendor class Phones with an option of its own, and values for both."""
    scene = Scene(lab)
    for container in (CLASSES, OPTIONS):
        scene.slapd.add(ldif(container, objectClass="applicationProcess", cn=container.partition(",")[0][3:]))
    add_class(scene, "Kiosk", "user", "kiosk")
    add_class(scene, "Phones", "vendor", "phone")
    scene.slapd.add(ldif(f"cn=ring,{OPTIONS}", objectClass="lessorOptionDefinition", cn="ring", lessorOptionCode=7,
                         lessorOptionType="text", lessorVendorClass="Phones"))
    scene.slapd.replace(SCOPE, "lessorOption", "domain-name=scope.test", "[vendor:Phones]ring=loud",
                        "[vendor:Phones][user:Kiosk]ring=low", "[user:Kiosk]domain-name=kiosk.test")
    return scene


def test_user_class(lab):
    """A value for the client's user class counts for more than one for everybody, whichever is nearer"""
    scene = class_scene(lab)
    scene.slapd.add(ldif(f"cn=10.77.0.50,{SCOPE}", objectClass="lessorReservation", cn="10.77.0.50",
                         lessorHardwareAddress="02:00:00:00:00:50", lessorOption="domain-name=mine.test"))
    scene.start()
    link = scene.link()
    kiosk = [(dhcp.USER_CLASS, b"kiosk")]
    expect_equal(RawClient(link).obtain().text(dhcp.DOMAIN_NAME), "scope.test", "domain name without a class")
    expect_equal(RawClient(link, shows=kiosk).obtain().text(dhcp.DOMAIN_NAME), "kiosk.test", "domain name of the class")
    reserved = RawClient(link, mac="02:00:00:00:00:50")
    expect_equal(reserved.obtain().text(dhcp.DOMAIN_NAME), "mine.test", "domain name of the reservation")
    reserved.shows = kiosk
    expect_equal(reserved.renew().text(dhcp.DOMAIN_NAME), "kiosk.test", "domain name of the class at the scope")
    reserved.shows = [(dhcp.USER_CLASS, b"\4loud\5kiosk")]
    expect_equal(reserved.renew().text(dhcp.DOMAIN_NAME), "kiosk.test", "domain name of the second class of a list")
    scene.slapd.replace(SCOPE, "lessorOption", "domain-name=scope.test")
    scene.slapd.replace(SITE, "lessorOption", "[user:Kiosk]domain-name=site.test")
    wait_until(lambda: reserved.renew().text(dhcp.DOMAIN_NAME) == "site.test", "the site's value for the class is sent")


def test_vendor_options(lab):
    """Options of a vendor class go out inside option 43, to its clients only"""
    scene = class_scene(lab).start()
    link = scene.link()
    phone = RawClient(link, shows=[(dhcp.VENDOR_CLASS, b"phone")], parameters=VENDOR_PARAMETERS)
    expect_equal(phone.obtain().option(dhcp.VENDOR_INFORMATION), b"\7\4loud", "option 43 of a phone")
    phone.shows.append((dhcp.USER_CLASS, b"kiosk"))
    expect_equal(phone.renew().option(dhcp.VENDOR_INFORMATION), b"\7\3low", "option 43 of a phone in a kiosk")
    other = RawClient(link, shows=[(dhcp.VENDOR_CLASS, b"phones")], parameters=VENDOR_PARAMETERS)
    expect_equal(other.obtain().option(dhcp.VENDOR_INFORMATION), None, "option 43 of another vendor's client")
    windows = RawClient(link, shows=[(dhcp.VENDOR_CLASS, b"MSFT 5.0")], parameters=VENDOR_PARAMETERS)
    windows.obtain()
    scene.slapd.replace(SCOPE, "lessorOption", "[vendor:Microsoft Windows 2000 Options]disable-netbios=2")
    wait_until(lambda: windows.renew().option(dhcp.VENDOR_INFORMATION) == b"\1\4\0\0\0\2", "Windows is told of NetBIOS")


def _expect_class(lab, kind):
    scene = class_scene(lab)
    scene.slapd.replace(SCOPE, "lessorOption", "routers=10.77.0.1", "domain-name=scope.test",
                        "[user:Kiosk]domain-name=kiosk.test")
    scene.start()
    client = kind(lab, scene.host("client"), user_class="kiosk").start()
    client.wait_for_lease()
    event = client.events()[-1]
    expect_equal(event.get("new_domain_name") or event.get("domain"), "kiosk.test", "the domain name that the client got")


def test_dhclient(lab):
    """dhclient names its user class as RFC 3004 wants it"""
    _expect_class(lab, Dhclient)


def test_udhcpc(lab):
    """udhcpc sends the bare name of its user class, as Microsoft's clients do"""
    _expect_class(lab, Udhcpc)
