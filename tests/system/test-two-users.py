#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two users try everything against each other, a program against its own jail; an administrator may."""
import contextlib
import json
import pathlib
import xml.etree.ElementTree as ElementTree

from interface import NAME, members
from machine import main

HERE = pathlib.Path(__file__).parent
CALLS = "/opt/bus_calls.py"
ERROR = f"{NAME}.Error."
# Nothing but whose a jail is stands between bob and alice's: polkit lets him do all to his own.
OWN_ALLOWED = """polkit.addRule(function(action, subject) {
    if (subject.user == "bob" && /SeccompJail[.](trace|attach|inject|set-rule|decide)$/.test(action.id))
        return polkit.Result.YES; });"""
# What each method is called with. JAIL, CALL, PID are those of a victim; EMPTY is a{sv}.
TABLE = {
    "Trace": ["({'argv': <['true']>, 'pid': <PID>, 'stub-pidfd': <handle 0>, 'stub-socket': <handle 1>},)",
              "({'argv': <['true']>, 'service': <true>, 'pid': <PID>, 'stub-pidfd': <handle 0>,"
              " 'stub-socket': <handle 1>},)"],
    "Attach": ["(PID, EMPTY)", "(LONER, EMPTY)"],
    "Detach": ["(JAIL,)"],
    "Stop": ["(JAIL,)"],
    "ListJails": ["({'all': <true>},)"],
    "ListProcesses": ["(JAIL,)"],
    "ListPending": ["(JAIL,)"],
    "Decide": ["(CALL, {'action': <'allow'>})", "(CALL, EMPTY)"],
    "PreviewRule": ["(CALL, {'scope': <'jail'>})"],
    "Inject": ["(PID, 'getpid()', EMPTY)"],
    "ReadMemory": ["({'id': <CALL>, 'argument': <uint32 0>},)",
                   "({'pid': <PID>, 'address': <uint64 4198400>},)"],
    "WriteMemory": ["({'id': <CALL>, 'argument': <uint32 0>}, [byte 120])",
                    "({'pid': <PID>, 'address': <uint64 4198400>}, [byte 120])"],
    "Inspect": ["(PID, EMPTY)"],
    "GetRules": ["(JAIL,)"],
    "SetRule": ["(JAIL, 'mkdir', 'allow', EMPTY)"],
    "RemoveRule": ["(JAIL, '1')"],
    "ChangeRule": ["(JAIL, uint32 1, {'enabled': <false>})"],
    "SetRules": ["(JAIL, '{\\\\\"seccomp-jail\\\\\": 1, \\\\\"default\\\\\": \\\\\"allow\\\\\"}')"],
    "OpenLog": ["(JAIL, EMPTY)", "(JAIL, {'follow': <true>})"],
    "GetStatistics": ["(JAIL,)"],
    "Subscribe": ["(JAIL,)"],
    "Unsubscribe": ["(JAIL,)"],
}
ABOUT_NO_JAIL = {"CheckRules", "ListPresets", "ListSyscalls", "Doctor"}
# By a thread in another's jail or a process of another's the caller is told what /proc tells all.
OF_A_JAIL = [name for name, texts in TABLE.items() if any("JAIL" in t or "CALL" in t for t in texts)]


def lines(victim, methods=TABLE):
    """The calls of the table, about that jail."""
    found = []
    for method in methods:
        for text in TABLE[method]:
            for word, value in victim.items():
                text = text.replace(word, value)
            found.append(f"{method} {text.replace('EMPTY', '@a{sv} {}')}")
    return found


def calls(person, texts, pid=None):
    """[METHOD, error name, words] of each."""
    out = person.check(["/usr/bin/python3", CALLS, *([str(pid)] if pid else [])],
                       stdin="".join(text + "\n" for text in texts).encode())
    answers = [json.loads(line) for line in out.splitlines()]
    assert len(answers) == len(texts), (texts, out)
    return answers


@contextlib.contextmanager
def jail_of(person):
    """A jail whose program is held in mkdir, and a process of the same user in no jail."""
    program = person.start(["jailctl", "run", "--default", "allow", "--rule", "mkdir=notify",
                            "--ask", "none", "--", "sh", "-c", "mkdir made; exec sleep 1000"])
    loner = person.start(["sh", "-c", "echo $$; exec sleep 1000"], stdout=-1)
    call = person.pending()[0]
    try:
        yield {"JAIL": f"uint64 {call['jail']}", "CALL": f"uint64 {call['id']}",
               "PID": str(call["pid"]), "LONER": loner.stdout.readline().decode().strip()}
    finally:
        person.jailctl("stop", str(call["jail"]))
        for process in (program, loner):
            process.kill()
            process.wait()


