/*
 * The keyboard: everything that a form needs, without the mouse. Shown on screen as it is listed here.
 * An answer leads on to the next item; after a digit that may be the first of two only when no second one comes.
 */
const SECOND_DIGIT_MS = 700;
const KEYS = [
  ["↑ ↓", "move"], ["Y N", "yes_no"], ["0–9", "digits"], ["← →", "step"], ["F", "full"], ["X", "na"],
  ["C", "comment"], ["M", "mark"], ["", "play"], ["[ ]", "jump"], ["S", "summary"], ["T", "tell"], ["Ctrl ↵", "submit"], ["Esc", "leave"],
];

class Keys {
  constructor(ctx) {
    this.ctx = ctx;
    this.listen = (event) => this.pressed(event);
    window.addEventListener("keydown", this.listen, true);
  }

  stop() {
    window.removeEventListener("keydown", this.listen, true);
  }

  pressed(event) {
    const { ctx } = this;
    if (!ctx.root.isConnected || event.altKey || event.isComposing) return;
    const target = event.composedPath()[0];
    const ours = ctx.root.contains(target);
    const writes = target instanceof Element && target.matches("input, textarea, select, [contenteditable=true]");
    if (!ours && (writes || (target instanceof Element && target.closest("a, button, [role=button], [role=dialog]")))) return;
    const done = event.ctrlKey || event.metaKey ? this.withControl(event) : writes ? this.writing(event, target) : this.free(event, target);
    if (!done) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  withControl(event) {
    if (event.key !== "Enter" || !this.ctx.draft.open) return false;
    this.ctx.askSubmit();
    return true;
  }

  /** While something is written only what leaves the field. */
  writing(event, target) {
    if (target.type === "file") return false;
    const leaves = event.key === "Escape" || (event.key === "Enter" && target.tagName === "INPUT");
    if (!leaves) return false;
    target.blur();
    this.ctx.current?.node.focus({ preventScroll: true });
    return true;
  }

  free(event, target) {
    const { ctx } = this;
    if (ctx.asking) return this.asking(event);
    clearTimeout(this.waiting);
    const pressing = target instanceof Element && target.matches("button, a") && ["Enter", " "].includes(event.key);
    if (pressing && !target.classList.contains("qs-chip")) return false;
    const act = this.moves(event.key) || (ctx.draft.open ? this.answers(event.key) : null);
    if (!act) return false;
    act();
    return true;
  }

  asking(event) {
    if (event.key === "Escape") return this.ctx.stopAsking(), true;
    return false;
  }

  moves(key) {
    const { ctx } = this;
    return {
      ArrowDown: () => ctx.next(1), j: () => ctx.next(1), J: () => ctx.next(1), Enter: () => ctx.next(1),
      ArrowUp: () => ctx.next(-1), k: () => ctx.next(-1), K: () => ctx.next(-1),
      " ": () => ctx.call.toggle(), "[": () => ctx.call.jump(-JUMP_S), "]": () => ctx.call.jump(JUMP_S),
    }[key];
  }

  answers(key) {
    const { ctx } = this;
    const row = ctx.current;
    const small = key.toLowerCase();
    if (small === "s") return () => ctx.summary.focus();
    if (small === "t") return () => ctx.tell.click();
    if (!row) return null;
    const { kind, na } = row.item;
    const onward = () => { if (!document.activeElement.matches("input, textarea")) ctx.next(1); };
    const answer = (value) => () => { row.set(value); onward(); };
    if (["yes_no", "fatal"].includes(kind) && small === "y") return answer("yes");
    if (["yes_no", "fatal"].includes(kind) && small === "n") return answer("no");
    if (na && small === "x") return answer("na");
    if (small === "c") return () => row.comment(false);
    if (small === "m") return () => row.comment(true);
    if (kind !== "fatal" && small === "f") return () => { row.full(); onward(); };
    if (["points", "scale"].includes(kind) && (key === "ArrowLeft" || key === "ArrowRight")) return () => row.move(key === "ArrowLeft" ? -1 : 1);
    if (/^[0-9.]$/.test(key)) return () => {
      const found = row.digit(key);
      if (found === "whole") onward();
      else if (found) this.waiting = setTimeout(onward, SECOND_DIGIT_MS);
    };
    if (key === "Backspace" || key === "Delete") return () => row.set("");
    return null;
  }
}
