#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results that no kernel gave, as real programs see them: by rules and by answers."""
import json
import os
import socket
import subprocess
import urllib.request

from pty_jail import main, put


def run(jail, program, *rules):
    """What the program printed under the rules."""
    path = put(jail, "test.jail.json",
               json.dumps({"seccomp-jail": 1, "default": "allow", "rules": rules}))
    result = jail.jailctl("run", "--ask", "none", "--rules", path, "--", *program)
    assert result.returncode == 0, result
    return result.stdout


def start(jail, rule, *program, default="allow"):
    return jail.start([jail.bin / "jailctl", "run", "--ask", "none", "--default", default, "--rule",
                       rule, "--", *program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                      text=True)


def finish(program, status=0):
    output = program.stdout.read()
    assert program.wait(30) == status, output
    program.stdout.close()
    return output


def decide(jail, call, *words, status=0):
    result = jail.jailctl("decide", str(call["id"]), *words)
    assert result.returncode == status, (words, result)
    return result


def hold(jail, words):
    """The held call whose text has the words; others go on."""
    while True:
        call = jail.pending()[0]
        if words in call["text"]:
            return call
        decide(jail, call, "allow")


def date_shows_an_invented_time(jail):
    rule = {"syscall": "clock_gettime", "where": {"clockid": "CLOCK_REALTIME"}, "action": "return",
            "value": 0, "fields": {"tp.tv_sec": 86400, "tp.tv_nsec": 0}}
    assert run(jail, ["date", "-u", "+%F %T"], rule) == "1970-01-02 00:00:00\n"
    assert run(jail, ["env"] + ["A%d=%s" % (i, "x" * 50) for i in range(500)] +
               ["date", "-u", "+%F"], rule) == "1970-01-02\n"
    assert run(jail, ["python3", "-c", "import time; print(time.time())"], rule) == "86400.0\n"
    program = start(jail, "clock_gettime=notify", "date", "-u", "+%F")
    call = hold(jail, "CLOCK_REALTIME")
    decide(jail, call, "return=0", "--field", "tp.tv_sec=0")
    assert finish(program) == "1970-01-01\n"


def id_shows_an_invented_user(jail):
    rules = [{"syscall": ["getuid", "geteuid", "getgid", "getegid"], "action": "return", "value": 0},
             {"syscall": "getgroups", "where": {"size": 0}, "action": "return", "value": 1},
             {"syscall": "getgroups", "action": "return", "value": 1, "fields": {"list.0": 12}}]
    assert run(jail, ["id"], *rules) == "uid=0(root) gid=0(root) groups=0(root),12(man)\n"
    program = start(jail, "geteuid=notify", "id", "-u")
    decide(jail, hold(jail, "geteuid"), "return=4711")
    assert finish(program) == "4711\n"


def uname_shows_invented_names(jail):
    assert run(jail, ["uname", "-sn"], {
        "syscall": "uname", "action": "return", "value": 0,
        "fields": {"buf.sysname": "Plan9", "buf.nodename": "glenda"}}) == "Plan9 glenda\n"
    program = start(jail, "uname=notify", "uname", "-sm")
    decide(jail, hold(jail, "uname("), "allow", "--after", "field=buf.sysname=Minix")
    assert finish(program) == f"Minix {os.uname().machine}\n"


def ls_shows_an_edited_directory(jail):
    directory = jail.own_directory("shown")
    for name in ("alpha", "beta", "gamma.txt"):
        (directory / name).touch()
    assert run(jail, ["ls", "shown"], {
        "syscall": "getdents64", "action": "allow", "after": {"fields": {
            "dirp.beta.d_name": "", "dirp.alpha.d_name": "a-name-longer-than-alpha",
            "dirp.gamma.txt.d_name": "g"}}}) == "a-name-longer-than-alpha\ng\n"
    program = start(jail, "getdents64=notify", "ls", "shown")
    call = jail.pending()[0]
    bad = decide(jail, call, "return=0", "--field", "dirp.0.d_name=one", status=1)
    assert "return=24" in bad.stderr, bad
    bad = decide(jail, call, "return=48", "--field", "dirp.1.d_name=two", status=1)
    assert "no entry 1" in bad.stderr, bad
    decide(jail, call, "return=48", "--field", "dirp.0.d_name=one", "--field",
           "dirp.1.d_name=two")
    decide(jail, jail.pending()[0], "return=0")
    assert finish(program) == "one\ntwo\n"


def stat_shows_an_invented_file(jail):
    put(jail, "file", "12345")
    show = "import os; s = os.stat('file'); print(s.st_size, s.st_uid, oct(s.st_mode))"
    assert run(jail, ["python3", "-c", show], {
        "syscall": "newfstatat", "where": {"path": "**/file"}, "action": "allow",
        "after": {"fields": {"statbuf.st_size": 7, "statbuf.st_uid": 0,
                             "statbuf.st_mode": "S_IFREG|0600"}}}) == "7 0 0o100600\n"
    assert run(jail, ["stat", "-c", "%s", "file"], {
        "syscall": "statx", "action": "allow",
        "after": {"fields": {"statxbuf.stx_size": 99}}}) == "99\n"
    program = start(jail, "statx=notify", "stat", "-c", "%s %U", "file")
    decide(jail, hold(jail, '"file"'), "allow", "--after", "field=statxbuf.stx_size=3",
           "--after", "field=4.stx_uid=0")
    assert finish(program) == "3 root\n"


def bytes_are_invented_by_name(jail):
    show = ("import os; print(os.getrandom(4), os.readlink('/proc/self/exe'), os.getcwd(),"
            " open('/proc/self/comm').read())")
    program = ["python3", "-c", show]
    assert run(jail, program, *[
        {"syscall": call, "action": "allow", "after": {"fields": {"buf": text}}}
        for call, text in (("getrandom", "ABCD"), ("readlink", "/nowhere"), ("getcwd", "/never"))
    ], {"syscall": "read", "where": {"fd-path": "/proc/*/comm"}, "nth": "1", "action": "return",
        "value": 4, "fields": {"buf": "made"}}).startswith("b'ABCD' /nowhere /never made")
    program = start(jail, "getcwd=notify", "python3", "-c", "import os; print(os.getcwd())")
    decide(jail, hold(jail, "getcwd"), "return=3", "--field", "buf=/x")
    assert finish(program) == "/x\n"


RECEIVE = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
s.sendto(b"hello", s.getsockname())
data, peer = s.recvfrom(5)
print(data, peer)
"""


def a_sender_is_invented(jail):
    program = start(jail, "recvfrom=notify", "python3", "-c", RECEIVE)
    decide(jail, hold(jail, "recvfrom"), "allow", "--after", "field=src_addr.sin_port=53",
           "--after", "field=src_addr.sin_addr=192.0.2.1", "--after", "field=buf=HI")
    assert finish(program) == "b'HI' ('192.0.2.1', 53)\n"
    program = start(jail, "recvfrom=notify", "python3", "-c", RECEIVE)
    call = hold(jail, "recvfrom")
    bad = decide(jail, call, "return=9", "--write", "buf=123456789", status=1)
    assert "argument buf: 9 bytes do not fit, the call gave room for 5" in bad.stderr, bad
    decide(jail, call, "return=2", "--field", "buf=yo", "--field", "src_addr.sin_port=7",
           "--field", "src_addr.sin_addr=192.0.2.2", "--field", "addrlen=16")
    assert finish(program) == "b'yo' ('192.0.2.2', 7)\n"


SCATTER = """
import os
os.pipe2(0)
first, second = bytearray(3), bytearray(4)
print(os.readv(3, [first, second]), first, second)
"""


def bytes_are_scattered_over_the_pieces(jail):
    program = start(jail, "readv=notify", "python3", "-c", SCATTER)
    call = hold(jail, "readv")
    bad = decide(jail, call, "return=8", "--write", "iov=12345678", status=1)
    assert "8 bytes do not fit, the call gave room for 7" in bad.stderr, bad
    decide(jail, call, "return=5", "--write", "iov=12345")
    assert finish(program) == "5 bytearray(b'123') bytearray(b'45\\x00\\x00')\n"


def a_rule_that_does_not_fit_refuses(jail):
    path = put(jail, "test.jail.json", json.dumps(
        {"seccomp-jail": 1, "default": "allow", "rules": [
            {"syscall": "getcwd", "action": "return", "value": 9,
             "writes": {"buf": {"hex": "41" * 5000}}}]}))
    result = jail.jailctl("run", "--ask", "none", "--rules", path, "--", "python3", "-c",
                          "import os\ntry: os.getcwd()\nexcept OSError as e: print(e.strerror)")
    assert result.stdout == "Operation not permitted\n", result
    record = jail.json_lines("log", "1", "--json", "--call", "getcwd")[0]
    assert "5000 bytes do not fit" in record["unverified"], record


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def a_server_listens_on_another_port(jail):
    put(jail, "page", "served")
    asked, given = free_port(), free_port()
    program = start(jail, "bind=notify", "python3", "-m", "http.server", "--bind", "127.0.0.1",
                    str(asked))
    call = hold(jail, f"htons({asked})")
    result = json.loads(decide(jail, call, "allow", "--field", f"addr.sin_port={given}",
                               "--json").stdout)
    assert f"htons({asked})" in result["from"] and f"htons({given})" in result["to"], result

    def get():
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{given}/page", timeout=10).read()
        except OSError:
            return None
    assert jail.wait_for("the page", get) == b"served"
    record, = jail.json_lines("log", "1", "--json", "--call", "bind")
    assert record["edited"] and record["from"] == result["from"] and record["to"] == result["to"]
    assert jail.jailctl("stop", "1").returncode == 0
    finish(program, 137)


def a_field_is_remembered(jail):
    program = start(jail, "uname=notify", "sh", "-c", "uname; uname")
    decide(jail, hold(jail, "uname("), "allow", "--after", "field=buf.sysname=Minix", "--remember")
    assert finish(program) == "Minix\nMinix\n"


def nothing_is_half_done(jail):
    program = start(jail, "uname=notify", "uname")
    call = hold(jail, "uname(")
    before = jail.jailctl("memory", f"{call['id']}:0", "390", "--raw").stdout
    for words, said in ((["--field", "buf.sysname=" + "x" * 65], "at most 64"),
                        (["--field", "buf.sysname=ok", "--field", "buf.frob=x"], "frob"),
                        (["--field", "buf.sysname=ok", "--write", "1=x"], "none 1"),
                        (["--write", "buf=" + "x" * 391], "room for 390"),
                        (["--field", "sysname=x"], "no argument 'sysname'")):
        bad = decide(jail, call, "return=0", *words, "--remember", status=1)
        assert said in bad.stderr, (words, bad)
    for words, said in ((["abort", "--field", "buf.sysname=x"], "refused call returns no bytes"),
                        (["abort", "--number", "getpid"], "goes with allow"),
                        (["abort", "--after", "return=0"], "allowed to run"),
                        (["allow", "--field", "buf.sysname=x"], "buf is no structure that"),
                        (["allow", "--after", "field=buf.frob=x"], "frob")):
        bad = decide(jail, call, *words, status=1)
        assert said in bad.stderr, (words, bad)
    assert jail.jailctl("memory", f"{call['id']}:0", "390", "--raw").stdout == before
    assert len(jail.json_lines("rule", "list", "1", "--json")) == 2  # the rule and the default
    decide(jail, call, "allow")
    assert finish(program) == "Linux\n"


if __name__ == "__main__":
    main([date_shows_an_invented_time, id_shows_an_invented_user, uname_shows_invented_names,
          ls_shows_an_edited_directory, stat_shows_an_invented_file, bytes_are_invented_by_name,
          a_sender_is_invented, bytes_are_scattered_over_the_pieces,
          a_rule_that_does_not_fit_refuses, a_server_listens_on_another_port,
          a_field_is_remembered, nothing_is_half_done])