def number(victim, word="JAIL"):
    return victim[word].rpartition(" ")[2]


def every_method_is_in_the_table(machine):
    machine.put(CALLS, (HERE / "bus_calls.py").read_text(), 0o755)
    machine.put("/etc/polkit-1/rules.d/10-test.rules", OWN_ALLOWED)
    machine.root.wait_for("bob to be allowed", lambda: machine.bob.jailctl(
        "run", "--rules", "all-allow", "--", "true").returncode == 0)
    wanted = members(ElementTree.parse(HERE.parents[1] / f"dbus/{NAME}.xml").getroot())
    methods = {name for kind, name in wanted if kind == "method"}
    assert methods == set(TABLE) | ABOUT_NO_JAIL, methods ^ (set(TABLE) | ABOUT_NO_JAIL)


def one_gets_nothing_of_the_other(machine):
    for victim_is, attacker in ((machine.alice, machine.bob), (machine.bob, machine.alice),
                                (machine.root, machine.bob)):
        with jail_of(victim_is) as victim:
            before = state(victim_is, victim)
            for method, error, words in calls(attacker, lines(victim), number(victim, "PID")):
                allowed = error == "" and method == "Unsubscribe"
                refused = error in (ERROR + "NotAuthorized", ERROR + "NoSuchJail")
                assert refused and not allowed, (method, error, words)
                assert "mkdir" not in words and "made" not in words and "sh" not in words.split(), words
            assert attacker.json_lines("list", "--json") == own_jails(attacker), attacker.name
            pending = calls(attacker, ["ListPending (uint64 0,)"])
            assert pending == [["ListPending", "", "([],)"]], pending
            after = state(victim_is, victim)
            assert after == before, (before, after)
            assert not (machine.files / victim_is.home.lstrip("/") / "made").exists()


def own_jails(person):
    return [jail for jail in person.json_lines("list", "--json") if jail["uid"] == person.uid]


def state(person, victim):
    """All that a stranger could have changed."""
    jail = number(victim)
    return [person.jailctl(*argv, "--json").stdout
            for argv in (("pending", jail), ("rule", "list", jail), ("list",), ("ps", jail))]


def a_jail_that_is_there_looks_like_one_that_is_gone(machine):
    machine.alice.check(["jailctl", "run", "--rules", "all-allow", "--", "true"])
    gone = machine.alice.json_lines("list", "--json")[-1]["id"]
    with jail_of(machine.alice) as victim:
        ended = {**victim, "JAIL": f"uint64 {gone}", "CALL": f"uint64 {(gone << 32) + 1}"}
        unheld = {**victim, "CALL": f"uint64 {(int(number(victim)) << 32) + 777}"}
        seen = [[answer for answer in calls(machine.bob, lines(which, OF_A_JAIL))
                 if answer[0] not in ("Trace", "Attach", "Inspect", "Inject")]
                for which in (victim, ended, unheld)]
        for there, not_there, not_held in zip(*seen):
            if there[0] != "Unsubscribe":  # names the number that it was given
                assert there == not_there == not_held, (there, not_there, not_held)
        guesses = [f"Decide (uint64 {(jail << 32) + call}, {{'action': <'allow'>}})"
                   for jail in range(1, int(number(victim)) + 1) for call in range(1, 30)]
        mine = {jail["id"] for jail in machine.bob.json_lines("list", "--json")}
        answers = {error for guess, (_, error, _) in zip(guesses, calls(machine.bob, guesses))
                   if int(guess.split()[2].rstrip(",")) >> 32 not in mine}
        assert answers == {ERROR + "NotAuthorized"}, answers


def nobody_hears_of_the_other_s_program(machine):
    listener = machine.bob.start(["/usr/bin/python3", CALLS, "1", "signals"], stdin=-1, stdout=-1)
    assert json.loads(listener.stdout.readline()) == ["Subscribe", "", "()"]
    assert json.loads(listener.stdout.readline())[0] == "hearing"
    with jail_of(machine.alice) as victim:
        machine.alice.check(["jailctl", "rule", "set", number(victim), "rmdir", "abort"])
        machine.alice.check(["jailctl", "decide", f"{number(victim)}.1", "allow"])
    machine.bob.check(["jailctl", "run", "--rules", "all-allow", "--", "true"])
    own = machine.bob.json_lines("list", "--json")[-1]["id"]
    machine.root.wait_for("bob's own jail to end", lambda: machine.bob.json_lines(
        "list", "--json")[-1]["state"] == "ended")
    heard = []
    while not heard or heard[-1][0] != "JailFinished":
        heard.append(json.loads(listener.stdout.readline()))
    listener.stdin.close()
    listener.wait(20)
    assert {heard_of[2].split(",")[0] for heard_of in heard} == {f"({own}"}, heard


