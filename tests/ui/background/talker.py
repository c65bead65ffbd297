"""A process for tests: says what its request lists, then does what its argument names."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading

how = sys.argv[1]
if how == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("a library's line, which is no message")
print(json.dumps(["neither", "is", "this"]))
for word in json.loads(sys.stdin.readline()):
    print(json.dumps({"word": word, "pid": os.getpid()}), flush=True)
if how == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
if how in ("waits", "stubborn"):
    threading.Event().wait(60)
