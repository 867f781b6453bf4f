#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the races for a million rounds each, by hand: some three minutes a race and form.

    races.py BIN [--rounds N] [NAME...]

Each race is run in three forms: as this kernel is, as on one without mseal and Landlock, and while
threads go from one tracer to the next at every call. Prints what each race says of its rounds and
wins; ends with 1 when one was won. Races whose rounds are programs or children run fewer of them.
"""
import argparse
import os
import pathlib
import sys
import time

from escape import enter_own_namespace, run_jailed

FORMS = {"": {}, "without mseal and Landlock": {"SECCOMP_JAIL_WITHOUT": "mseal,landlock"},
         "handed over": {"SECCOMP_JAIL_HAND_OVER": "1"}}


def all_races():
    """The attacks that are run for a number of rounds."""
    here = pathlib.Path(__file__).resolve().parent
    return sorted(path.stem for path in here.glob("*.c")
                  if "ROUNDS" in path.read_text("utf-8"))


def run_form(options, name, environment):
    """Whether it was won."""
    os.environ.update(environment)
    begin = time.monotonic()
    try:
        lost = run_jailed(options, name)
    finally:
        for variable in environment:
            del os.environ[variable]
    print(f"    {time.monotonic() - begin:.0f} s: {'; '.join(lost) or 'not won'}", flush=True)
    return bool(lost)


def main():
    enter_own_namespace()
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=1000000)
    parser.add_argument("--timeout", type=int, default=3600)
    parser.add_argument("names", nargs="*")
    options = parser.parse_intermixed_args()
    won = 0
    for name in options.names or all_races():
        for form, environment in FORMS.items():
            print(f"{name} {form}".rstrip(), flush=True)
            won += run_form(options, name, environment)
    return 1 if won else 0


if __name__ == "__main__":
    sys.exit(main())
