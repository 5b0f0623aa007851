# SPDX-License-Identifier: Apache-2.0
"""Children of the daemon's roles, caught while they are at work."""
import contextlib
import os
import signal
import subprocess

from harness import PATIENCE, wait_until


def children(pid):
    """The children of a process."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(number) for number in file.read().split()]


def ask(stack, command):
    """Start a program of which only what it says in the end is wanted; it ends with @stack."""
    process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
    stack.callback(process.kill)
    return process


def _stop(pid):
    """Stop a process; False if it has ended before."""
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        os.kill(pid, signal.SIGSTOP)

        def state():
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                found = file.read().rpartition(")")[2].split()[0]
            return found if found in "TZX" else None
        return wait_until(state, f"process {pid} is stopped or has ended") == "T"
    return False


class Caught:
    """lessorctl with @words, asking for an answer, and the daemon's child that makes it, which is stopped."""

    def __init__(self, scene, stack, *words):
        self.command = [scene.lab.program("lessorctl"), "-c", "/dev/null", "--socket", scene.lessord.settings["api_socket"], *words]
        self.role, self.stack, self.child = scene.lessord.role_pid("api"), stack, None
        self.process = wait_until(self._catch, f"a child is caught at {words}")

    def _catch(self):
        others = set(children(self.role))
        process = ask(self.stack, self.command)
        while process.poll() is None:
            for child in set(children(self.role)) - others:
                if _stop(child):
                    self.child = child
                    return process
        return None

    def end(self, number):
        """Send the child a signal; what lessorctl says then, and its exit status."""
        os.kill(self.child, number)
        output = self.process.communicate(timeout=PATIENCE)[0]
        return output, self.process.returncode
