/** A queue of events. @module */

/** Collects the events of an engine, in order. */
export class EventList<Event> {
  #events: Event[] = [];

  push(event: Event): void {
    this.#events.push(event);
  }

  /** Returns the events since the last call. The caller owns them. */
  drain(): readonly Event[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }
}
