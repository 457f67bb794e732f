"""Serves localstripe on the loopback interface, and nothing else of what its own command line does.

Its command line listens on every interface and reads a pickle from the temporary folder, which anybody on the machine
could have put there; it also writes one after every request. Here it does neither.

    python localstripe.py PORT
"""

import sys

# This file has the name of what it imports.
sys.path.pop(0)

from aiohttp import web  # noqa: E402
from localstripe import resources, server  # noqa: E402


def main():
    resources.Store.dump_to_disk = lambda self: None
    resources.Store.try_load_from_disk = lambda self: None
    web.run_app(server.app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
