"""The browser chat: Gradio only; talks to the assistant's public face. `ui.app.mount` is the front door."""
