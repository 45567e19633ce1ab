// The chat: what the page is doing, and what the customer's buttons do. One object owns all of it.

const NEWS_MS = 5000;
const MOVED = "Your sign-in has ended or changed, so this is a new conversation.";

class Chat {
  constructor() {
    this.seen = 0;
    this.num_asked = 0;
    this.conversation = null;
    this.answer = null;
    this.asked = "";
    this.turn = null;
    this.composer = new Composer((text) => this.ask(text), () => this.stop());
    this.line = new Line((state) => this.onState(state), () => this.onLost());
    this.tools = {
      copy: (button, text) => this.copy(button, text),
      vote: (id, value) => this.vote(id, value),
      retry: () => this.ask(this.asked),
    };
    for (const node of element.querySelectorAll("[data-icon]")) node.prepend(icon(node.dataset.icon));
    this.wire();
    this.open(keep.get("conversation"));
  }

  // --- coming up -----------------------------------------------------------------------------------------------

  async open(conversation) {
    this.state("loading");
    try {
      const page = await call("open", { conversation, turn: this.composer.unsent?.turn });
      const elsewhere = Boolean(conversation) && page.conversation !== conversation;
      if (elsewhere) this.leave();
      this.show(page);
      if (elsewhere && this.asked) this.place(new Answer(this.tools)).remark(MOVED);
    } catch {
      const answer = this.place(new Answer(this.tools));
      answer.fail("The shop can't be reached at the moment.", "Try again", () => this.reopen(conversation));
      this.state("offline");
    }
    document.getElementById("br-skeleton")?.remove();
  }

  /** The conversation isn't open to who is here now: what the browser kept of it isn't either, but what was just typed. */
  leave() {
    keep.set("votes", null);
    if (this.asked) return;
    keep.set("draft", null);
    this.composer.sent();
  }

  reopen(conversation) {
    $(".br-log").replaceChildren();
    return this.open(conversation);
  }

  show(page) {
    this.conversation = page.conversation;
    this.composer.max_chars = page.max_chars;
    keep.set("conversation", page.conversation);
    $(".br-name").textContent = page.shop;
    document.title = page.shop;
    const log = $(".br-log");
    log.setAttribute("aria-live", "off");
    log.replaceChildren();
    this.place(new Answer(this.tools)).sentences([page.greeting]);
    log.lastChild.classList.add("br-greeting");
    this.seen = page.messages.filter((message) => message.role === "staff").length;
    this.num_asked = numAsked(page);
    this.talked = page.messages.length > 0;
    page.messages.forEach((message, index) => this.kept(message, page.messages, index, page.running));
    this.examples(page.messages.length || page.running ? [] : page.examples);
    this.state("idle");
    if (this.arrived(page, this.composer.unsent)) this.composer.sent();
    this.composer.restore();
    if (page.running) this.follow(page.running);
    this.toEnd();
    setTimeout(() => log.setAttribute("aria-live", "polite"), 100);
    if (matchMedia("(hover: hover)").matches) this.composer.focus();
  }

  /** Whether a message that was sent is kept. Its turn says so, not its words, for the server masks and tidies what it
   * keeps. Where the server knows no such turn (it was started anew), more messages than before do, if it was the last. */
  arrived(page, sent) {
    if (!sent || page.arrived !== null) return !sent || page.arrived;
    return sent === this.composer.unsent && numAsked(page) > sent.num_before;
  }

  /** One message of the conversation so far. */
  kept(message, all, index, running) {
    if (message.role === "customer") {
      this.asked = message.text;
      this.append(customerMessage(message.text));
      const last = index === all.length - 1;
      if (last ? !running : all[index + 1].role === "customer") this.unanswered(message.text, last);
      return;
    }
    const answer = this.place(new Answer(this.tools, message.role === "staff" ? "Shop staff" : "Assistant"));
    answer.finish(message, index === all.length - 1 && message.role !== "staff");
  }

  unanswered(text, last) {
    const answer = this.place(new Answer(this.tools));
    if (last) answer.fail("This message wasn't answered yet.", "Ask again", () => this.again(answer, text));
    else answer.remark("This message wasn't answered.");
  }

  follow(running) {
    this.answer = this.place(new Answer(this.tools)).waiting();
    this.turn = running.turn;
    this.state("busy");
    this.line.ask(this.conversation, running.turn, null);
  }

  examples(texts) {
    const place = $(".br-examples");
    place.replaceChildren(
      ...texts.map((text) => el("button", { type: "button", class: "br-example", onclick: () => this.ask(text) }, text)),
    );
    place.hidden = !texts.length;
  }

  // --- asking --------------------------------------------------------------------------------------------------

  ask(text) {
    text = text.trim();
    if (!text || !this.conversation || this.mode !== "idle") return;
    this.examples([]);
    this.append(customerMessage(text));
    this.begin(text);
  }

  /** Asks again for what `answer` couldn't say. Its line stays while another answer is being made. */
  again(answer, text) {
    if (this.mode !== "idle") return;
    answer.node.remove();
    this.begin(text);
  }

  /** Asks for the answer to a message that is on the page already. */
  begin(text) {
    if (this.mode !== "idle") return;
    for (const button of element.querySelectorAll(".br-retry")) button.remove();
    this.asked = text;
    this.talked = true;
    this.turn = randomKey();
    this.composer.sending({ text, turn: this.turn, num_before: this.num_asked });
    this.answer = this.place(new Answer(this.tools)).waiting();
    this.state("busy");
    this.keepFocus();
    this.toEnd();
    this.line.ask(this.conversation, this.turn, text);
  }

