/** The expected description of the interface of a lab's left host. @module */
import type { NetworkInterface } from '../../src/inspect/interface.ts';

export const LAB_WIRE: NetworkInterface = {
  name: 'eth0',
  index: 2,
  state: 'up',
  flags: ['up', 'broadcast', 'running', 'multicast', 'lowerUp'],
  operationalState: 'up',
  carrier: true,
  mac: '02:00:00:00:00:01',
  mtu: 1500,
  hardwareType: 1,
  linkType: 1,
  linkTypeName: 'EN10MB',
  kind: 'veth',
  parent: undefined, // the other end is in another namespace
  master: undefined,
  vlanId: undefined,
  addresses: [
    { address: '10.1.1.1', prefixLength: 24, family: 4, scope: 'global', tentative: false },
    { address: 'fd00:1::1', prefixLength: 64, family: 6, scope: 'global', tentative: false },
  ],
};
