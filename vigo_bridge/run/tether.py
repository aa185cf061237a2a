# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command that gets SIGINT when whoever started it dies, however that happens.

A program of its own, for Python without site-packages, so that it starts at once.
"""

import ctypes
import os
import signal
import sys

#: From <sys/prctl.h>. Other systems than Linux have nothing like it, and go without.
PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGINT))
    os.execvp(sys.argv[1], sys.argv[1:])
