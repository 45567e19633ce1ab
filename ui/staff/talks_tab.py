"""The tab "Conversations": who waits for a colleague, the latest conversations, and the one that is open, kept fresh.

Knows no SQL and no act of the assistant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import gradio as gr

from assistant.access.sessions import SignedIn
from assistant.store.handoffs import Handoff
from ui.staff import views
from ui.staff.desk import NotAllowed, StaffDesk, permits
from ui.staff.events import Events

REFRESH_S = 4.0
_QUIET: dict[str, Any] = {"show_progress": "hidden"}


@dataclass
class Open:
    """What a page has open: one per page, changed in place. `num_answers`: how many its list of answers holds."""

    conversation_id: str = ""
    num_answers: int = 0


class TalksTab:
    """The tab of one shop's console."""

    def __init__(self, desk: StaffDesk, events: Events, zone: Callable[[], ZoneInfo]) -> None:
        self._desk = desk
        self._events = events
        self._zone = zone

    def build(self, app: Any) -> None:
        """Puts the tab's parts and events into the surrounding blocks, which are `app`."""
        here = gr.State(Open())
        with gr.Row():
            with gr.Column(scale=5, min_width=320):
                waiting = gr.Radio([], label="Waiting for a colleague", elem_classes="br-list")
                latest = gr.Radio([], label="Latest conversations", elem_classes="br-list")
            with gr.Column(scale=5, min_width=320):
                brief = gr.HTML()
                talk = gr.HTML("<p>Choose a conversation.</p>")
                with gr.Row():
                    take = gr.Button("Take over", variant="primary")
                    take_from = gr.Button(visible=False)
                    back = gr.Button("Give back to the assistant")
                reply = gr.Textbox(label="Your answer to the customer", lines=2, submit_btn="Send")
                with gr.Accordion("Correct an answer", open=False):
                    which = gr.Dropdown(label="Answer", choices=[], interactive=True)
                    should = gr.Textbox(label="What it should have said", lines=3)
                    with gr.Row():
                        good = gr.Button("Good as it is")
                        correct = gr.Button("Keep the correction", variant="primary")
        shown = [waiting, latest, brief, talk, take_from, which]
        # What was begun for one customer must not go to the next.
        opened = [*shown, reply, should]
        for choice in (waiting, latest):
            choice.input(self._events.said(self.open), [here, choice], opened, **_QUIET)
        for button, action in (
            (take, self._desk.take),
            (take_from, self._desk.take_from),
            (back, self._desk.give_back),
        ):
            button.click(self._events.said(self._then(action)), [here], shown, **_QUIET)
        reply.submit(self._events.said(self._reply), [here, reply], [*shown, reply], **_QUIET)
        good.click(self._events.said(self._good), [which], [should], **_QUIET)
        correct.click(self._events.said(self._correct), [which, should], [should], **_QUIET)
        gr.Timer(REFRESH_S).tick(self._fresh, [here], shown, **_QUIET)
        app.load(self._fresh, [here], shown, **_QUIET)

    def _fresh(self, here: Open, request: gr.Request) -> Any:
        """The tables and the open conversation as they are now; nothing for who may not see them."""
        me = self._events.at_browser(request, used=False)
        if me is None or not permits(me, "conversations"):
            return [gr.skip()] * 6
        return self.shown(me, here)

    def shown(self, me: SignedIn, here: Open) -> list[Any]:
        """The lists and the open conversation; the answers to choose from only where there are others than before, so
        that the choice stays."""
        zone, queue, chosen = self._zone(), self._desk.queue(me), here.conversation_id
        handoff = next((h for h in queue if h.conversation_id == chosen), None)
        talk, messages = "<p>Choose a conversation.</p>", self._desk.messages(me, chosen) if chosen else []
        if chosen:
            leads = self._desk.led_by(me, chosen)
            asks = f"{leads} (staff), for the customer" if leads else "Customer"
            talk = views.transcript(messages, zone, asks=asks)
        lines = views.queue_lines(queue, zone), views.talk_lines(self._desk.talks(me), zone)
        lists = [gr.update(choices=each, value=_kept(chosen, each)) for each in lines]
        answers = views.answers(messages)
        num_before, here.num_answers = here.num_answers, len(answers)
        which = gr.skip() if len(answers) == num_before else gr.update(choices=answers)
        return [*lists, views.summary(handoff), talk, _take_from(me, handoff), which]

    def open(self, me: SignedIn, here: Open, chosen: str) -> list[Any]:
        """Another conversation: nothing is left of what was begun in the one before."""
        messages = self._desk.open(me, chosen)
        here.conversation_id = chosen
        *shown, _ = self.shown(me, here)
        return [*shown, gr.update(choices=views.answers(messages), value=None), "", ""]

    def _then(self, action: Callable[[SignedIn, str], object]) -> Callable[..., list[Any]]:
        """Something done with the open conversation, and how everything is then."""

        def done(me: SignedIn, here: Open) -> list[Any]:
            action(me, _chosen(here))
            return self.shown(me, here)

        return done

    def _reply(self, me: SignedIn, here: Open, text: str) -> list[Any]:
        self._desk.answer(me, _chosen(here), text)
        return [*self.shown(me, here), ""]

    def _good(self, me: SignedIn, message_id: str | None) -> str:
        self._desk.review(me, message_id or "", None)
        gr.Info("Kept as a good answer.")
        return ""

    def _correct(self, me: SignedIn, message_id: str | None, text: str) -> str:
        self._desk.review(me, message_id or "", text)
        gr.Info("The correction is kept.")
        return ""


def _take_from(me: SignedIn, handoff: Handoff | None) -> Any:
    """The second step to what a colleague has taken over, who may be gone."""
    colleague = handoff.claimed_by if handoff and handoff.claimed_by != me.name else None
    return gr.update(value=f"Take over from {colleague}", visible=colleague is not None)


def _chosen(here: Open) -> str:
    if not here.conversation_id:
        raise NotAllowed("Choose a conversation first.")
    return here.conversation_id


def _kept(chosen: str, lines: list[tuple[str, str]]) -> str | None:
    """The choice stays where the list still has it."""
    return chosen if any(conversation_id == chosen for _, conversation_id in lines) else None
