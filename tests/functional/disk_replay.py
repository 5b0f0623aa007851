# SPDX-License-Identifier: Apache-2.0
"""What a directory may look like after a power failure at any point of a log that tests/support/disk.so wrote.

What was synced is there. Of what was not, any part may be: writes are kept, lost or torn at sectors, one independently of the
other; names that were made, moved or removed since their directory was synced last may be as before. Writes that a failed sync
was about are decided then and there, as a later sync does not speak of them: the kernel has forgotten that they were due.
"""
import collections
import dataclasses
import os
import random
import struct

import dhcp

HEAD = struct.Struct("=IIIIQqqII")
MAGIC = 0x4b53444c
(OPEN, WRITE, ZEROS, TRUNCATE, ALLOCATE, SYNC, END, RENAME, UNLINK, MKDIR, REPLY, LINK, UNKNOWN) = range(1, 14)
DURABLE = 1
SECTOR = 512
KEEP_SIZE, PUNCH_HOLE, ZERO_RANGE = 1, 2, 16
DELETED = " (deleted)"
NEVER = 1 << 62


@dataclasses.dataclass
class Record:
    """One record of the log."""

    kind: int
    thread: int
    flags: int
    inode: int
    offset: int
    amount: int
    path: str
    data: bytes


def read_log(path):
    """The records of a log, one by one. A last one that was cut off is left out."""
    with open(path, "rb") as file:
        while len(head := file.read(HEAD.size)) == HEAD.size:
            magic, kind, thread, flags, inode, offset, amount, path_len, data_len = HEAD.unpack(head)
            if magic != MAGIC:
                raise ValueError(f"{path} has no record at {file.tell() - HEAD.size}")
            body = file.read(path_len + data_len)
            if len(body) < path_len + data_len:
                return
            yield Record(kind, thread, flags, inode, offset, amount, body[:path_len].decode(), body[path_len:])


class Change:
    """A change of a file that may not be on the disk yet."""

    def __init__(self, record):
        self.kind, self.offset, self.amount = record.kind, record.offset, record.amount
        self.data = bytes(record.amount) if record.kind == ZEROS else record.data
        self.mode = record.flags if record.kind == ALLOCATE else 0
        self.is_durable_at_end = bool(record.kind in (WRITE, ZEROS) and record.flags & DURABLE)
        self.has_ended = False

    def apply(self, octets, choose=None):
        """Make it in @octets; @choose(sector) says of each sector of a write whether it is made."""
        if self.kind == TRUNCATE:
            self._resize(octets, self.amount)
        elif self.kind == ALLOCATE:
            self._allocate(octets)
        elif choose is None:
            self._put(octets, 0, len(self.data))
        else:
            start = 0
            while start < len(self.data):
                end = min(len(self.data), start + SECTOR - (self.offset + start) % SECTOR)
                if choose():
                    self._put(octets, start, end)
                start = end

    def _put(self, octets, start, end):
        self._grow(octets, self.offset + end)
        octets[self.offset + start:self.offset + end] = self.data[start:end]

    def _allocate(self, octets):
        end = self.offset + self.amount
        if self.mode & (PUNCH_HOLE | ZERO_RANGE):
            stop = min(end, len(octets))
            octets[self.offset:stop] = bytes(max(0, stop - self.offset))
        if not self.mode & KEEP_SIZE:
            self._grow(octets, end)

    def _resize(self, octets, size):
        del octets[size:]
        self._grow(octets, size)

    @staticmethod
    def _grow(octets, size):
        if len(octets) < size:
            octets.extend(bytes(size - len(octets)))


class File:
    """What is on the disk of a file, and what may be."""

    def __init__(self, octets=b""):
        self.octets = bytearray(octets)
        self.changes = []

    def settle(self, changes, choose=None):
        """@changes are on the disk now, or will never be."""
        for change in changes:
            if choose is None or choose():
                change.apply(self.octets)
            elif choose():
                change.apply(self.octets, choose)
        gone = set(map(id, changes))
        self.changes = [change for change in self.changes if id(change) not in gone]

    def after_loss(self, chance):
        octets = bytearray(self.octets)
        for change in self.changes:
            if chance.is_kept():
                change.apply(octets)
            elif chance.is_torn() and change.kind in (WRITE, ZEROS):
                change.apply(octets, chance.is_sector_kept)
        return octets


