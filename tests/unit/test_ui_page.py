"""The page around the chat and what a page may ask for: whose it is, what it may load, what it can't reach."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.config import ChatSettings
from assistant.errors import BusyError
from assistant.types import Delta, Done, Event, Record
from tests.e2e.chat_stage import EVIL, ScriptedAssistant, staged
from ui.app import STYLES, WEB, Chat, _counted
from ui.backend import Backend, new_conversation_id
from ui.page import our_page
from ui.turns import Turn, Turns

GRADIO_PAGE = """<!doctype html><html lang="en"
 style="margin: 0"><head><meta charset="utf-8" />
<meta property="og:image"
  content="https://raw.githubusercontent.com/x.jpg" /><meta name="twitter:creator" content="@Gradio" />
<link rel="manifest" href="/manifest.json" /></head>
<body
  style="width: 100%"><gradio-app></gradio-app></body></html>"""


def test_gradios_page_becomes_ours() -> None:
    page = our_page(GRADIO_PAGE, "A & B", "#1f5f54", "p{}", "<div>{name}</div>")
    assert "githubusercontent" not in page and "@Gradio" not in page and "manifest" not in page
    assert "<title>A &amp; B</title>" in page and "<style>p{}</style>" in page
    assert page.index("<div>A &amp; B</div>") < page.index("<gradio-app>")
    assert page.count("<html") == 1 and 'lang="en"' in page


def test_no_style_sheet_has_a_rule_inside_a_selector() -> None:
    for name in STYLES:
        text = re.sub(r"/\*.*?\*/", "", (WEB / name).read_text("utf-8"), flags=re.DOTALL)
        assert text.count("{") == text.count("}"), name
        assert not re.search(r"[^{};\s]\s*@", text), name


def test_a_hostile_shop_name_stays_text() -> None:
    page = our_page(GRADIO_PAGE, EVIL, "#1f5f54", "", "{name}")
    assert "<script>" not in page and "<img" not in page


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    assistant = ScriptedAssistant()
    assistant.catalogue.facts["name"] = "Shop </script><script>window.hacked=1</script>"
    with TestClient(staged(assistant)) as started:
        yield started


def test_page_and_its_policy(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200 and "<script>window.hacked" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "http" not in policy and "*" not in policy
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert client.head("/").status_code == 200


@pytest.mark.parametrize("path", ["/gradio_api/info", "/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/config",
                                  "/gradio_api/proxy=http://x/", "/gradio_api/run/ask", "/monitoring/summary",
                                  "/favicon.ico", "/gradio_api/component_server/../info"])  # fmt: skip
def test_what_the_chat_does_not_need_is_closed(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404 and client.post(path).status_code in (404, 405)


def test_other_sites_and_files_are_refused(client: TestClient) -> None:
    join = "/gradio_api/queue/join"
    assert client.post(join, json={}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post(join, json={}, headers={"sec-fetch-site": "same-origin"}).status_code == 422
    assert client.post("/gradio_api/component_server", files={"file": b"x"}).status_code == 415


BROWSER: Any = SimpleNamespace(cookies={}, client=None)


def assistant_turn(assistant: ScriptedAssistant) -> Callable[[str, str], Iterator[Event]]:
    return partial(assistant.turn, introduced=True)


def chat(assistant: ScriptedAssistant) -> Chat:
    return Chat(Backend(assistant, ChatSettings()), Turns(assistant_turn(assistant)), max_chars=100)


def test_open_gives_a_stranger_a_new_conversation() -> None:
    assistant = ScriptedAssistant()
    assistant.conversations.add("alice", "customer", "my secret", {})
    opened = [chat(assistant).open({"conversation": name}) for name in ("alice", None, 7, "web-short", ["x"])]
    opened.append(chat(assistant).open("nonsense"))
    assert all(page["messages"] == [] for page in opened)
    assert len({page["conversation"] for page in opened}) == len(opened)


def test_a_page_that_lost_its_connection_learns_whether_its_message_arrived() -> None:
    class Failing(ScriptedAssistant):
        def turn(self, conversation_id: str, text: str, *, introduced: bool = False) -> Iterator[Event]:
            if "early" in text:
                raise RuntimeError("before it was kept")
            self.conversations.add(conversation_id, "customer", " ".join(text.split()), {})
            raise RuntimeError("after")

    assistant = Failing()
    page, name = chat(assistant), new_conversation_id()

    def arrived(key: object) -> bool | None:
        told: bool | None = page.open({"conversation": name, "turn": key})["arrived"]
        return told

    for key, text, kept in (("key-one-1", "two  spaces", True), ("key-two-2", "early", False)):
        turn = page._turn(name, key, text, {})
        assert turn is not None and turn.wait_released(5)
        assert arrived(key) is kept
    assert arrived("key-one-1") is None and arrived(None) is None and arrived(["x"]) is None
    assert page.open({"conversation": new_conversation_id(), "turn": "key-two-2"})["arrived"] is None


async def test_a_page_is_told_how_many_of_its_messages_are_kept() -> None:
    assistant = ScriptedAssistant(pace_s=0)
    page, name = chat(assistant), new_conversation_id()
    for number, text in enumerate(("trail shoes?", "refuse this", "engine"), 1):
        asked: Any = SimpleNamespace(_data={"conversation": name, "turn": f"key-{number}-of-it", "text": text})
        states = [state async for state in page.ask(asked, BROWSER)]
        assert [state.get("num_asked") for state in states[-1:]] == [1]
        assert all("num_asked" not in state for state in states[:-1])


def test_one_address_has_a_pace_and_a_share_of_the_answers() -> None:
    assistant = ScriptedAssistant(pace_s=0)
    page = Chat(Backend(assistant, ChatSettings()), Turns(assistant_turn(assistant), 8, 2), 100, per_minute=4)

    def ask(text: str, address: str | None) -> Turn | None:
        return page._turn(new_conversation_id(), "k" * 16, text, {}, address)

    held = [ask("held", "203.0.113.7") for _ in range(2)]
    with pytest.raises(BusyError, match="for one address"):
        ask("hello", "203.0.113.7")
    for address in ("203.0.113.8", None, None):
        assert ask("held", address) is not None
    for turn in held:
        assert turn is not None
        turn.stop()
    assert ask("hello", "203.0.113.7") is not None
    with pytest.raises(BusyError, match="more than 4 messages in a minute"):
        ask("hello", "203.0.113.7")
    assert ask("hello", "203.0.113.9") is not None
    assistant.go_on.set()


@pytest.mark.parametrize(
    ("host", "counted"), [("203.0.113.7", "203.0.113.7"), ("127.0.0.1", None), ("::1", None), (None, "unknown")]
)
def test_this_machines_own_messages_are_not_counted(host: str | None, counted: str | None) -> None:
    from starlette.requests import Request

    client = (host, 1) if host else None
    assert _counted(gr.Request(Request({"type": "http", "client": client}))) == counted  # type: ignore[arg-type]


def test_operators_examples_and_title_come_first() -> None:
    settings = ChatSettings(title="Ours", examples=[f"question {i}?" for i in range(9)])
    backend = Backend(ScriptedAssistant(), settings)
    assert backend.shop_name() == "Ours" and backend.examples() == [f"question {i}?" for i in range(6)]
    assert Backend(ScriptedAssistant(), ChatSettings()).shop_name() == "Fjord & Field"


def test_a_question_that_leans_on_another_opens_no_conversation() -> None:
    class Suggesting(ScriptedAssistant):
        def examples(self) -> list[str]:
            return ["Is the boot there in 42?", "And in 43?", "Android chargers?"]

    assert Backend(Suggesting(), ChatSettings()).examples() == ["Is the boot there in 42?", "Android chargers?"]


def test_votes_only_on_answers_of_ones_own_conversation() -> None:
    assistant = ScriptedAssistant()
    mine, theirs = new_conversation_id(), new_conversation_id()
    for name in (mine, theirs):
        assistant.conversations.add(name, "customer", "hello", {})
        assistant.conversations.add(name, "assistant", "hi", {})
    page = chat(assistant)
    question, answer = (message.message_id for message in assistant.conversations.messages(mine))
    foreign = assistant.conversations.messages(theirs)[1].message_id
    for message, vote in ((question, 1), (foreign, 1), (answer, 0), (answer, 5), (answer, "1"), (None, 1)):
        assert page.vote({"conversation": mine, "message": message, "vote": vote}) is False
    assert assistant.conversations.votes == {}
    assert page.vote({"conversation": mine, "message": answer, "vote": -1}) is True
    assert assistant.conversations.votes == {answer: -1}
    assert page.stop({"conversation": mine}) is False and page.stop(None) is False


def test_answer_that_was_not_kept_is_shown_from_its_record() -> None:
    class Forgetful(ScriptedAssistant):
        def turn(self, conversation_id: str, text: str, *, introduced: bool = False) -> Iterator[Event]:
            yield Delta("Hi.")
            yield Done(Record(reply="Hi.", handoff=True))

    assistant = Forgetful()
    turn = Turns(assistant.turn).begin(new_conversation_id(), "hello", "k" * 16)
    assert turn.wait_released(2)
    view = Backend(assistant, ChatSettings()).answer(turn.conversation_id, turn)
    assert view is not None and view["text"] == "Hi." and view["id"] is None and view["handoff"] is True


@pytest.mark.parametrize(
    ("since", "shown"),
    [
        (["customer:hello", "assistant:Hi.", "staff:I am Lena."], "Hi."),
        (["customer:hello", "staff:I am Lena.", "assistant:Hi."], "Hi."),
        (["assistant:Hi."], "Hi."),  # an answer that a crash had cut off
        (["assistant:Stopped", "customer:hello", "assistant:Hi."], "Hi."),  # the answer before was still winding down
        (["assistant:Stopped", "customer:hello"], None),
        (["customer:hello", "staff:I am Lena."], None),
        (["staff:I am Lena."], None),
        ([], None),
    ],
)
def test_the_answer_of_a_turn_is_the_assistants_and_no_colleagues(since: list[str], shown: str | None) -> None:
    assistant, conversation = ScriptedAssistant(), new_conversation_id()
    for message in ["customer:earlier", "assistant:Before.", *since]:
        role, _, text = message.partition(":")
        assistant.conversations.add(conversation, role, text, {})
    turn = Turn("k" * 16, conversation, "hello", num_before=2)
    view = Backend(assistant, ChatSettings()).answer(conversation, turn)
    assert (view and view["text"]) == shown and (view is None or view["role"] == "assistant")


def test_mount_leaves_the_servers_own_routes(client: TestClient) -> None:
    from assistant.config import Settings
    from ui.app import mount

    app = FastAPI()
    app.get("/healthz")(lambda: "well")
    with TestClient(mount(app, ScriptedAssistant(), Settings())) as mounted:
        assert mounted.get("/healthz").json() == "well"


def test_a_promotion_is_called_by_its_name() -> None:
    words = Backend(ScriptedAssistant(), ChatSettings()).words()
    at = "2026-11-22T14:03:00+00:00"
    receipts = [{"promotion": key, "field": "percent", "value": 10, "as_of": at} for key in ("P7", "gone")]
    assert [view["what"] for view in words.views(receipts)] == ["Winter sale", "Promotion gone"]
