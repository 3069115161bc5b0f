/** Which interface of a merge the frames of a source belong to. @module */
import type { CaptureSource } from '../../base/frame.ts';
import type { CaptureInterface } from '../../pcap/index.ts';
import { RingSource } from '../ring/ring-source.ts';

/** Sources of one fanout group are one interface, that of the first of them. */
export function firstOfGroup(sources: readonly CaptureSource[], { fanoutId, interfaceName }: RingSource): RingSource {
  return sources.find(
    (source): source is RingSource =>
      source instanceof RingSource && source.fanoutId === fanoutId && source.interfaceName === interfaceName,
  ) as RingSource;
}

/** Gives each interface of a source its number in the merge when its first frame comes. */
export function numberingOf(source: CaptureSource, interfaces: CaptureInterface[]): (interfaceIndex: number) => number {
  const numbers: number[] = [];
  const described = (source as { readonly interfaces?: readonly CaptureInterface[] }).interfaces;
  const { linkType, snapLength } = source;
  return (interfaceIndex) => {
    const place = described === undefined ? 0 : interfaceIndex;
    for (let next = numbers.length; next <= place; next += 1) {
      numbers.push(interfaces.length);
      interfaces.push(described?.[next] ?? { linkType, snapLength });
    }
    return numbers[place] as number;
  };
}
