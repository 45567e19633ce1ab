// The chat: what the page is doing, and what the customer's keys and buttons do. One object owns all of it.

const $ = (selector) => element.querySelector(selector);

class Chat {
  constructor() {
    this.conversation = null;
    this.answer = null;
    this.asked = "";
    this.turn = null;
    this.max_chars = 2000;
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
      this.show(await call("open", { conversation }));
    } catch {
      const answer = this.place(new Answer(this.tools));
      answer.fail("The shop can't be reached at the moment.", "Try again", () => this.reopen(conversation));
      this.state("offline");
    }
    document.getElementById("br-skeleton")?.remove();
  }

  reopen(conversation) {
    $(".br-log").replaceChildren();
    return this.open(conversation);
  }

  show(page) {
    this.conversation = page.conversation;
    this.max_chars = page.max_chars;
    keep.set("conversation", page.conversation);
    $(".br-name").textContent = page.shop;
    document.title = page.shop;
    const log = $(".br-log");
    log.setAttribute("aria-live", "off");
    log.replaceChildren();
    this.place(new Answer(this.tools)).sentences([page.greeting]);
    log.lastChild.classList.add("br-greeting");
    page.messages.forEach((message, index) => this.kept(message, page.messages, index, page.running));
    this.examples(page.messages.length || page.running ? [] : page.examples);
    this.state("idle");
    if (page.running) keep.set("unsent", null);
    this.restoreUnsent(page.messages);
    if (page.running) this.follow(page.running);
    this.toEnd();
    setTimeout(() => log.setAttribute("aria-live", "polite"), 100);
    if (matchMedia("(hover: hover)").matches) $(".br-input").focus({ preventScroll: true });
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
    if (last) answer.fail("This message wasn't answered yet.", "Ask again", () => (answer.node.remove(), this.begin(text)));
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

  /** Asks for the answer to a message that is on the page already. */
  begin(text) {
    if (this.mode !== "idle") return;
    for (const button of element.querySelectorAll(".br-retry")) button.remove();
    this.asked = text;
    keep.set("unsent", text);
    this.turn = randomKey();
    this.answer = this.place(new Answer(this.tools)).waiting();
    this.state("busy");
    this.keepFocus();
    this.toEnd();
    this.line.ask(this.conversation, this.turn, text);
  }

  /** The button that asked may be gone: focus goes to the box, or where a touch keyboard would pop up, to the answer. */
  keepFocus() {
    const input = $(".br-input");
    if (document.activeElement === input) return;
    const touch = !matchMedia("(hover: hover)").matches;
    if (touch) this.answer.node.tabIndex = -1;
    (touch ? this.answer.node : input).focus({ preventScroll: true });
  }

  onState(state) {
    if (!this.answer) return;
    const follow = this.atEnd();
    this.answer.sentences(state.sentences);
    if (state.status === "answering") keep.set("unsent", null);
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
    keep.set("unsent", null);
  }

  failed(error) {
    const answer = this.ended(true);
    const text = this.asked;
    const drop = () => answer.node.remove();
    if (error.kind === "input") {
      answer.fail(error.text, "Edit the message", () => (drop(), this.type(text)), "pen");
    } else {
      const wait = error.retry_after_s ? ` Try again in about ${Math.ceil(error.retry_after_s)} s.` : "";
      answer.fail(error.text + wait, "Try again", () => (drop(), this.begin(text)));
    }
  }

  ended(keepUnsent = false) {
    this.line.hang_up();
    if (!keepUnsent) keep.set("unsent", null);
    this.state("idle");
    return this.answer;
  }

  onLost() {
    if (this.mode !== "busy") return;
    const answer = this.ended(true);
    answer.fail("The connection was interrupted. Your message is kept.", "Try again", () => this.recover(answer));
  }

  /** After a lost connection: what the store has counts. Only a message that never arrived is asked again. */
  async recover(answer) {
    const text = this.asked;
    try {
      const page = await call("open", { conversation: this.conversation });
      const arrived = page.running || page.messages.some((message) => message.role === "customer" && message.text === text);
      answer.node.remove();
      if (arrived) this.show(page);
      else this.begin(text);
    } catch {
      // A server that is there but doesn't know this page any more (it was renewed): the page comes up afresh.
      if (await reachable()) location.reload();
      else answer.fail("The shop still can't be reached. Your message is kept.", "Try again", () => this.recover(answer));
    }
  }

  stop() {
    if (this.mode !== "busy") return;
    $(".br-input").focus();
    call("stop", { conversation: this.conversation }).catch(() => this.onLost());
  }

  newChat() {
    this.line.hang_up();
    if (this.mode === "busy") call("stop", { conversation: this.conversation }).catch(() => {});
    for (const name of ["conversation", "unsent", "votes"]) keep.set(name, null);
    this.open(null);
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

  type(text) {
    const input = $(".br-input");
    input.value = text;
    this.grow();
    input.focus();
  }

  /** A message that never got through before the page was closed goes back into the box. */
  restoreUnsent(messages) {
    const unsent = keep.get("unsent");
    const arrived = messages.some((message) => message.role === "customer" && message.text === unsent);
    this.type(unsent && !arrived ? unsent : keep.get("draft") || "");
  }

  grow() {
    const input = $(".br-input");
    input.style.height = "auto";
    input.style.height = Math.min(input.scrollHeight, 168) + "px";
    const left = this.max_chars - input.value.length;
    $(".br-count").textContent = left < 0 ? `${-left} characters too many` : left < 200 ? `${left} characters left` : "";
    $(".br-send").disabled = !input.value.trim() || left < 0 || this.mode === "loading";
  }

  state(mode) {
    this.mode = mode;
    $(".br").dataset.state = mode;
    $(".br-stop").hidden = mode !== "busy";
    $(".br-send").hidden = mode === "busy";
    this.grow();
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

  send() {
    const input = $(".br-input");
    if (this.mode !== "idle" || $(".br-send").disabled) return;
    const text = input.value;
    keep.set("draft", null);
    input.value = "";
    this.ask(text);
    this.grow();
    input.focus();
  }

  wire() {
    const input = $(".br-input");
    $(".br-compose").addEventListener("submit", (event) => (event.preventDefault(), this.send()));
    input.addEventListener("input", () => (keep.set("draft", input.value), this.grow()));
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send();
    });
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.stop());
    $(".br-stop").addEventListener("click", () => this.stop());
    $(".br-new").addEventListener("click", () => this.newChat());
    $(".br-skip").addEventListener("click", (event) => (event.preventDefault(), input.focus()));
    $(".br-latest").addEventListener("click", () => (this.toEnd(), input.focus()));
    $(".br-scroll").addEventListener("scroll", () => ($(".br-latest").hidden = this.atEnd()), { passive: true });
  }
}

new Chat();
