"""The runtime of Backroom: it turns a customer's message into an answer that the shop's own data backs.

Knows nothing of torch, training or Gradio.
"""

import os

__version__ = "0.1.0"

# onnxruntime's official builds (1.29 and later) report to Microsoft unless this is set before their first import: an
# event at start, then more at intervals, under an identifier that they keep on disk. Nothing here may do that, so it
# isn't left to the operator's environment.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# numpy's products here are small: on several threads OpenBLAS spins 7 to 12 ms of a core over one that takes 0.4, and
# the language model wants those cores. It reads this at numpy's first import.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
