"""The browser chat: Gradio only; talks to the assistant's public face. `ui.app.mount` is the front door."""

from ui.lean import leave_out_stubs

leave_out_stubs()
