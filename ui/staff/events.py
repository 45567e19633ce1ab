"""What every event of the console's page begins with: who is at the browser now; and how it says what went wrong.

Knows no tab and no action.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from assistant.access.sessions import Sessions, SignedIn
from assistant.errors import BackroomError
from ui.staff.desk import NotAllowed
from ui.staff.signin import COOKIE


class Events:
    """The console's events: each finds out anew who is signed in, from the browser's cookie."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def at_browser(self, request: gr.Request, *, used: bool = True) -> SignedIn | None:
        """Who is at the browser, if anybody is. `used` False: the page asks by itself, which keeps nobody signed in."""
        return self._sessions.find(request.cookies.get(COOKIE), used=used)

    def who(self, request: gr.Request) -> SignedIn:
        """Who is at the browser. Raises NotAllowed when nobody is signed in any more."""
        found = self.at_browser(request)
        if found is None:
            raise NotAllowed("You are signed out. Please reload the page and sign in.")
        return found

    def said(self, action: Callable[..., Any]) -> Callable[..., Any]:
        """An event's function: who is signed in comes first, and what goes wrong is said in one line."""

        def run(request: gr.Request, *args: Any) -> Any:
            try:
                return action(self.who(request), *args)
            except BackroomError as error:
                raise problem(error) from None

        return run


def problem(error: BackroomError) -> gr.Error:
    """What went wrong, as the page shows it."""
    return gr.Error(str(error), duration=8, print_exception=False)
