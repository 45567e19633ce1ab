"""The runtime of Backroom: it turns a customer's message into an answer that the shop's own data backs.

Knows nothing of torch, training or Gradio.
"""

__version__ = "0.1.0"
