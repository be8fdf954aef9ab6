/*
 * Slides: where a site has more queues or seats than the wall has places, they take turns. A slide on
 * which a limit is passed comes forward; with nothing passed they go round.
 */
const MIN_DWELL_S = 3;

class Slides {
  constructor(ctx) {
    Object.assign(this, { ctx, index: 0, since: 0, known: new Set(), queueSlides: [[]], seatSlides: [[]] });
  }

  get total() {
    return Math.max(this.queueSlides.length, this.seatSlides.length);
  }

  queues() {
    return this.queueSlides[this.index % this.queueSlides.length];
  }

  seats() {
    return this.seatSlides[this.index % this.seatSlides.length];
  }

  /** Deals queues and seats anew. */
  deal() {
    const { state, own } = this.ctx;
    const perSlide = Math.min(QUEUE_ROWS, own.limits.queues_per_slide);
    const rowsPerSlide = Math.max(1, Math.min(SEAT_ROWS, Math.ceil(own.limits.seats_per_slide / SEAT_COLUMNS)));
    this.queueSlides = pages(state.queues, perSlide);
    this.seatSlides = pages(seatRows(state.seats, rowsPerSlide), rowsPerSlide);
    if (this.index >= this.total) this.index = 0;
  }

  /** Whether a limit is passed by something that only this slide shows. */
  fires(index, at) {
    const only = (slides) => (slides.length > 1 ? slides[index % slides.length] : []);
    const seats = only(this.seatSlides).flat();
    const queues = only(this.queueSlides);
    return queues.some((queue) => queueFires(this.ctx, queue)) || seats.some((seat) => seatFires(this.ctx, seat, at));
  }

  /** Turns to another slide when it is time; true if it did. `now`: the clock, `at`: as the data stand. */
  turn(now, at) {
    this.since = this.since || now;
    if (this.total < 2) return false;
    const firing = range(this.total).filter((index) => this.fires(index, at));
    const fresh = firing.find((index) => index !== this.index && !this.known.has(index));
    const dwell = now - this.since;
    if (fresh !== undefined && dwell < MIN_DWELL_S) return false;
    this.known = new Set(firing);
    return this.show(fresh ?? (dwell < this.ctx.own.limits.slide_s ? this.index : this.next(firing)), now);
  }

  /** After a quiet slide the next firing one, if any; after a firing one simply the next. */
  next(firing) {
    const order = range(this.total - 1).map((step) => (this.index + 1 + step) % this.total);
    const pulled = firing.includes(this.index) ? undefined : order.find((index) => firing.includes(index));
    return pulled ?? order[0];
  }

  show(index, now) {
    if (index === this.index) return false;
    Object.assign(this, { index, since: now });
    return true;
  }
}

const range = (n) => Array.from({ length: n }, (_, index) => index);

/** A list in pages of `size`; at least one page, if an empty one. */
function pages(list, size) {
  return range(Math.max(1, Math.ceil(list.length / size))).map((page) => list.slice(page * size, (page + 1) * size));
}
