// The line to the server: Gradio events and calls, and the certainty that a question either is answered or says that it
// isn't. Every state of an answer comes whole, so a missed one costs nothing; silence for too long is a lost connection.

const DOUBT_MS = 4000;
const SILENCE_MS = 12000;
const CALL_MS = 15000;

/** A call to the server that fails rather than hang. */
function call(name, data) {
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error("no answer to " + name)), CALL_MS));
  return Promise.race([server[name](data), late]);
}

/** Whether the server can be reached at all. */
async function reachable() {
  try {
    return (await fetch(document.baseURI, { method: "HEAD", cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

/** Follows one turn at a time: `ask(conversation, turn, text)`; a null text picks up a turn that is under way. */
class Line {
  constructor(onstate, onlost) {
    this.onstate = onstate;
    this.onlost = onlost;
    this.turn = null;
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
    if (ended) this.rest();
    this.onstate(state);
  }

  listen() {
    this.rest();
    const turn = this.turn;
    this.doubt = setTimeout(async () => !(await reachable()) && turn === this.turn && this.lost(), DOUBT_MS);
    this.silence = setTimeout(() => this.lost(), SILENCE_MS);
  }

  lost() {
    this.hang_up();
    this.onlost();
  }

  rest() {
    clearTimeout(this.doubt);
    clearTimeout(this.silence);
  }

  hang_up() {
    this.rest();
    this.turn = null;
  }
}
