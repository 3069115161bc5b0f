/** The error for a target that routing does not reach. @module */
import { StackError } from '../base/errors.ts';

/** @param target the address as text */
export function noRouteError(target: string, cause: unknown): StackError {
  return new StackError('NO_ROUTE', `no route to ${target}; add one, or choose an interface with -I`, { cause });
}
