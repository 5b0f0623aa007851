# SPDX-License-Identifier: Apache-2.0
"""Clients that come, renew and come back all the time, and remember every promise that they were made."""
import itertools
import random
import threading
import time

import dhcp
import harness
from harness import Failure, expect_equal, wait_until
from rawclient import RawClient
from scene import Scene

BATCH = 16
TURN, PATIENCE = 0.5, 2.0  # seconds after which those without an answer ask again, and until they give up


class Load(threading.Thread):
    """Batches of clients on @link. Each acknowledged address is noted under its client; another client that is given
    the same address is a failure, which stop() raises. With @growth each renewal asks for so many seconds more than the one
    before, so that no two of them are the same on record. Beyond @limit clients, only those that are there come back."""

    def __init__(self, link, growth=0, limit=None):
        super().__init__(daemon=True)
        self.link, self.growth, self.limit = link, growth, limit
        self.holders = {}
        self.acks = 0
        self._stopping = threading.Event()
        self._failure = None

    def run(self):
        try:
            for turn in itertools.count():
                if self._stopping.is_set():
                    return
                if self.limit and len(self.holders) >= self.limit:
                    self._ask_again(random.sample(list(self.holders.values()), BATCH))
                elif turn % 3 == 2:
                    self._ask_again(list(self.holders.values())[-BATCH:])
                else:
                    self._obtain([RawClient(self.link, lease_time=self.growth or None) for _ in range(BATCH)])
        except Exception as error:  # pylint: disable=broad-except
            self._failure = error

    def _exchange(self, requests, heard=None):
        """Let all ask until they are answered, or it has taken too long, or the load is to end."""
        end, replies = time.monotonic() + PATIENCE, {}
        while requests and time.monotonic() < end and not self._stopping.is_set():
            replies |= self.link.exchange(requests, TURN, heard)
            requests = [(client, message) for client, message in requests if client not in replies]
        return replies

    def _obtain(self, clients):
        offers = self._exchange([(client, client.message(dhcp.DISCOVER)) for client in clients])
        self._exchange([(client, client.selecting(offer)) for client, offer in offers.items()], self._note)

    def _ask_again(self, clients):
        for client in clients:
            client.lease_time = client.lease_time and client.lease_time + self.growth
        self._exchange([(client, client.rebooting(client.address)) for client in clients], self._note)

    def _note(self, client, reply):
        if reply.type != dhcp.ACK and client.address is None:
            return  # an offer is no promise: a crash forgets it, and another client may have been quicker
        if reply.type != dhcp.ACK:
            raise Failure(f"{client.mac.hex(':')} was refused {client.address}, which it was promised")
        if self.holders.setdefault(reply.yiaddr, client) is not client:
            raise Failure(f"{reply.yiaddr} was acknowledged to two clients")
        self.acks += 1

    def wait_for_acks(self, count, deadline=harness.PATIENCE):
        """Wait until @count more leases have been acknowledged."""
        wanted = self.acks + count

        def check():
            if self._failure:
                raise self._failure
            return self.acks >= wanted
        wait_until(check, f"{count} more acknowledgements", deadline)

    def stop(self):
        """End the load; returns {address: client} of all promises."""
        self._stopping.set()
        self.join(harness.PATIENCE)
        if self._failure:
            raise self._failure
        return self.holders


def wide_scene(lab, **settings):
    """A scene that is not started yet, whose scope has room for all clients of a load, and whose log has the small events, too."""
    scene = Scene(lab)
    scene.slapd.widen("10.77.0.0", 16, "10.77.1.0-10.77.199.255")
    scene.lessord.settings.update(log_level="info", **settings)
    return scene


def start_load(scene, acks=0, **arguments):
    """A load on @scene that has had @acks acknowledgements. It ends with the test, if not before."""
    load = Load(scene.link("load"), **arguments)
    load.start()
    scene.lab.defer(load.stop)
    load.wait_for_acks(acks)
    return load


def check_promises(lessord, holders):
    """Check that every acknowledged lease is on record for its client."""
    leases = lessord.leases()
    lost = [address for address in holders if address not in leases]
    expect_equal(lost, [], f"acknowledged leases that are lost, of {len(holders)}")
    wrong = {address: leases[address] for address, client in holders.items()
             if leases[address]["hardwareAddress"] != client.mac.hex(":") or leases[address]["state"] != "active"}
    expect_equal(wrong, {}, "acknowledged leases that are somebody else's or not in force")
