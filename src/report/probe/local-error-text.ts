/** Formats the error of a probe that this machine did not send. @module */

/** The texts of strerror(3). */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EHOSTDOWN: 'Host is down',
  EHOSTUNREACH: 'No route to host',
  EINVAL: 'Invalid argument',
  EMSGSIZE: 'Message too long',
  ENETDOWN: 'Network is down',
  ENETUNREACH: 'Network is unreachable',
  ENOBUFS: 'No buffer space available',
  EPERM: 'Operation not permitted',
};

/** Returns `Message too long, mtu=1400` and the like. */
export function localErrorText(errorName: string, mtu: number | undefined): string {
  const words = WORDS[errorName] ?? errorName;
  return mtu === undefined ? words : `${words}, mtu=${mtu}`;
}
