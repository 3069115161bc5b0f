/** Reports that wait to be handed over. @module */

/** What an engine has to tell, in order. */
export class EventList<Event> {
  #events: Event[] = [];

  push(event: Event): void {
    this.#events.push(event);
  }

  /** All since the last call; they are the caller's. */
  drain(): readonly Event[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }
}
