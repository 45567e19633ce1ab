// Messages on the page: bubbles, answers with their cards, receipts and tools, error lines.

/** A customer's message. */
function customerMessage(text) {
  return el("article", { class: "br-msg br-mine", "aria-label": "You" }, el("p", { class: "br-text", dir: "auto" }, text));
}

/** An answer, empty at first; `sentences`, `finish` and `fail` fill it. `tools` has copy, vote, retry. */
class Answer {
  constructor(tools, author = "Assistant") {
    this.tools = tools;
    this.num_shown = 0;
    this.text = el("p", { class: "br-text", dir: "auto" });
    this.dots = el("span", { class: "br-dots" }, el("i"), el("i"), el("i"), el("span", { class: "br-sr" }, "Writing…"));
    this.extra = el("div", { class: "br-extra" });
    this.node = el("article", { class: "br-msg br-theirs", "aria-label": author }, this.text, this.extra);
    if (author !== "Assistant") this.node.prepend(el("p", { class: "br-author" }, icon("person"), author));
  }

  waiting() {
    this.text.append(this.dots);
    this.slow = setTimeout(() => this.dots.append(el("span", { class: "br-slow" }, "Still looking, one moment…")), 7000);
    this.node.setAttribute("aria-busy", "true");
    return this;
  }

  /** Shows the sentences that aren't shown yet, each as a piece of its own, so that only it is announced. */
  sentences(all) {
    for (const sentence of all.slice(this.num_shown)) {
      const piece = el("span", { class: "br-sentence" }, this.num_shown ? sentence : sentence.trimStart());
      this.text.insertBefore(piece, this.dots.isConnected ? this.dots : null);
      this.num_shown += 1;
      clearTimeout(this.slow);
      this.dots.querySelector(".br-slow")?.remove();
    }
  }

  settle() {
    clearTimeout(this.slow);
    this.dots.remove();
    this.node.removeAttribute("aria-busy");
    if (!this.text.hasChildNodes()) this.text.remove();
  }

  /** The whole message as it is kept: its text wins over what was streamed where they differ. */
  finish(message, last) {
    this.settle();
    if (message.text && this.text.textContent.trim() !== message.text.trim()) {
      this.text.replaceChildren(message.text.trim());
      if (!this.text.isConnected) this.node.insertBefore(this.text, this.extra);
    }
    this.extra.replaceChildren();
    if (message.handoff) this.extra.append(el("p", { class: "br-tag" }, icon("person"), "Passed on to a person"));
    if (message.cards.length) this.extra.append(cardList(message.cards));
    if (message.status === "stopped") this.stopped();
    this.extra.append(...this.footer(message, last));
  }

  stopped() {
    this.settle();
    this.remark(this.text.textContent.trim() ? "You stopped this answer." : "Stopped before the answer.");
  }

  /** A quiet line beneath the answer. */
  remark(text) {
    this.settle();
    this.extra.append(el("p", { class: "br-tag" }, text));
  }

  footer(message, last) {
    const { receipts, why } = whyPanel(message.receipts);
    const row = el("div", { class: "br-tools", role: "group", "aria-label": "About this answer" }, why);
    row.append(iconButton("copy", "Copy", (event) => this.tools.copy(event.currentTarget, message.text)));
    if (message.id) row.append(...voteButtons(message.id, this.tools.vote));
    if (last) row.append(retryButton(this.tools.retry));
    return receipts ? [row, receipts] : [row];
  }

  /** A friendly line in the answer's place, with what can be done about it. */
  fail(text, label, act, sign = "retry") {
    this.settle();
    const button = el("button", { type: "button", class: "br-again", onclick: act }, icon(sign), label);
    this.extra.replaceChildren(el("div", { class: "br-error", role: "alert" }, el("p", {}, text), button));
  }
}

function retryButton(retry) {
  const button = iconButton("retry", "Ask again", retry);
  button.classList.add("br-retry");
  return button;
}

