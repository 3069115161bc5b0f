/** What a live capture says about its filter before it runs. @module */
import { expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import type { CaptureDevice } from '../../src/capture/device.ts';
import { compileLive } from '../../src/capture/live-filter.ts';

const device = { linkType: LinkType.ethernet, netmask: undefined } as CaptureDevice;

test('a filter that no frame can match is reported', () => {
  const warnings: string[] = [];
  const onWarning = (message: string): number => warnings.push(message);
  expect(compileLive(device, 96, { filter: 'len > 9 and less 8', onWarning })).toHaveLength(1);
  expect(compileLive(device, 96, { filter: 'udp or ip and vlan', onWarning })).not.toHaveLength(0);
  expect(warnings).toEqual(['"len > 9" and "less 8" exclude each other; no packet can match this filter']);
});
