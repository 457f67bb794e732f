"""Drives the server with the official Python SDK; ends with 1 when a flow fails."""

import sys

import around  # noqa: F401  (each module adds its flows)
import payments  # noqa: F401
from harness import run

sys.exit(1 if run() else 0)
