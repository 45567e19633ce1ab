"""The tab "Ask for a customer": find and choose somebody, then talk with the assistant for them.

Who was chosen and what was said stand in one piece of HTML, so that no answer is ever seen under another's name; what
was found is gone once somebody is chosen, and a late answer is not shown where another customer has been chosen since.
Knows no SQL and no act of the assistant.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import gradio as gr

from assistant.access.sessions import SignedIn
from assistant.errors import BackroomError, InputError
from ui.staff import customer_views as views
from ui.staff.customers import NUM_FOUND, CustomerDesk
from ui.staff.desk import NotAllowed
from ui.staff.events import Events, problem

REFRESH_S = 4.0
_QUIET: dict[str, Any] = {"show_progress": "hidden"}


@dataclass
class Seat:
    """Whom the colleague at this page asks for: one per page, changed in place, so that an answer under way sees it."""

    conversation_id: str = ""
    num_shown: int = 0


class CustomerTab:
    """The tab of one shop's console."""

    def __init__(self, desk: CustomerDesk, events: Events, zone: Callable[[], ZoneInfo]) -> None:
        self._desk = desk
        self._events = events
        self._zone = zone

    def build(self) -> None:
        """Puts the tab's parts and events into the surrounding blocks."""
        seat = gr.State(Seat())
        with gr.Row():
            with gr.Column(scale=4, min_width=320):
                words = gr.Textbox(
                    label="Find a customer",
                    info="E-mail address, customer number, order number, or name",
                    max_lines=1,
                    submit_btn="Find",
                )
                note = gr.HTML(visible=False)
                found = gr.Radio([], label="Found", elem_classes=["br-list", "br-found"], visible=False)
                start = gr.Button("Ask for this customer", variant="primary", visible=False)
            with gr.Column(scale=6, min_width=320):
                talk = gr.HTML(views.nobody())
                text = gr.Textbox(
                    label="What does the customer want?",
                    placeholder="Where is their order?",
                    max_lines=5,
                    submit_btn="Send",
                    visible=False,
                )
                done = gr.Button("Finish with this customer", size="sm", visible=False)
        search, shown = [note, found, start], [talk, text, done]
        words.submit(self._events.said(self._find), [words], search, **_QUIET)
        asking = text.submit(self._ask, [seat, text], [talk, text], concurrency_limit=None, **_QUIET)
        choose = self._events.said(self._choose)
        start.click(choose, [seat, found], [*shown, words, *search], cancels=[asking], **_QUIET)
        done.click(self._events.said(self._finish), [seat], shown, cancels=[asking], **_QUIET)
        gr.Timer(REFRESH_S).tick(self._fresh, [seat], shown, **_QUIET)

    def _find(self, me: SignedIn, words: str) -> list[Any]:
        found = self._desk.find(me, words)
        lines = views.found_lines(found[:NUM_FOUND], self._zone())
        only = lines[0][1] if len(lines) == 1 else None
        note = views.how_many(len(found), NUM_FOUND)
        told = gr.update(value=note, visible=bool(note))
        return [told, gr.update(choices=lines, value=only, visible=bool(lines)), gr.update(visible=bool(lines))]

    def _choose(self, me: SignedIn, seat: Seat, customer_id: str | None) -> list[Any]:
        if not customer_id:
            raise InputError("Choose one of the customers first.")
        led = self._desk.choose(me, customer_id, seat.conversation_id)
        seat.conversation_id, seat.num_shown = led.conversation_id, 0
        shown = [views.talk(led, [], self._zone()), gr.update(value="", visible=True), gr.update(visible=True)]
        hidden = gr.update(visible=False)
        return [*shown, "", hidden, gr.update(choices=[], value=None, visible=False), hidden]

    def _finish(self, me: SignedIn, seat: Seat) -> list[Any]:
        before, seat.conversation_id = seat.conversation_id, ""
        self._desk.leave(me, before)
        return _nobody()

    async def _ask(self, seat: Seat, text: str, request: gr.Request) -> AsyncIterator[list[Any]]:
        """The growing answer. Where there is none, the words stand in their box again."""
        conversation_id = seat.conversation_id
        try:
            me = await asyncio.to_thread(self._events.who, request)
            turn = await asyncio.to_thread(self._desk.ask, me, conversation_id, text)
            led = await asyncio.to_thread(self._desk.led, me, conversation_id)
            before = (await asyncio.to_thread(self._desk.messages, me, conversation_id))[: turn.num_before]
            async for state in turn.follow():
                if seat.conversation_id != conversation_id:
                    return
                yield [views.talk(led, before, self._zone(), views.growing(turn.text, state)), ""]
            messages = await asyncio.to_thread(self._desk.messages, me, conversation_id)
        except BackroomError as error:
            raise problem(error) from None
        if seat.conversation_id == conversation_id:
            seat.num_shown, failed = len(messages), turn.snapshot()["error"]
            yield [views.talk(led, messages, self._zone(), views.failed(failed)), text if failed else gr.skip()]

    def _fresh(self, seat: Seat, request: gr.Request) -> Any:
        """The conversation again when a colleague, to whom it was handed over, has written in it; nobody's once it may
        not be seen any more."""
        conversation_id = seat.conversation_id
        if not conversation_id or self._desk.is_answering(conversation_id):
            return [gr.skip()] * 3
        me = self._events.at_browser(request, used=False)
        try:
            if me is None:
                raise NotAllowed("")
            led, messages = self._desk.led(me, conversation_id), self._desk.messages(me, conversation_id)
        except BackroomError:
            seat.conversation_id = ""
            return _nobody()
        if len(messages) <= seat.num_shown or seat.conversation_id != conversation_id:
            return [gr.skip()] * 3
        seat.num_shown = len(messages)
        return [views.talk(led, messages, self._zone()), gr.skip(), gr.skip()]


def _nobody() -> list[Any]:
    """The right-hand side while nobody is chosen."""
    return [views.nobody(), gr.update(value="", visible=False), gr.update(visible=False)]
