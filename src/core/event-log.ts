/**
 * A log of typed events to which several listeners subscribe (a progress display, the run store).
 *
 * Every listener gets every event in the order of the log, also where a listener appends events itself. What a listener
 * throws reaches the caller of `append`, after all listeners got the event: a store that cannot write must stop the run.
 */

/** An event of one of the kinds of `Events`, a type that maps kinds to their payloads. */
export type LoggedEvent<Events, Kind extends keyof Events = keyof Events> = {
  [Each in Kind]: {
    /** Position in the log, from 0. */
    readonly sequence: number;
    readonly kind: Each;
    readonly payload: Events[Each];
  };
}[Kind];

/** Called with each event as it is logged. */
export type EventListener<Events> = (event: LoggedEvent<Events>) => void;

/** `new EventLog<{ progress: { done: number }; finished: null }>()` */
export class EventLog<Events extends object> {
  readonly #entries: LoggedEvent<Events>[] = [];
  readonly #listeners = new Set<{ readonly listen: EventListener<Events> }>();
  #delivered = 0;
  #delivering = false;

  /** Adds an event and tells all listeners. Throws what they throw (several as an AggregateError). */
  append<Kind extends keyof Events>(kind: Kind, payload: Events[Kind]): LoggedEvent<Events, Kind> {
    const event = { sequence: this.#entries.length, kind, payload } as LoggedEvent<Events, Kind>;
    this.#entries.push(event);
    if (!this.#delivering) this.#deliver();
    return event;
  }

  /** Calls `listen` for every event from now on. @returns a function that ends the subscription */
  subscribe(listen: EventListener<Events>): () => void {
    const listener = { listen };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** All events so far, or those of one kind, in order. */
  entries(): readonly LoggedEvent<Events>[];
  entries<Kind extends keyof Events>(kind: Kind): readonly LoggedEvent<Events, Kind>[];
  entries(kind?: keyof Events): readonly LoggedEvent<Events>[] {
    return kind === undefined ? [...this.#entries] : this.#entries.filter((event) => event.kind === kind);
  }

  #deliver(): void {
    const failures: unknown[] = [];
    this.#delivering = true;
    while (this.#delivered < this.#entries.length) {
      const event = this.#entries[this.#delivered++] as LoggedEvent<Events>;
      for (const { listen } of [...this.#listeners]) {
        try {
          listen(event);
        } catch (error) {
          failures.push(error);
        }
      }
    }
    this.#delivering = false;
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, `${failures.length} listeners of the event log failed`);
  }
}
