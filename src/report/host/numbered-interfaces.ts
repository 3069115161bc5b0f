/** The list of `tapline capture -D`, in the form of tcpdump. @module */
import { printable } from '../../base/text.ts';
import type { NumberedInterface } from '../../inspect/index.ts';

/** Returns lines such as `1.eth0 [Up, Running, Connected]`. */
export function formatNumberedInterfaces(numbered: readonly NumberedInterface[]): string {
  return numbered.map((each) => `${each.number}.${printable(each.name)} ${describe(each)}\n`).join('');
}

function describe({ details }: NumberedInterface): string {
  if (details === undefined) return '(Pseudo-device that captures on all interfaces) [Up, Running]';
  const { state, flags } = details;
  const isLoopback = flags.includes('loopback');
  const words = [
    ...(state === 'down' ? ['none'] : ['Up']),
    ...(state === 'up' ? ['Running'] : []),
    ...(isLoopback ? ['Loopback'] : [state === 'up' ? 'Connected' : 'Disconnected']),
  ];
  return `[${words.join(', ')}]`;
}
