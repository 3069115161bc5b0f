/** The smallest lab, used by the demo, most tests and the benches. @module */
import type { LabPlan } from './plan.ts';

export interface TwoHostsOptions {
  readonly mtu?: number;
  readonly staticNeighbours?: boolean;
  readonly offload?: boolean;
}

/**
 * `left` (10.1.1.1, fd00:1::1, 02:00:00:00:00:01) and `right` (10.1.1.2, fd00:1::2, 02:00:00:00:00:02) on one wire; the
 * interface is `eth0` on both.
 */
export function twoHosts(options: TwoHostsOptions = {}): LabPlan {
  return {
    hosts: [{ name: 'left' }, { name: 'right' }],
    wires: [
      {
        ...options,
        ends: [
          { host: 'left', interface: 'eth0', addresses: ['10.1.1.1/24', 'fd00:1::1/64'] },
          { host: 'right', interface: 'eth0', addresses: ['10.1.1.2/24', 'fd00:1::2/64'] },
        ],
      },
    ],
  };
}
