"""A command's own output is whole, whatever a library written in C prints."""

import subprocess
import sys

TALK = """
import ctypes
from ccfloor.cli_quiet import libraries_aside

say = ctypes.CDLL(None).puts
print("before")
with libraries_aside():
    say(b"a line of a library's debugging")
print("after")
say(b"and what it says later")
"""


def test_what_a_library_prints_meanwhile_is_no_part_of_the_output() -> None:
    made = subprocess.run([sys.executable, "-c", TALK], capture_output=True, text=True, check=True)
    assert sorted(made.stdout.split("\n")) == ["", "after", "and what it says later", "before"]
    assert made.stderr == "a line of a library's debugging\n"


def test_without_anything_to_print_to_the_work_is_done_all_the_same() -> None:
    closed = "import sys; sys.__stdout__ = None\n" + TALK
    made = subprocess.run([sys.executable, "-c", closed], capture_output=True, text=True, check=True)
    assert made.stdout.count("library's debugging") == 1 and made.stderr == ""
