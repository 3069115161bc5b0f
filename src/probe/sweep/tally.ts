/** Counts what a sweep found: each address and each port once. @module */
import { NumberSet } from '../number-set.ts';

/** State of an address; with several ports, of the port that says most about it. In ascending order. */
const STATES = ['silent', 'unreachable', 'alive'] as const;
type AddressState = (typeof STATES)[number];

export class SweepTally {
  /** Number of addresses in each state. */
  readonly addresses: Record<AddressState, number> = { silent: 0, unreachable: 0, alive: 0 };
  readonly #sets = { silent: new NumberSet(), unreachable: new NumberSet(), alive: new NumberSet() };

  /**
   * Records a result for an address. A better one replaces the result of another port.
   * @returns true if the address was not in this state before
   */
  add(address: number, state: AddressState): boolean {
    const known = STATES.findLast((each) => this.#sets[each].has(address));
    if (known !== undefined && STATES.indexOf(known) >= STATES.indexOf(state)) return false;
    if (known !== undefined) this.addresses[known] -= 1;
    this.#sets[state].add(address);
    this.addresses[state] += 1;
    return true;
  }
}
