/*
 * The line to the hub: one websocket, reconnected for ever, with the server clock's offset measured
 * by ping and pong. A line that is silent for SILENT_MS counts as dead (a cut cable sends no word).
 */
const SILENT_MS = 6000;
const PING_MS = 10000;
const FAST_S = 1.5; // a message from so far ahead: the floor's clock runs faster than ours (a replay)
const BACKOFF_MS = [300, 700, 1500, 3000, 5000];

class Link {
  /** `onMessage(message)` gets every hub message; `onState()` is called when the line goes up or down. */
  constructor(url, onMessage, onState) {
    Object.assign(this, { url, onMessage, onState, socket: null, closed: false, heardAt: 0, pingAt: 0 });
    this.state = { up: false, since: Date.now() / 1000, retries: 0, retryAt: 0 };
    this.offset = null; // server clock minus ours, seconds
    this.bestTrip = Infinity;
    this.watch = setInterval(() => this.check(), 1000);
    this.open();
  }

  /** The server's clock now, UTC epoch seconds; ours until it is known. */
  now() {
    return Date.now() / 1000 + (this.offset ?? 0);
  }

  open() {
    if (this.closed) return;
    this.heardAt = Date.now();
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => this.ping();
    socket.onmessage = (event) => socket === this.socket && this.hear(event.data);
    socket.onclose = () => socket === this.socket && this.lost();
  }

  hear(data) {
    this.heardAt = Date.now();
    const message = JSON.parse(data);
    if (message.t === "pong") return this.measure(message);
    if (this.offset === null || message.now - this.now() > FAST_S) this.offset = message.now - Date.now() / 1000;
    if (!this.state.up) this.change({ up: true, retries: 0, retryAt: 0 });
    this.onMessage(message);
  }

  /** The shortest trip gives the truest offset; it is forgotten slowly so that a stepped clock is followed. */
  measure({ c, now }) {
    const trip = Date.now() - c;
    this.bestTrip = this.bestTrip * 1.5 + 5;
    if (trip > this.bestTrip && Math.abs(now - this.now()) < 1) return;
    this.bestTrip = trip;
    this.offset = now - (c + trip / 2) / 1000;
  }

  ping() {
    this.pingAt = Date.now();
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify({ t: "ping", c: Date.now() }));
    }
  }

  check() {
    if (this.timer) return;
    if (Date.now() - this.heardAt > SILENT_MS) this.drop();
    else if (Date.now() - this.pingAt > PING_MS) this.ping();
  }

  /** Gives the line up and takes a new one: a new line starts with a full message. */
  drop() {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.lost();
  }

  lost() {
    if (this.closed || this.timer) return;
    const retries = this.state.retries + 1;
    const wait = BACKOFF_MS[Math.min(retries, BACKOFF_MS.length) - 1] * (0.8 + 0.4 * Math.random());
    this.change({ up: false, retries, retryAt: Date.now() / 1000 + wait / 1000 });
    this.timer = setTimeout(() => ((this.timer = null), this.open()), wait);
  }

  change(next) {
    const since = next.up === this.state.up ? this.state.since : Date.now() / 1000;
    this.state = { ...this.state, ...next, since };
    this.onState();
  }

  close() {
    this.closed = true;
    clearInterval(this.watch);
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}
