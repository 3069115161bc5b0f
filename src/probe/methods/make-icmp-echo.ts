/** Echo methods with a nonce from the system's random numbers. @module */
import { EchoMethod, type EchoMethodOptions } from './icmp-echo.ts';

/**
 * An echo method with a nonce from the system's random numbers.
 * @param target an address, whose family is taken, or all options
 */
export function echoMethod(
  target: string | (Omit<EchoMethodOptions, 'nonce'> & { readonly nonce?: number }),
): EchoMethod {
  const options = typeof target === 'string' ? ({ family: target.includes(':') ? 6 : 4 } as const) : target;
  return new EchoMethod({ nonce: randomNonce(), ...options });
}

/** 32 bits that nobody can guess. */
export function randomNonce(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
