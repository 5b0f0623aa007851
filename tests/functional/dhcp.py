# SPDX-License-Identifier: Apache-2.0
"""DHCPv4 messages to the octet: built as tests want them, right or wrong, and parsed strictly."""
import dataclasses
import ipaddress
import struct

DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)
MAGIC = b"\x63\x82\x53\x63"
BROADCAST_FLAG = 0x8000
FIXED = struct.Struct("!BBBBIHH4s4s4s4s16s64s128s")

SUBNET_MASK, ROUTERS, DNS_SERVERS, HOST_NAME, DOMAIN_NAME, VENDOR_INFORMATION = 1, 3, 6, 12, 15, 43
REQUESTED_ADDRESS, LEASE_TIME, OVERLOAD, MESSAGE_TYPE, SERVER_ID, PARAMETERS, MESSAGE = 50, 51, 52, 53, 54, 55, 56
RENEWAL_TIME, REBINDING_TIME, VENDOR_CLASS, CLIENT_ID, USER_CLASS, RELAY_AGENT, END = 58, 59, 60, 61, 77, 82, 255
USUAL_PARAMETERS = bytes([SUBNET_MASK, ROUTERS, DNS_SERVERS, DOMAIN_NAME, LEASE_TIME, RENEWAL_TIME, REBINDING_TIME])


def pack_address(text):
    return ipaddress.IPv4Address(text).packed


def unpack_address(octets):
    return str(ipaddress.IPv4Address(octets))


def pack_mac(text):
    return bytes.fromhex(text.replace(":", ""))


@dataclasses.dataclass
class Message:
    """A message; options are (code, octets) in the order of the wire. @tail replaces magic, options and padding."""

    op: int = 1
    htype: int = 1
    hlen: int = 6
    hops: int = 0
    xid: int = 0
    secs: int = 0
    flags: int = 0
    ciaddr: str = "0.0.0.0"
    yiaddr: str = "0.0.0.0"
    siaddr: str = "0.0.0.0"
    giaddr: str = "0.0.0.0"
    chaddr: bytes = bytes(6)
    sname: bytes = b""
    file: bytes = b""
    options: list = dataclasses.field(default_factory=list)
    tail: bytes = None

    def encode(self):
        fixed = FIXED.pack(self.op, self.htype, self.hlen, self.hops, self.xid, self.secs, self.flags,
                           *map(pack_address, (self.ciaddr, self.yiaddr, self.siaddr, self.giaddr)),
                           self.chaddr, self.sname, self.file)
        if self.tail is not None:
            return fixed + self.tail
        options = b"".join(bytes([code, len(value)]) + value for code, value in self.options)
        return (fixed + MAGIC + options + bytes([END])).ljust(300, b"\0")

    @classmethod
    def decode(cls, octets):
        values = list(FIXED.unpack_from(octets))
        if not any(octets[FIXED.size:]):  # for a BOOTP client that sent no magic cookie
            return cls(*cls._clean(values), tail=octets[FIXED.size:])
        if octets[FIXED.size:FIXED.size + 4] != MAGIC:
            raise ValueError("no magic cookie")
        return cls(*cls._clean(values), options=cls._decode_options(octets[FIXED.size + 4:]))

    @staticmethod
    def _clean(values):
        return [*values[:7], *map(unpack_address, values[7:11]), values[11][:values[2]],
                *(field.partition(b"\0")[0] for field in values[12:])]

    @staticmethod
    def _decode_options(octets):
        options, position = [], 0
        while octets[position] != END:
            code = octets[position]
            if code == 0:
                position += 1
                continue
            length = octets[position + 1]
            options.append((code, octets[position + 2:position + 2 + length]))
            position += 2 + length
        return options

    def option(self, code):
        """The octets of an option, None if it is absent."""
        return next((value for got, value in self.options if got == code), None)

    @property
    def type(self):
        """The message type; 0 of a BOOTP message."""
        return (self.option(MESSAGE_TYPE) or b"\0")[0]

    def number(self, code):
        """The value of an option that is a number."""
        value = self.option(code)
        return None if value is None else int.from_bytes(value, "big")

    def addresses(self, code):
        """The value of an option that is a list of addresses."""
        value = self.option(code) or b""
        return [unpack_address(value[i:i + 4]) for i in range(0, len(value), 4)]

    def text(self, code):
        value = self.option(code)
        return None if value is None else value.decode()


def checksum(octets):
    """The checksum of the Internet protocols."""
    total = sum(struct.unpack(f"!{(len(octets) + 1) // 2}H", octets + b"\0" * (len(octets) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def build_frame(payload, source_mac, source="0.0.0.0", target_mac=b"\xff" * 6, target="255.255.255.255",
                ports=(68, 67)):
    """An Ethernet frame with @payload as UDP in IPv4."""
    source, target = pack_address(source), pack_address(target)
    length = 8 + len(payload)
    pseudo = source + target + struct.pack("!BBH", 0, 17, length)
    udp = struct.pack("!HHHH", *ports, length, 0)
    udp = udp[:6] + struct.pack("!H", checksum(pseudo + udp + payload) or 0xffff)
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + length, 0, 0, 64, 17, 0, source, target)
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return target_mac + source_mac + b"\x08\x00" + header + udp + payload


def parse_frame(frame):
    """(source MAC, target MAC, source, target, payload) if it carries UDP to port 68 or 67, else None."""
    if frame[12:14] != b"\x08\x00" or len(frame) < 42 or frame[23] != 17:
        return None
    start = 14 + 4 * (frame[14] & 15)
    _, port, length = struct.unpack_from("!HHH", frame, start)
    if port not in (67, 68):
        return None
    return (frame[6:12], frame[:6], unpack_address(frame[26:30]), unpack_address(frame[30:34]),
            frame[start + 8:start + length])