class Chance:
    """What becomes of unsynced changes in one power failure."""

    MOODS = ((0.0, 0.0), (1.0, 0.0), (0.5, 0.5), (0.9, 1.0), (0.1, 1.0), (0.0, 1.0))

    def __init__(self, seed):
        self._random = random.Random(seed)
        self._kept, self._torn = self._random.choice(self.MOODS)
        self._sector = self._random.choice((0.1, 0.5, 0.9))

    def is_kept(self):
        return self._random.random() < self._kept

    def is_torn(self):
        return self._random.random() < self._torn

    def is_sector_kept(self):
        return self._random.random() < self._sector

    def one_of(self, things):
        return self._random.choice(things)

    def octets(self, count):
        return self._random.randbytes(count)


class Everything(Chance):
    """No power failure: all of it is kept."""

    def __init__(self):
        super().__init__(0)

    def is_kept(self):
        return True


@dataclasses.dataclass
class Promise:
    """An acknowledgement that left."""

    address: str
    hardware: str
    at: int          # when it left
    lease_time: int  # from then on


DIRECTORY = object()


class Replay:
    """Goes through a log and knows at each point what is on the disk, what may be, and what was promised."""

    def __init__(self, seed=0):
        self._chance = random.Random(seed)
        self._by_inode = {}
        self._names = {}             # as the processes see them
        self._durable_names = {}
        self._pending_names = []     # (directories, change of a dict of names)
        self._under_way = {}         # by thread: what its END is about
        self.promises = {}           # by address
        self.addresses = collections.defaultdict(dict)  # by hardware address: {address: time}
        self.counts = collections.Counter()

    def take(self, record):
        """The next record."""
        self.counts[record.kind] += 1
        if record.kind == UNKNOWN:
            raise ValueError(f"{record.path}: something was done to it that a replay does not understand")
        if record.kind in (WRITE, ZEROS, TRUNCATE, ALLOCATE):
            file, change = self._file(record), Change(record)
            file.changes.append(change)
            self._under_way[record.thread] = lambda result: self._end_change(file, change, result)
        elif record.kind == SYNC:
            self._under_way[record.thread] = self._begin_sync(record)
        elif record.kind == END:
            self._under_way.pop(record.thread, lambda result: None)(record.amount)
        elif record.kind == OPEN:
            self._file(record)
        elif record.kind == REPLY:
            self._note_reply(record)
        else:
            self._change_name(record)

    def _file(self, record):
        file = self._by_inode.get(record.inode)
        if record.path.endswith(DELETED):
            return file or File()
        if file is None or self._names.get(record.path) is not file:
            file = self._by_inode[record.inode] = File()
            self._set_name(record.path, file)
        return file

    def _set_name(self, path, what):
        def change(names):
            names[path] = what
        self._pend((os.path.dirname(path),), change)

    def _pend(self, directories, change):
        change(self._names)
        self._pending_names.append((directories, change))

    def _end_change(self, file, change, result):
        change.has_ended = True
        if result < 0:
            file.changes.remove(change)  # it had no effect
        elif change.kind in (WRITE, ZEROS):
            change.data = change.data[:result]
            if change.is_durable_at_end:
                file.settle([change])

    def _begin_sync(self, record):
        if self._names.get(record.path) is DIRECTORY or not record.path:
            due = list(self._pending_names)
            return lambda result: self._end_directory_sync(record.path, due, result)
        file = self._file(record)
        due = [change for change in file.changes if change.has_ended]
        return lambda result: self._end_sync(file, due, result)

    def _end_sync(self, file, due, result):
        left = set(map(id, file.changes))
        due = [change for change in due if id(change) in left]
        file.settle(due, None if result == 0 else lambda: self._chance.random() < 0.5)

    def _end_directory_sync(self, path, due, result):
        if result < 0:
            return
        due = set(map(id, due))
        still = []
        for entry in self._pending_names:
            if id(entry) in due and path in entry[0]:
                entry[1](self._durable_names)
            else:
                still.append(entry)
        self._pending_names = still

    def _change_name(self, record):
        path, other = record.path, record.data.decode()
        if record.kind == MKDIR:
            self._set_name(path, DIRECTORY)
        elif record.kind == UNLINK:
            self._pend((os.path.dirname(path),), lambda names: names.pop(path, None))
        elif self._names.get(path) is DIRECTORY:
            raise ValueError(f"{path}: a directory gets another name, which a replay does not understand")
        else:
            file = self._names.get(path)
            if file is None:
                raise ValueError(f"{path} gets another name, and was never seen")

            def rename(names):
                if record.kind == RENAME:
                    names.pop(path, None)
                names[other] = file
            self._pend((os.path.dirname(path), os.path.dirname(other)), rename)

    def _note_reply(self, record):
        try:
            message = dhcp.Message.decode(record.data)
        except (ValueError, IndexError, struct.error):
            return
        hardware, address, lease_time = message.chaddr.hex(), message.yiaddr, message.number(dhcp.LEASE_TIME)
        if message.type == dhcp.RELEASE:  # no server says that; lease_load does, before it gives up an address
            self.promises.pop(address, None)
            self.addresses[hardware].pop(address, None)
        elif address != "0.0.0.0" and message.type in (0, dhcp.ACK):
            self.promises[address] = Promise(address, hardware, record.amount,
                                             NEVER if lease_time in (None, 0xffffffff) else lease_time)
            self.addresses[hardware][address] = self.counts[REPLY]

    def owed(self):
        """The promises that hold: each client's last one, unless its address was given to another since."""
        def is_last(promise):
            given = self.addresses[promise.hardware]
            return max(given, key=given.get) == promise.address
        return {address: promise for address, promise in self.promises.items() if is_last(promise)}

    def contents(self, chance):
        """{path: octets, or None for a directory} after a power failure now."""
        names = dict(self._durable_names)
        for _, change in self._pending_names:
            if chance.is_kept():
                change(names)
        return {path: None if what is DIRECTORY else what.after_loss(chance) for path, what in names.items()
                if all(names.get(parent) is DIRECTORY for parent in _parents(path))}

    def restore(self, directory, chance, owner=None):
        """Make @directory, which must not be there, with those contents."""
        os.mkdir(directory, 0o700)
        contents = self.contents(chance)
        for path in sorted(contents):
            where = os.path.join(directory, path)
            if contents[path] is None:
                os.mkdir(where, 0o700)
                continue
            with open(where, "wb") as file:
                _write(file, contents[path], is_sparse=path.endswith(".mdb"))
        self._add_locks(directory, contents, chance)
        if owner is not None:
            for folder, _, names in os.walk(directory):
                for where in (folder, *(os.path.join(folder, name) for name in names)):
                    os.chown(where, owner, owner)

    @staticmethod
    def _add_locks(directory, contents, chance):
        """LMDB's lock files are never synced: anything may stand in them."""
        for path in contents:
            octets = chance.one_of((None, b"", bytes(8192), chance.octets(8192)))
            if path.endswith(".mdb") and octets is not None:
                with open(os.path.join(directory, path + "-lock"), "wb") as file:
                    file.write(octets)


def _write(file, octets, is_sparse, step=65536):
    """Segments of the journal were written out beforehand, and have their place on the disk whatever stands there."""
    for start in range(0, len(octets), step):
        piece = octets[start:start + step]
        if not is_sparse or piece.count(0) < len(piece):
            file.seek(start)
            file.write(piece)
    file.truncate(len(octets))


def _parents(path):
    while path := os.path.dirname(path):
        yield path


def differences(directory, replay):
    """Files of @directory that are not as @replay saw them come into being. None means that nothing was overlooked."""
    wanted, found = replay.contents(Everything()), {}
    for folder, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            if not name.endswith("-lock") and os.path.isfile(path):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, directory)] = file.read()
    wanted = {path: bytes(octets) for path, octets in wanted.items() if octets is not None}
    return sorted(path for path in wanted.keys() | found.keys() if wanted.get(path) != found.get(path))
