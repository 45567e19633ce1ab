"""A customer's turn from message to kept answer: screen, understand, act, prompt, generate, verify, keep.

The only place that knows the order of the steps. Streams verified sentences; what the model gets wrong is never shown,
and when the model can't be had the answer comes in code's own words from the same facts. Knows no HTTP and no Gradio.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.act import wellbeing
from assistant.act.ahead import read_ahead
from assistant.act.answer import answer
from assistant.act.context import Context
from assistant.act.handover import complete
from assistant.act.plan import Plan
from assistant.act.refuse import refuse
from assistant.act.talk import not_kept, notice, passed_on, what_else
from assistant.act.tone import colour
from assistant.adapters import InUse
from assistant.briefing import brief
from assistant.config import Settings
from assistant.engine.request import Engine, Tokenizer
from assistant.errors import EngineError
from assistant.guard import Guard
from assistant.messages import Messages, message_encoder
from assistant.opinions import opinion
from assistant.orders import OrderTalk
from assistant.privacy.rights import usable
from assistant.readings.second_look import Choose, Taken, second_look
from assistant.remember import advance, log, unheard
from assistant.screen.judge import OwnNames
from assistant.screen.screen import Screened
from assistant.shop.catalogue import Catalogue
from assistant.shop.embed import States, default_embedder
from assistant.shop.search import Search
from assistant.shop.search_glance import SearchGlance
from assistant.shop.shoppers import Shoppers
from assistant.shop_words import ShopWords, reader
from assistant.speak import Speaker, Turn
from assistant.store.conversations import Conversations
from assistant.store.database import Database
from assistant.store.handoffs import Handoffs, reaches
from assistant.turn_encoder import TurnEncoder
from assistant.types import CustomerRef, Decision, Done, Event, Json, Product, Record
from assistant.understand.acts import default_head
from assistant.understand.feeling import NEUTRAL
from assistant.understand.feeling import default_head as emotion_head
from assistant.understand.for_customer import in_their_words
from assistant.understand.listen import Heard, Listener
from assistant.understand.plain import plain
from assistant.understand.reading import Reader
from assistant.understand.state import State

_DEMO_QUESTIONS = Path(__file__).parent / "shop" / "demo" / "questions.json"

_MOST_CARDS = 6


@dataclass(frozen=True)
class _Incoming:
    """One message, screened, with all that is known when its answer begins. `colleague` is who has taken the
    conversation over, if anybody has; `introduced`: the customer was told that this is an AI."""

    conversation_id: str
    screened: Screened
    state: State
    context: Context
    customer: CustomerRef | None
    colleague: str | None
    introduced: bool


class Assistant:
    """Answers customers of one shop. Thread-safe; a conversation's turns must come one after the other (see Desk)."""

    def __init__(
        self,
        db: Database,
        engine: Engine,
        tokenizer: Tokenizer,
        settings: Settings,
        adapters: InUse | None = None,
        speaker: Speaker | None = None,
        choose: Choose | None = None,
    ) -> None:
        """`choose`: which of the answers that a message may have is given; the judge without it."""
        self._engine = engine
        self._settings = settings
        self._choose = choose
        self._embedder = default_embedder()
        self._search = Search(db, self._embedder)
        self._catalogue = Catalogue(db)
        self._shoppers = Shoppers(db)
        self._db = db
        self._adapters = adapters or InUse()
        self._speaker = speaker or Speaker(engine, tokenizer, settings.model, self._adapters)
        self._words = ShopWords(db)
        self._orders = OrderTalk(db, self._catalogue)
        self._handoffs = Handoffs(db)
        self.conversations = Conversations(db, settings.limits.messages_per_conversation)
        self.guard = Guard(db, self.conversations, settings.safety, opinion())

    @property
    def catalogue(self) -> Catalogue:
        """The shop that it answers for."""
        return self._catalogue

    def warm(self) -> None:
        """Load what reads a message, and have the engine compute the public prefix: no customer shall wait for it.

        Slow: call it in a thread. What the engine has to do comes last: it may still be loading the model.
        """
        self._words.now()
        message_encoder()
        default_head()
        self.conversations.state("")  # nobody's: the database's mappings are set up at the first look
        self._speaker.warm()

    def read_ahead(
        self, products: Iterable[Product], is_over: Callable[[], bool] = bool, rest: Callable[[], object] = bool
    ) -> int:
        """Read the shop's lines before anybody asks about them; see `act.ahead`."""
        return read_ahead(self._catalogue, self._search, products, self._embedder.encode, is_over, rest)

    def greeting(self) -> str:
        """What it says before anybody asked: that it is an AI, whose, and what it can do."""
        return notice(self._catalogue.info().get("name", "this shop"), minds_tone=self._settings.chat.emotion)

    def examples(self) -> list[str]:
        """Questions to begin with: the operator's, the demo shop's, or made from what this shop sells."""
        if self._settings.chat.examples:
            return list(self._settings.chat.examples)
        name = self._catalogue.info().get("name")
        demo = json.loads((_DEMO_QUESTIONS.parent / "shop.json").read_text(encoding="utf-8"))
        if name == demo["name"]:
            return [str(q) for q in json.loads(_DEMO_QUESTIONS.read_text(encoding="utf-8"))]
        return self._words.questions()

    def reply(
        self,
        conversation_id: str,
        text: str,
        *,
        customer: CustomerRef | None = None,
        now: datetime | None = None,
        introduced: bool = False,
    ) -> Record:
        """The whole answer at once; see `turn`."""
        for event in self.turn(conversation_id, text, customer=customer, now=now, introduced=introduced):
            if isinstance(event, Done):
                return event.record
        raise EngineError("the turn ended without an answer")

    def turn(
        self,
        conversation_id: str,
        text: str,
        *,
        customer: CustomerRef | None = None,
        now: datetime | None = None,
        introduced: bool = False,
        silent: bool = False,
        done_before: bool = False,
        waiting: str | None = None,
    ) -> Iterator[Event]:
        """Answer one message: verified sentences as they come, then one Done with the record.

        `now` overrides the shop's clock. `introduced` says that the customer has already been told that this is an AI
        (the chat shows it); otherwise the first answer of a conversation begins with it. `silent`: no word
        is generated, the answer comes in code's words. `done_before`: what the message leads to was done when it was
        new, and is not done a second time. `waiting`: the id of a kept message that a crash left without an answer, and
        that this is. Closing the iterator stops the answer; what was said so far is kept.
        Raises InputError for a message that can't be answered, or that no longer waits.
        """
        began = time.perf_counter()
        customer = usable(self._db, customer)
        adapter = self._adapters.of(conversation_id)
        turn = Turn(Record(model=self._engine.status().model, adapter=adapter.name if adapter else None), began)
        turn.silent = silent
        turn.may_say = self.guard.may_say
        screened = self.guard.take(text, self._settings.limits.message_chars, conversation_id)
        at = turn.clock("screen", began)
        who: tuple[str | None, str | None] = (customer.customer_id, customer.led_by) if customer else (None, None)
        message_id = self.conversations.begin_turn(conversation_id, screened.kept, datetime.now(UTC), *who, waiting)
        state = State.from_json(self.conversations.state(conversation_id))
        at = turn.clock("keep", at)
        status = "stopped"
        try:
            context = self._context(now, customer, done_before, reaches(conversation_id))
            colleague = self._handoffs.in_charge(conversation_id)
            incoming = _Incoming(conversation_id, screened, state, context, customer, colleague, introduced)
            yield from self._answer(turn, incoming, at)
            status = "done"
        finally:
            at = time.perf_counter()
            self._finish(turn, message_id, state, status)
            turn.clock("keep", at)
            turn.record.ms["total"] = (time.perf_counter() - began) * 1e3
        yield Done(turn.record)

    def _answer(self, turn: Turn, incoming: _Incoming, at: float) -> Iterator[Event]:
        """The steps from the screened message to its verified sentences; `at` is when the step before them ended."""
        state, context, customer = incoming.state, incoming.context, incoming.customer
        messages = Messages()
        words, own_names = self._words.now()
        decision = self._judge(incoming, own_names, messages)
        if customer is not None and customer.led_by:
            names = self._shoppers.names(customer.customer_id)
            kept = in_their_words(incoming.screened.kept, *names)
            incoming = replace(incoming, screened=replace(incoming.screened, kept=kept))
        screened = incoming.screened
        at = turn.clock("screen", at)
        minds_tone = self._settings.chat.emotion and context.led_by is None
        listener = Listener(reader(words, context), words, emotion_head(), messages, minds_tone)
        heard = self._hear(incoming, decision, listener)
        _note(turn.record, decision, heard)
        at = turn.clock("understand", at)
        plan, writes = self._plan(decision, incoming, heard)
        if plan is None:
            taken = self._look(screened.asked, heard, state, listener.reader, context)
            plan, heard = taken.plan, replace(heard, requests=taken.requests)
            turn.record.acts = [r.as_act() for r in heard.requests]
        turn.record.writes += writes
        busy = state.at_work or bool(incoming.colleague or context.led_by) or decision.refused
        mood = colour(plan, heard.feeling, heard.requests, heard.mood, state.num_turns, at_work=busy)
        complete(context, plan)
        self.guard.clean(plan, context.info)
        if plan.handoff and not context.done_before:
            summary = brief(state, screened.kept, heard.feeling, plan, customer, context.catalogue)
            self._handoffs.call(incoming.conversation_id, plan.reason, summary, datetime.now(UTC))
        self._describe(turn, plan, incoming, told="" if decision.refused else not_kept(screened.hidden))
        # Before the first word, for nothing after it is sure to run: the customer may stop the answer at any sentence.
        advance(state, heard.requests, plan)
        log(state, screened.kept, heard, plan)
        state.mood = mood
        turn.clock("act", at)
        yield from self._speaker.say(turn, incoming.conversation_id, screened.kept, plan)

    def _judge(self, incoming: _Incoming, own_names: OwnNames, messages: Messages) -> Decision:
        """Whether the message may be answered, and what becomes of it if not."""
        return self.guard.verdict(
            incoming.screened.kept,
            own_names,
            opinion(messages, States(self._embedder)),
            answers=incoming.colleague is None,
            at_work=incoming.state.at_work,
            talking=bool(incoming.state.focus),
        )

    def _hear(self, incoming: _Incoming, decision: Decision, listener: Listener) -> Heard:
        """What the message tells: nothing where it is refused, or where nothing is left of it but secrets."""
        screened, state = incoming.screened, incoming.state
        asked = screened.asked or (screened.kept if state.at_work else "")
        if decision.refused or not asked:
            return Heard([], NEUTRAL, state.mood)
        return listener.hear(asked, state)

    def _plan(self, decision: Decision, incoming: _Incoming, heard: Heard) -> tuple[Plan | None, list[Json]]:
        """What will be said, and the writes that were made for it: the first of those that may speak has the turn.
        None: it is for the shop's data to say."""
        context, task = incoming.context, incoming.state.task
        said = plain(incoming.screened.kept)
        if decision.refused:
            hurt = decision.category == "medical_legal" and wellbeing.first(said, [], context)
            return hurt or refuse(decision, self._settings.safety), []
        if incoming.colleague is not None:
            return passed_on(incoming.colleague), []
        if not (incoming.screened.asked or incoming.state.at_work):
            return what_else(), []
        if urgent := wellbeing.first(said, heard.requests, context):
            return urgent, []
        orders = self._orders.take(said, heard.requests, task, context, incoming.customer, incoming.conversation_id)
        return (orders.plan, orders.writes) if orders else (None, [])

    def _look(self, text: str, heard: Heard, state: State, reader: Reader, context: Context) -> Taken:
        """The answer from the shop's data, and what the message was taken for."""
        first = Taken("read", heard.requests, answer(heard.requests, context))
        taken = second_look(text, first, state, reader, context, self._choose)
        wellbeing.warn(taken.requests, taken.plan, context)
        return taken

    def _describe(self, turn: Turn, plan: Plan, incoming: _Incoming, told: str) -> None:
        """Write into the record what the answer is, and begin it with what must be said first."""
        record = turn.record
        record.clarifying, record.handoff = plan.clarifying, plan.handoff
        record.cards = list(dict.fromkeys(plan.cards))[:_MOST_CARDS]
        talks_of_itself = any(a.act in ("greeting", "are_you_human") for a in record.acts)
        if incoming.state.num_turns == 0 and not incoming.introduced and not talks_of_itself:
            turn.intro = f"I'm the AI assistant of {incoming.context.info.get('name', 'this shop')}."
        record.disclosed = talks_of_itself or bool(turn.intro)
        turn.intro = " ".join(s for s in (turn.intro, told, plan.opening) if s)

    def _finish(self, turn: Turn, message_id: str, state: State, status: str) -> None:
        """Keep the answer, whole or as far as the customer let it come."""
        if status == "stopped" and not turn.released:
            self.conversations.interrupt(message_id)
            return
        if status == "stopped":
            unheard(state)
        self.conversations.finish_turn(message_id, turn.record, state.as_json(), datetime.now(UTC), status)

    def _context(self, now: datetime | None, customer: CustomerRef | None, done_before: bool, reached: bool) -> Context:
        shop = self._catalogue.glance()
        info = shop.info()
        led_by = customer.led_by if customer else None
        return Context(
            catalogue=shop,
            search=SearchGlance(self._search),
            encode=TurnEncoder(self._embedder.encode),
            info=info,
            locale=info.get("locale", "en_US"),
            now=now.astimezone(shop.timezone) if now else shop.now(),
            as_of=datetime.now(UTC),
            shopper=self._shoppers.find(customer.customer_id) if customer else None,
            shoppers=None if led_by or done_before else self._shoppers,
            led_by=led_by,
            reached=reached,
            done_before=done_before,
        )


def _note(record: Record, decision: Decision, heard: Heard) -> None:
    """Write into the record what was understood and judged of the message."""
    if decision.refused:
        record.verdict, record.category = "refused", decision.category
    record.acts = [r.as_act() for r in heard.requests]
    record.emotion, record.emotion_strength = heard.feeling.emotion, heard.feeling.strength
