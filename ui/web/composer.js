// The message box: what is typed, how long it may be, sending and stopping, and that nothing typed is ever lost.

/** `onsend(text)` takes a message; `onstop()` ends the answer. What was typed but not sent is kept by the browser. */
class Composer {
  constructor(onsend, onstop) {
    this.onsend = onsend;
    this.onstop = onstop;
    this.max_chars = 2000;
    this.mode = "loading";
    this.input = $(".br-input");
    this.unsent = Composer.kept();
    this.wire();
  }

  /** What the page before this one had sent, and doesn't know to have got through. */
  static kept() {
    try {
      return JSON.parse(keep.get("unsent"));
    } catch {
      return null;
    }
  }

  get empty() {
    return !this.input.value.trim();
  }

  /** "idle" can send, "busy" can stop, "loading" and "offline" can only be typed into. */
  state(mode) {
    this.mode = mode;
    $(".br-stop").hidden = mode !== "busy";
    $(".br-send").hidden = mode === "busy";
    this.grow();
  }

  type(text) {
    this.input.value = text;
    this.grow();
    this.input.focus();
  }

  /** Puts back what was typed before the page went: a message that never got through, or else a draft. */
  restore() {
    this.input.value = this.unsent?.text || keep.get("draft") || "";
    this.grow();
  }

  /** A message `{text, turn, num_before}` is on its way: it is kept until the server is known to have it (`sent`). */
  sending(message) {
    this.unsent = message;
    keep.set("unsent", JSON.stringify(message));
  }

  sent() {
    this.unsent = null;
    keep.set("unsent", null);
  }

  focus() {
    this.input.focus({ preventScroll: true });
  }

  grow() {
    const { input } = this;
    input.style.height = "auto";
    input.style.height = Math.min(input.scrollHeight, 168) + "px";
    const left = this.max_chars - input.value.length;
    $(".br-count").textContent = left < 0 ? `${-left} characters too many` : left < 200 ? `${left} characters left` : "";
    $(".br-send").disabled = this.empty || left < 0 || this.mode === "loading" || this.mode === "offline";
  }

  send() {
    if (this.mode !== "idle" || $(".br-send").disabled) return;
    const text = this.input.value;
    keep.set("draft", null);
    this.input.value = "";
    this.onsend(text);
    this.grow();
    this.input.focus();
  }

  wire() {
    $(".br-compose").addEventListener("submit", (event) => (event.preventDefault(), this.send()));
    this.input.addEventListener("input", () => (keep.set("draft", this.input.value), this.grow()));
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send();
    });
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.onstop());
    $(".br-stop").addEventListener("click", () => this.onstop());
    $(".br-skip").addEventListener("click", (event) => (event.preventDefault(), this.input.focus()));
  }
}
