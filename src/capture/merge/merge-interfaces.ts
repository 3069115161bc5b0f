/** Maps the interfaces of sources to interfaces of a merge. @module */
import type { CaptureSource } from '../../base/frame.ts';
import type { CaptureInterface } from '../../pcap/index.ts';
import { RingSource } from '../ring/ring-source.ts';

/** Returns the first source of a fanout group: the group counts as one interface, the one of its first source. */
export function firstOfGroup(sources: readonly CaptureSource[], { fanoutId, interfaceName }: RingSource): RingSource {
  return sources.find(
    (source): source is RingSource =>
      source instanceof RingSource && source.fanoutId === fanoutId && source.interfaceName === interfaceName,
  ) as RingSource;
}

/** Numbers the interfaces of a source in the merge as their first frames arrive. */
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
