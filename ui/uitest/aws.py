"""The AWS CLI, started once for many commands.

    aws.py serve SOCKET         imports the CLI and runs each command that comes in a
                                process forked from there, until stdin is closed
    aws.py SOCKET ARGUMENT...   has the server run one command with this process's
                                stdin, stdout, stderr, folder and environment
"""
import json
import os
import socket
import sys
import traceback


def serve(path):
    import select
    import signal

    before = dict(os.environ)
    import awscli.clidriver
    awscli.clidriver.create_clidriver()  # imports what every command does
    own = {name: value for name, value in os.environ.items() if before.get(name) != value}
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forked
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen(16)
        print("ready", flush=True)
        while sys.stdin not in select.select([door, sys.stdin], [], [])[0]:
            client = door.accept()[0]
            fds = socket.recv_fds(client, 1, 3)[1]
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                run(client, fds, own, awscli.clidriver.main)
            client.close()
            for fd in fds:
                os.close(fd)


def run(client, fds, own, main):
    """Does what the aws script does, and never returns."""
    try:
        for number, fd in enumerate(fds):
            os.dup2(fd, number)
        command = json.load(client.makefile())
        os.chdir(command["folder"])
        os.environ.clear()
        os.environ.update(command["environment"] | own)  # the CLI sets some itself
        sys.argv = ["aws"] + command["arguments"]
        code = main()
    except SystemExit as e:
        code = e.code
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    client.sendall(b"%d" % (code or 0))
    os._exit(0)


def call(path, arguments):
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(path)
        socket.send_fds(server, [b"."], [0, 1, 2])
        command = {"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ)}
        server.sendall(json.dumps(command).encode())
        server.shutdown(socket.SHUT_WR)
        return int(server.recv(16) or 1)


if sys.argv[1] == "serve":
    serve(sys.argv[2])
else:
    sys.exit(call(sys.argv[1], sys.argv[2:]))