def an_administrator_may(machine):
    """root by what he is; carol by a rule for administrators; alice's password is nothing here."""
    with jail_of(machine.alice) as victim:
        jail, call = number(victim), f"{number(victim)}.1"
        listed = [one["id"] for one in machine.root.json_lines("list", "--all", "--json")]
        assert int(jail) in listed, listed
        for argv in (["ps", jail], ["rule", "list", jail], ["log", jail], ["memory", f"{call}:0"],
                     ["inspect", victim["PID"]], ["rule", "set", jail, "rmdir", "abort"],
                     ["decide", call, "abort=EACCES"]):
            result = machine.root.jailctl(*argv)
            assert result.returncode == 0, (argv, result)
        who = machine.alice.wait_for("the answer in the log", lambda: [
            record for record in machine.alice.json_lines("log", jail, "--call", "mkdir", "--json")])
        assert who[0]["errno"] == "EACCES" and who[0]["by"] == "user" and who[0]["who"] == 0, who
    denied = machine.carol.jailctl("list", "--all")
    assert denied.returncode and "needs an authentication" in denied.stderr, denied


def a_program_cannot_answer_for_itself(machine):
    """From inside nothing that changes anything is served, whoever of its descendants asks."""
    script = """mkdir self-made & held=$!
        while id=$(jailctl pending --json | sed 's/^{"id":\\([0-9]*\\).*/\\1/'); [ -z "$id" ]; do :; done
        jailctl decide $id allow; (setsid sh -c "jailctl decide $id allow")
        jailctl rule set $((id >> 32)) mkdir allow; jailctl inject $$ 'getpid()'
        jailctl stop $((id >> 32)); jailctl run true; jailctl attach 1; jailctl log $((id >> 32))
        jailctl memory $id:0; kill -0 $held && echo still held; kill -9 $held"""
    result = machine.alice.jailctl("run", "--default", "allow", "--rule", "mkdir=notify", "--ask",
                                   "none", "--system", "--", "sh", "-c", script)
    assert result.stdout.count("still held") == 1, result
    refused = [line for line in result.stderr.splitlines() if "is in a jail itself" in line]
    assert len(refused) == 9, result
    assert not (machine.files / machine.alice.home.lstrip("/") / "self-made").exists(), result


def who_could_start_a_helper_outside_has_to_ask_first(machine):
    """The user's own manager, a multiplexer, an activated service: each takes a connection, which
    the default rules ask about. Beyond the connection nobody can know on whose behalf it acts."""
    machine.alice.check(["tmux", "-L", "outside", "new-session", "-d", "sleep 1000"])
    try:
        for argv in (["systemd-run", "--user", "jailctl", "list"],
                     ["busctl", "--user", "call", "org.freedesktop.systemd1",
                      "/org/freedesktop/systemd1", "org.freedesktop.DBus.Peer", "Ping"],
                     ["tmux", "-L", "outside", "new-window", "jailctl list"]):
            program = machine.alice.start(["jailctl", "run", "--ask", "none", "--", *argv],
                                          stderr=-1, stdout=-1)
            call = machine.alice.wait_for(f"{argv} to be held", lambda: deny_until_it_connects(
                machine.alice), 60)
            assert call["syscall"] == "connect" and "AF_UNIX" in call["text"], call
            machine.alice.check(["jailctl", "stop", str(call["jail"])])
            program.communicate(timeout=30)
    finally:
        machine.alice.run(["tmux", "-L", "outside", "kill-server"])


def deny_until_it_connects(person):
    """The held connection; what it asks for before, its files and signals, is allowed."""
    for call in person.json_lines("pending", "--json"):
        if call["syscall"] == "connect" and "nscd" not in call["text"]:
            return call
        person.jailctl("decide", str(call["id"]), "allow")
    return None


if __name__ == "__main__":
    main([every_method_is_in_the_table, one_gets_nothing_of_the_other,
          a_jail_that_is_there_looks_like_one_that_is_gone, nobody_hears_of_the_other_s_program,
          an_administrator_may, a_program_cannot_answer_for_itself,
          who_could_start_a_helper_outside_has_to_ask_first])
