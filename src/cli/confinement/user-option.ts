/** `-Z`. @module */
import { optionGroup } from '../option-group.ts';

/** Declares `-Z` with its long name of tcpdump. */
export function userOption(group: string) {
  return optionGroup(group).value(
    'user to continue as once the sockets are open; root remains root and keeps rights to files only',
    { alias: 'relinquish-privileges', defaultDescription: 'the user of sudo or doas, or nobody, if files permit' },
  );
}
