// The line to the server: Gradio events and calls, and the certainty that a question either is answered or says that it
// isn't. Every state of an answer comes whole, so a missed one costs nothing; silence for too long is a lost connection.

const SILENCE_MS = 12000;
const CALL_MS = 15000;

/** A call to the server that fails rather than hang. */
function call(name, data) {
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error("no answer to " + name)), CALL_MS));
  return Promise.race([server[name](data), late]);
}

/** Follows one turn at a time: `ask(conversation, turn, text)`; a null text picks up a turn that is under way. */
class Line {
  constructor(onstate, onlost) {
    this.onstate = onstate;
    this.onlost = onlost;
    this.turn = null;
    this.timer = null;
    watch("value", () => this.receive(props.value));
  }

  ask(conversation, turn, text) {
    this.turn = turn;
    this.listen();
    trigger("ask", { conversation, turn, text });
  }

  receive(state) {
    if (!state || state.turn !== this.turn) return;
    this.listen();
    const ended = !["thinking", "answering"].includes(state.status);
    if (ended) clearTimeout(this.timer);
    this.onstate(state);
  }

  listen() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.onlost(), SILENCE_MS);
  }

  hang_up() {
    clearTimeout(this.timer);
    this.turn = null;
  }
}
