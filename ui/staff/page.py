"""The console's page: tabs over `StaffDesk`, shown by role.

Every event finds out anew who is signed in, from the browser's cookie; the page's own timer keeps nobody signed in.
Knows no SQL and no act of the assistant.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import gradio as gr

from assistant.access.sessions import Sessions, SignedIn
from ui.staff import customer_views, views
from ui.staff.customer_tab import CustomerTab
from ui.staff.customers import CustomerDesk
from ui.staff.desk import StaffDesk, permits
from ui.staff.events import Events
from ui.staff.signin import ENTRY, EXIT
from ui.staff.talks_tab import TalksTab
from ui.theme import DEFAULT_ACCENT

TABS = ("conversations", "customers", "research", "privacy", "audit")
"""The permissions that the tabs are shown by, in their order."""
STYLE = (
    """
.br-latest { display: flex; flex-direction: column-reverse; max-height: 55vh; overflow: auto; }
.br-talk { list-style: none; padding: 0; display: grid; gap: .6rem; }
.br-talk > li { padding: .5rem .8rem; border-radius: .6rem; border: 1px solid var(--border-color-primary); }
.br-talk > li > div { white-space: pre-wrap; overflow-wrap: anywhere; }
.br-talk .br-customer { margin-right: 12%; background: var(--background-fill-secondary); }
.br-talk .br-assistant, .br-talk .br-staff { margin-left: 12%; }
.br-talk .br-who { font-size: .8rem; opacity: .75; }
.br-talk details { font-size: .85rem; } .br-brief { margin: .2rem 0 .2rem 1.2rem; list-style: disc; }
.br-list .wrap { display: grid; gap: .3rem; max-height: 34vh; overflow: auto; }
.br-list label { width: 100%; } .br-list label span { white-space: normal; overflow-wrap: anywhere; }
@media (max-width: 40rem) { h2 { font-size: 1.15rem !important; } }
footer { display: none !important; }
"""
    + customer_views.STYLE
)
HEAD = f"""<style>
body {{ --color-accent: {DEFAULT_ACCENT}; --block-info-text-color: #57534e; }}
body.dark {{ --color-accent: #7fc4b4; --block-info-text-color: #a8a29e; }}
</style>
<script>
const ask = window.fetch;
window.fetch = async (...asked) => {{
  const answer = await ask(...asked);
  if (answer.status === 401) location.replace("{ENTRY}");
  return answer;
}};
</script>"""
"""Accents and remarks that can be read on their grounds (Gradio's own have 2.5 : 1). And a page whose session has ended
goes to the sign-in form at its next call: no customer's words stay on the screen."""


class Console:
    """The page of one shop. Made once; what a browser shows lives in the browser and in Gradio's session."""

    def __init__(
        self,
        desk: StaffDesk,
        customers: CustomerDesk,
        sessions: Sessions,
        shop: Callable[[], str],
        zone: Callable[[], ZoneInfo],
    ) -> None:
        self._desk = desk
        self._events = Events(sessions)
        self._talks = TalksTab(desk, self._events, zone)
        self._for_customer = CustomerTab(customers, self._events, zone)
        self._shop = shop
        self._zone = zone

    def blocks(self) -> Any:
        """The Gradio app."""
        with gr.Blocks(title=f"{self._shop()}: staff", analytics_enabled=False, fill_width=True) as app:
            with gr.Row(equal_height=True):
                head = gr.Markdown(f"## {self._shop()}: staff")
                gr.HTML(
                    f"<form method='post' action='{EXIT}' style='text-align:right'><button class='lg secondary'>"
                    "Sign out</button></form>"
                )
            with gr.Tabs():
                with gr.Tab("Conversations", visible=False) as talks:
                    self._talks.build(app)
                with gr.Tab("Ask for a customer", visible=False) as asking:
                    self._for_customer.build()
                with gr.Tab("Reviews", visible=False) as reviews:
                    self._reviews_tab()
                with gr.Tab("Customers' data", visible=False) as privacy:
                    self._privacy_tab()
                with gr.Tab("Audit log", visible=False) as log:
                    self._audit_tab()
            app.load(self._head, outputs=[head, talks, asking, reviews, privacy, log], show_progress="hidden")
        return app

    def _head(self, request: gr.Request) -> Any:
        me = self._events.at_browser(request)
        name = f" · {me.name} ({me.role})" if me else ""
        return [f"## {self._shop()}: staff{name}", *(gr.update(visible=permits(me, tab)) for tab in TABS)]

    # --- reviewed answers ------------------------------------------------------------------------------------------

    def _reviews_tab(self) -> None:
        gr.Markdown(
            "What colleagues found good or put right, with personal data masked. A fine-tuning run learns from it "
            "where its settings have `[[data.reviews]]`, as far as the customers have agreed to training. Fine-tuning "
            "and evaluation are commands on the server: `backroom finetune` and `backroom eval`."
        )
        newest = gr.Button("Show the newest reviews", variant="primary")
        rows = gr.Dataframe(headers=list(views.REVIEW_COLUMNS), interactive=False, label="Newest reviews", wrap=True)
        newest.click(self._events.said(self._reviewed), outputs=[rows])

    def _reviewed(self, me: SignedIn) -> Any:
        return views.review_rows(self._desk.reviewed(me), self._zone())

    # --- customers' rights -----------------------------------------------------------------------------------------

    def _privacy_tab(self) -> None:
        who = gr.Textbox(label="Whose", info="A customer's number or e-mail address, or a conversation's id")
        with gr.Row():
            show = gr.Button("Export everything", variant="primary")
            agree = gr.Button("Note consent to recommendations")
            refuse = gr.Button("Note that consent is withdrawn")
        files = gr.HTML()
        with gr.Accordion("Erase a person", open=False):
            gr.Markdown(
                "Erases everything kept about a person, for good; orders that bookkeeping needs stay without them."
            )
            again = gr.Textbox(label="Type the same again to confirm")
            erase = gr.Button("Erase for good", variant="stop")
            result = gr.JSON(label="What was done, with its certificate")
        show.click(self._events.said(self.export), [who], [files])
        agree.click(self._events.said(self._agree), [who], [who])
        refuse.click(self._events.said(self._refuse), [who], [who])
        erase.click(self._events.said(self._erase), [who, again], [result, again])

    def export(self, me: SignedIn, who: str) -> str:
        """Links to everything kept about a person, as HTML."""
        data, page = self._desk.export(me, who)
        written = json.dumps(data, ensure_ascii=False, indent=2, default=str)
        return views.downloads([("export.json", "application/json", written), ("export.html", "text/html", page)])

    def _agree(self, me: SignedIn, who: str) -> str:
        self._desk.consent(me, who, True)
        gr.Info("Noted.")
        return who

    def _refuse(self, me: SignedIn, who: str) -> str:
        self._desk.consent(me, who, False)
        gr.Info("Noted.")
        return who

    def _erase(self, me: SignedIn, who: str, again: str) -> list[Any]:
        return [self._desk.erase(me, who, again), ""]

    # --- the audit log ---------------------------------------------------------------------------------------------

    def _audit_tab(self) -> None:
        with gr.Row():
            check = gr.Button("Verify the log", variant="primary")
            newest = gr.Button("Show the newest entries")
        verdict = gr.JSON(label="Verdict")
        rows = gr.Dataframe(headers=list(views.AUDIT_COLUMNS), interactive=False, label="Newest entries", wrap=True)
        check.click(self._events.said(self._verify), outputs=[verdict])
        newest.click(self._events.said(self._entries), outputs=[rows])

    def _verify(self, me: SignedIn) -> Any:
        return self._desk.verify_log(me)

    def _entries(self, me: SignedIn) -> Any:
        return views.audit_rows(self._desk.audit_log(me))