/** Thumbs up and down; the chosen one stays pressed, in this browser after a reload too. */
function voteButtons(id, vote) {
  const make = (name, label, value) => {
    const button = iconButton(name, label, async () => {
      if (!(await vote(id, value))) return;
      up.setAttribute("aria-pressed", String(value === 1));
      down.setAttribute("aria-pressed", String(value === -1));
    });
    button.setAttribute("aria-pressed", String(votes.of(id) === value));
    return button;
  };
  const up = make("up", "Good answer", 1);
  const down = make("thumb_down", "Bad answer", -1);
  return [up, down];
}

const votes = {
  all() {
    try {
      return JSON.parse(keep.get("votes") || "{}");
    } catch {
      return {};
    }
  },
  of(id) {
    return this.all()[id] || 0;
  },
  set(id, value) {
    keep.set("votes", JSON.stringify({ ...this.all(), [id]: value }));
  },
};

/** The button "Why do you say that?" and what it opens: each figure of the answer with where it comes from. */
function whyPanel(receipts) {
  if (!receipts.length) return { receipts: null, why: null };
  const id = "br-why-" + randomKey().slice(0, 8);
  const moments = new Set(receipts.flatMap((thing) => thing.facts.map((fact) => fact.as_of)));
  const dated = moments.size > 1;
  const rows = receipts.map((thing) => el("li", {}, el("p", { class: "br-what" }, thing.what), factList(thing.facts, dated)));
  const note = "Read from the shop's own records" + (dated ? "." : `, as of ${[...moments][0]}.`);
  const panel = el(
    "section",
    { class: "br-receipts", tabindex: "-1", id, hidden: true, "aria-label": "What this answer rests on" },
    el("ul", {}, ...rows),
    el("p", { class: "br-when" }, note),
  );
  const toggle = () => {
    panel.hidden = !panel.hidden;
    why.setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) panel.scrollIntoView({ block: "nearest" });
  };
  const why = el(
    "button",
    { type: "button", class: "br-why", "aria-expanded": "false", "aria-controls": id, onclick: toggle },
    "Why do you say that?",
    icon("chevron"),
  );
  return { receipts: panel, why };
}

/** The fields of one product, order or policy with their values. */
function factList(facts, dated) {
  const list = el("dl", { class: "br-facts" });
  for (const fact of facts) {
    const when = dated ? el("span", { class: "br-when" }, " as of " + fact.as_of) : null;
    list.append(el("div", {}, el("dt", {}, fact.field), el("dd", {}, fact.value, when)));
  }
  return list;
}

/** Product cards, in a list. A picture that doesn't load gives way to the product's initials. */
function cardList(cards) {
  const items = cards.map((card) => el("li", { class: "br-card" }, cardPicture(card), cardText(card)));
  const kind = cards.length === 1 ? " br-cards-one" : "";
  return el("ul", { class: "br-cards" + kind, "aria-label": cards.length === 1 ? "Product" : "Products" }, ...items);
}

function cardPicture(card) {
  const place = el("div", { class: "br-picture", "aria-hidden": "true" }, el("span", {}, card.monogram));
  if (card.image) {
    const picture = el("img", { src: card.image, alt: "", decoding: "async", loading: "lazy" });
    picture.addEventListener("error", () => picture.remove());
    place.append(picture);
  }
  return place;
}

function cardText(card) {
  const link = { href: card.url, target: "_blank", rel: "noopener noreferrer" };
  const name = card.url ? el("a", link, card.name, el("span", { class: "br-sr" }, " (opens in a new tab)")) : card.name;
  return el(
    "div",
    { class: "br-card-text" },
    el("h3", {}, name),
    card.options ? el("p", { class: "br-options" }, card.options) : null,
    el("p", { class: "br-price" }, card.price),
    el("p", { class: "br-stock" }, card.availability),
  );
}
