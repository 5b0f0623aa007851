# SPDX-License-Identifier: Apache-2.0
"""leases.mdb from outside, while no daemon runs: rows are read, put and removed as no daemon would."""
import ctypes
import dataclasses
import ipaddress
import os
import shutil
import struct

from harness import Failure

_NOSUBDIR, _NOLOCK, _FIRST, _NEXT, _NOTFOUND = 0x4000, 0x400000, 0, 8, -30798
_MAP_SIZE = 4 << 30
TABLES = {"records": b"lease-by-address", "clients": b"lease-by-client", "expiries": b"lease-by-expiry",
          "blocks": b"lease-by-block"}
FOR_EVER = (1 << 63) - 1


class _Value(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("data", ctypes.c_void_p)]

    @classmethod
    def of(cls, octets):
        buffer = ctypes.create_string_buffer(octets, len(octets))
        value = cls(len(octets), ctypes.cast(buffer, ctypes.c_void_p))
        value.buffer = buffer  # as long as the value lives
        return value

    def octets(self):
        return ctypes.string_at(self.data, self.size)


def _check(code):
    if code:
        raise Failure(f"LMDB says {code}")


class Store:
    """The store of a daemon that has stopped, without what stood in its journal alone. Changes are made durable at the end
    of the with statement; the file keeps its owner."""

    def __init__(self, directory):
        shutil.rmtree(os.path.join(directory, "leases.journal"), ignore_errors=True)
        self._path = os.path.join(directory, "leases.mdb")
        self._lmdb = ctypes.CDLL("liblmdb.so.0")
        self._env, self._txn, self._tables = ctypes.c_void_p(), ctypes.c_void_p(), {}

    def __enter__(self):
        lmdb = self._lmdb
        _check(lmdb.mdb_env_create(ctypes.byref(self._env)))
        _check(lmdb.mdb_env_set_maxdbs(self._env, 8))
        _check(lmdb.mdb_env_set_mapsize(self._env, ctypes.c_size_t(_MAP_SIZE)))
        _check(lmdb.mdb_env_open(self._env, self._path.encode(), _NOSUBDIR | _NOLOCK, 0o600))
        _check(lmdb.mdb_txn_begin(self._env, None, 0, ctypes.byref(self._txn)))
        for word, name in TABLES.items():
            table = ctypes.c_uint()
            _check(lmdb.mdb_dbi_open(self._txn, name, 0, ctypes.byref(table)))
            self._tables[word] = table
        return self

    def __exit__(self, kind, *rest):
        try:
            if kind:
                self._lmdb.mdb_txn_abort(self._txn)
            else:
                _check(self._lmdb.mdb_txn_commit(self._txn))
        finally:
            self._lmdb.mdb_env_close(self._env)

    def rows(self, table):
        """All rows of a table as {key: value}."""
        cursor, key, value, rows = ctypes.c_void_p(), _Value(), _Value(), {}
        _check(self._lmdb.mdb_cursor_open(self._txn, self._tables[table], ctypes.byref(cursor)))
        code = self._lmdb.mdb_cursor_get(cursor, ctypes.byref(key), ctypes.byref(value), _FIRST)
        while code == 0:
            rows[key.octets()] = value.octets()
            code = self._lmdb.mdb_cursor_get(cursor, ctypes.byref(key), ctypes.byref(value), _NEXT)
        self._lmdb.mdb_cursor_close(cursor)
        if code != _NOTFOUND:
            _check(code)
        return rows

    def put(self, table, key, value):
        _check(self._lmdb.mdb_put(self._txn, self._tables[table], ctypes.byref(_Value.of(key)),
                                  ctypes.byref(_Value.of(value)), 0))

    def remove(self, table, key):
        """Remove a row, if it is there."""
        code = self._lmdb.mdb_del(self._txn, self._tables[table], ctypes.byref(_Value.of(key)), None)
        _check(code if code != _NOTFOUND else 0)

    def put_record(self, address, record):
        """Store a record, without its rows in the indexes."""
        self.put("records", _key(address), record if isinstance(record, bytes) else record.encode())

    def file(self, address, record):
        """Store a record with all its rows, in the place of the one that is there."""
        self.unfile(address)
        self.put_record(address, record)
        if record.client:
            self.put("clients", record.scope_key(address) + record.client, _key(address))
        self.put("expiries", record.expiry_key(address), b"b" if record.is_bootp else b"")
        self.set_bit(address, True)

    def set_bit(self, address, exists):
        """Say whether an address has a record."""
        block, place = _key(address)[:3], _key(address)[3]
        bits = bytearray(self.rows("blocks").get(block, bytes(32)))
        bits[place // 8] = bits[place // 8] & ~(1 << place % 8) | (exists << place % 8)
        self.put("blocks", block, bytes(bits))

    def unfile(self, address):
        """Remove a record with its rows, if there is one."""
        octets = self.rows("records").get(_key(address))
        if octets is None:
            return
        record = Record.decode(octets)
        self.remove("records", _key(address))
        self.remove("clients", record.scope_key(address) + record.client)
        self.remove("expiries", record.expiry_key(address))


def _key(address):
    return ipaddress.IPv4Address(address).packed


@dataclasses.dataclass
class Record:
    """A lease record (store/lease_record.c)."""

    state: int
    prefix_length: int
    start: int
    changed: int
    expiry: int
    relay: int
    htype: int
    hardware: bytes
    client: bytes
    rest: bytes  # the host name
    is_bootp: bool

    _FIXED = struct.Struct("!BBqqqIBB")

    @classmethod
    def decode(cls, octets):
        at = 2 if octets[0] == 2 else 1
        *fixed, hlen = cls._FIXED.unpack_from(octets, at)
        at += cls._FIXED.size
        length, = struct.unpack_from("!H", octets, at + hlen)
        client = octets[at + hlen + 2:at + hlen + 2 + length]
        return cls(*fixed, octets[at:at + hlen], client, octets[at + hlen + 2 + length:], octets[0] == 2)

    def encode(self):
        return ((b"\2\1" if self.is_bootp else b"\1") +
                self._FIXED.pack(self.state, self.prefix_length, self.start, self.changed, self.expiry, self.relay,
                                 self.htype, len(self.hardware)) +
                self.hardware + struct.pack("!H", len(self.client)) + self.client + self.rest)

    def scope_key(self, address):
        network = ipaddress.IPv4Network((address, self.prefix_length), strict=False)
        return network.network_address.packed + bytes([self.prefix_length])

    def expiry_key(self, address):
        """Of a record that was not given back."""
        return self.scope_key(address) + struct.pack("!Q", self.expiry ^ (1 << 63)) + _key(address)