  /** The button that asked may be gone: focus goes to the box, or where a touch keyboard would pop up, to the answer. */
  keepFocus() {
    if (document.activeElement === this.composer.input) return;
    const touch = !matchMedia("(hover: hover)").matches;
    if (touch) this.answer.node.tabIndex = -1;
    (touch ? this.answer.node : this.composer.input).focus({ preventScroll: true });
  }

  onState(state) {
    if (!this.answer) return;
    const follow = this.atEnd();
    this.answer.sentences(state.sentences);
    this.num_asked = state.num_asked ?? this.num_asked;
    if (state.status === "answering") this.composer.sent();
    if (state.status === "done") this.done(state.message);
    else if (state.status === "stopped") this.stopped(state.message);
    else if (state.status === "failed") this.failed(state.error);
    else if (state.status === "gone") this.reopen(this.conversation);
    if (follow) this.toEnd();
  }

  done(message) {
    const answer = this.ended();
    if (message) answer.finish(message, true);
    else answer.settle();
  }

  stopped(message) {
    const answer = this.answer;
    if (message) answer.finish({ ...message, status: "stopped" }, true);
    else if (this.mode === "busy") answer.stopped();
    if (this.mode === "busy") this.status("Answer stopped");
    this.state("idle");
    this.composer.sent();
  }

  failed(error) {
    const answer = this.ended(true);
    const text = this.asked;
    if (error.kind === "input") {
      answer.fail(error.text, "Edit the message", () => (answer.node.remove(), this.composer.type(text)), "pen");
    } else {
      const wait = error.retry_after_s ? ` Try again in about ${Math.ceil(error.retry_after_s)} s.` : "";
      answer.fail(error.text + wait, "Try again", () => this.again(answer, text));
    }
  }

  ended(keepUnsent = false) {
    this.line.hang_up();
    if (!keepUnsent) this.composer.sent();
    this.state("idle");
    return this.answer;
  }

  onLost() {
    if (this.mode !== "busy") return;
    const follow = this.atEnd();
    const answer = this.ended(true);
    const sent = this.composer.unsent;
    answer.fail("The connection was interrupted. Your message is kept.", "Try again", () => this.recover(answer, sent));
    if (follow) this.toEnd();
  }

  /** After a lost connection: what the store has counts. Only a message that never arrived is asked again. */
  async recover(answer, sent) {
    if (this.mode !== "idle") return;
    try {
      const page = await call("open", { conversation: this.conversation, turn: sent?.turn });
      if (this.arrived(page, sent) || page.running) this.show(page);
      else this.again(answer, sent.text);
    } catch {
      // A server that is there but doesn't know this page any more (it was renewed): the page comes up afresh.
      if (await reachable()) location.reload();
      else answer.fail("The shop still can't be reached. Your message is kept.", "Try again", () => this.recover(answer, sent));
    }
  }

  stop() {
    if (this.mode !== "busy") return;
    this.composer.input.focus();
    call("stop", { conversation: this.conversation }).catch(() => this.onLost());
  }

  newChat() {
    this.line.hang_up();
    if (this.mode === "busy") call("stop", { conversation: this.conversation }).catch(() => {});
    for (const name of ["conversation", "votes"]) keep.set(name, null);
    this.composer.sent();
    this.open(null);
  }

  /** What a colleague wrote, as soon as it is there: anybody may be answered by a person at any time. */
  async news() {
    if (!this.talked || this.mode !== "idle" || document.hidden) return;
    const conversation = this.conversation;
    try {
      const { messages } = await call("news", { conversation, seen: this.seen });
      if (conversation !== this.conversation || this.mode !== "idle") return;
      const follow = this.atEnd();
      for (const message of messages) this.kept(message, [message], 0, null);
      this.seen += messages.length;
      if (messages.length && follow) this.toEnd();
    } catch {
      // The next question will say that the shop can't be reached.
    }
  }

  // --- small things --------------------------------------------------------------------------------------------

  async vote(id, value) {
    try {
      if (!(await call("vote", { conversation: this.conversation, message: id, vote: value }))) return false;
    } catch {
      this.status("Your vote could not be sent");
      return false;
    }
    votes.set(id, value);
    this.status("Thank you");
    return true;
  }

  async copy(button, text) {
    const copied = await copyText(text);
    this.status(copied ? "Copied" : "Could not copy");
    if (!copied) return;
    button.replaceChildren(icon("check"));
    setTimeout(() => button.replaceChildren(icon("copy")), 1600);
  }

  state(mode) {
    this.mode = mode;
    $(".br").dataset.state = mode;
    this.composer.state(mode);
  }

  status(text) {
    $(".br-status").textContent = "";
    requestAnimationFrame(() => ($(".br-status").textContent = text));
  }

  place(answer) {
    this.append(answer.node);
    return answer;
  }

  append(node) {
    $(".br-log").append(node);
  }

  atEnd() {
    const scroll = $(".br-scroll");
    return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  }

  toEnd() {
    const scroll = $(".br-scroll");
    scroll.scrollTop = scroll.scrollHeight;
  }

  wire() {
    setInterval(() => this.news(), NEWS_MS);
    $(".br-new").addEventListener("click", () => this.newChat());
    $(".br-latest").addEventListener("click", () => (this.toEnd(), this.composer.focus()));
    $(".br-scroll").addEventListener("scroll", () => ($(".br-latest").hidden = this.atEnd()), { passive: true });
  }
}

/** How many messages of the customer's are kept. */
function numAsked(page) {
  return page.messages.filter((message) => message.role === "customer").length;
}

new Chat();
