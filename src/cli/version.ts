/** The version of tapline. @module */

/** Defined by scripts/bundle.mjs. */
declare const TAPLINE_VERSION: string;

/** Returns the version in package.json. */
export function taplineVersion(): string {
  return TAPLINE_VERSION;
}
