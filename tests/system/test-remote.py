#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""jailctl -H over a real sshd: what the remote user may there is what may be done."""
from jail import need_programs
from machine import main
from terminal import Terminal

need_programs("ssh", "sshd", "ssh-keygen")

CONFIG = """Host *
    StrictHostKeyChecking accept-new
    IdentityFile ~/.ssh/key
    LogLevel ERROR
"""
# By a seat nobody comes over ssh; that bob may do this over it is for an administrator to say.
RULES = """polkit.addRule(function(action, subject) {
    if (action.id == "org.deepin.SeccompJail.trace" && subject.user == "bob")
        return polkit.Result.YES; });"""


def remote(machine, *arguments):
    return machine.alice.jailctl("-H", "bob@localhost", *arguments)


def a_server_runs_that_lets_alice_be_bob(machine):
    alice, bob, root = machine.alice, machine.bob, machine.root
    root.check(["sh", "-c", "mkdir -p /run/sshd; ssh-keygen -A >/dev/null"])
    alice.check(["sh", "-c", "umask 077; mkdir .ssh; ssh-keygen -q -N '' -t ed25519 -f .ssh/key"])
    alice.put(".ssh/config", CONFIG, 0o600)
    key = (machine.files / alice.home.lstrip("/") / ".ssh/key.pub").read_text()
    bob.check(["mkdir", "-m", "700", ".ssh"])
    bob.put(".ssh/authorized_keys", key, 0o600)
    root.check(["systemd-run", "-q", "--unit=test-sshd", "/usr/sbin/sshd", "-D", "-e", "-o", "UsePAM=yes"])
    root.wait_for("sshd", lambda: alice.run(["ssh", "bob@localhost", "id", "-un"]).stdout == "bob\n")


def one_is_there_who_one_is_there(machine):
    jail = machine.bob.start(["jailctl", "--user", "run", "--rules", "all-allow", "--ask", "none",
                              "--", "sleep", "1000"])
    listed = remote(machine, "list", "--json")
    assert (listed.returncode, listed.stdout) == (0, ""), listed
    presets = remote(machine, "rules", "list")
    assert presets.returncode == 0 and "ask-before-write" in presets.stdout, presets
    jail.kill()
    jail.wait()


def polkit_there_says_no(machine):
    result = remote(machine, "run", "--rules", "all-allow", "--ask", "none", "--", "true")
    assert result.returncode == 125 and "needs an authentication" in result.stderr, result


def what_polkit_there_allows_is_done(machine):
    machine.put("/etc/polkit-1/rules.d/10-test.rules", RULES)
    run = ["run", "--rules", "all-allow", "--ask", "none", "--"]
    machine.root.wait_for("polkit to read the rule",
                          lambda: remote(machine, *run, "true").returncode == 0)
    assert remote(machine, *run, "sh", "-c", "exit 7").returncode == 7
    remote(machine, *run, "sh", "-c", "id -un > $HOME/as")
    assert (machine.files / machine.bob.home.lstrip("/") / "as").read_text().startswith("bob\n")
    with Terminal(machine.alice, ["jailctl", "-H", "bob@localhost", "run", "--default", "allow",
                                  "--rule", "mkdir=notify", "--", "mkdir", "made"]) as terminal:
        terminal.expect("[?]")
        assert machine.bob.pending()[0]["syscall"] == "mkdir"
        machine.bob.check(["jailctl", "stop", str(machine.bob.pending()[0]["jail"])])
        assert terminal.wait(30) == 137, terminal.seen


def a_host_that_is_not_there_is_told(machine):
    result = machine.alice.jailctl("-H", "nobody@localhost", "list")
    assert result.returncode == 1 and "localhost" in result.stderr, result


main([a_server_runs_that_lets_alice_be_bob, one_is_there_who_one_is_there, polkit_there_says_no,
      what_polkit_there_allows_is_done, a_host_that_is_not_there_is_told])
