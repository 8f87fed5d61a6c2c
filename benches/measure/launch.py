"""Starts one program and prints what it took, as a line: exit code, CPU and wall seconds, `ru_maxrss`.

    launch.py INPUT OUTPUT FEEDER PROGRAM [ARGUMENT...]

FEEDER is a `cat` that sends INPUT through a pipe, or empty. A process of its own, and as small as Python gets: a new
process counts the memory of whoever started it until it runs its own program, and so would hide what it needs itself.
"""

import posix
import sys
import time

NOTHING = "/dev/null"


def main(stdin, stdout, feeder, *argv):
    source, filler = feed(stdin, feeder)
    actions = [
        (posix.POSIX_SPAWN_DUP2, source, 0),
        (posix.POSIX_SPAWN_OPEN, 1, stdout, posix.O_WRONLY | posix.O_CREAT | posix.O_TRUNC, 0o600),
        (posix.POSIX_SPAWN_OPEN, 2, NOTHING, posix.O_WRONLY, 0),
    ]
    begin = time.perf_counter()
    pid = posix.posix_spawn(argv[0], argv, posix.environ, file_actions=actions)
    posix.close(source)
    _, status, usage = posix.wait4(pid, 0)
    wall = time.perf_counter() - begin
    if filler:
        posix.waitpid(filler, 0)
    code = posix.waitstatus_to_exitcode(status)
    print(code, usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss)


def feed(stdin, feeder):
    """Where the input comes from, and the process that fills the pipe, if there is one."""
    if not feeder:
        return posix.open(stdin, posix.O_RDONLY), None
    source, sink = posix.pipe()
    actions = [
        (posix.POSIX_SPAWN_OPEN, 0, stdin, posix.O_RDONLY, 0),
        (posix.POSIX_SPAWN_DUP2, sink, 1),
    ]
    filler = posix.posix_spawn(feeder, [feeder], posix.environ, file_actions=actions)
    posix.close(sink)
    return source, filler


if __name__ == "__main__":
    main(*sys.argv[1:])
