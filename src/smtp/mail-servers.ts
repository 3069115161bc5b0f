/** Finds the mail servers of a domain: MX, then addresses (RFC 5321, 5.1; RFC 7505). @module */
import { parseScopedAddress } from '../base/address.ts';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import type { Answer, Exchanger, LookupFailure, NameService } from './name-service.ts';

/** A mail exchanger and its addresses. */
export interface MailHost {
  readonly name: string;
  /** Lower is preferred; undefined for hosts without MX record. */
  readonly preference: number | undefined;
  readonly addresses: readonly string[];
  /** Why an address lookup has failed; the other family may have addresses. */
  readonly failure: LookupFailure | undefined;
}

/**
 * `null-mx`: the domain accepts no mail; `no-name`: it does not exist; `no-address`: no mail host has an address;
 * `timeout` and `failed`: the name server did not answer, or not properly.
 */
export type MailServersFailure = 'null-mx' | 'no-name' | 'no-address' | 'timeout' | 'failed';

export interface MailServers {
  readonly type: 'servers';
  /** As given. */
  readonly domain: string;
  /** `mx`: MX records; `implicit`: the domain itself has addresses but no MX; `given`: an address without a lookup. */
  readonly origin: 'mx' | 'implicit' | 'given';
  /** The most preferred first. */
  readonly hosts: readonly MailHost[];
  /** Number of hosts and addresses that exceed the limits and are left out. */
  readonly omitted: number;
  /** Undefined if there is at least one address. */
  readonly failure: MailServersFailure | undefined;
  /** The error of the failed lookup in words. */
  readonly detail: string | undefined;
  /** Duration of the lookups, in milliseconds. */
  readonly time: number;
}

export interface FindOptions {
  /** The only address to use; no lookup is made. */
  readonly address?: string;
  /** Uses addresses of this family only. */
  readonly family?: 4 | 6;
}

/** A domain with more than this is hostile, or not worth the sessions. */
const MAX_HOSTS = 32;
const MAX_ADDRESSES = 32;

/**
 * Looks up the servers of a domain, a host, or an address literal (`192.0.2.1`, `[2001:db8::1]`). The lookups of all hosts
 * run at the same time, each within the limit of the name service.
 */
export async function findMailServers(
  domain: string,
  parts: { readonly names: NameService; readonly clock: Clock },
  options: FindOptions = {},
): Promise<MailServers> {
  const startedAt = parts.clock.now();
  const literal = options.address ?? (/^\[(.*)\]$/.exec(domain)?.[1] ?? domain).replace(/^IPv6:/i, '');
  const found =
    parseScopedAddress(literal) === undefined
      ? await lookUp(domain, parts.names, options.family)
      : { origin: 'given' as const, hosts: [hostOf(options.address === undefined ? literal : domain, [literal])] };
  return {
    type: 'servers',
    domain,
    omitted: 0,
    failure: undefined,
    detail: undefined,
    ...found,
    time: parts.clock.now() - startedAt,
  };
}

type Found = Pick<MailServers, 'origin' | 'hosts'> & Partial<MailServers>;

async function lookUp(domain: string, names: NameService, family: 4 | 6 | undefined): Promise<Found> {
  const answer = await names.exchangers(domain);
  if ('failure' in answer) {
    const isAbsent = answer.failure === 'no-data' || answer.failure === 'no-name';
    if (!isAbsent) return { origin: 'mx', hosts: [], failure: failureOf(answer.failure), detail: answer.detail };
    return withAddresses('implicit', [{ exchange: domain, priority: 0 }], { names, family });
  }
  if (answer.length === 0) return withAddresses('implicit', [{ exchange: domain, priority: 0 }], { names, family });
  if (answer.every(({ exchange }) => exchange === '' || exchange === '.')) {
    return { origin: 'mx', hosts: [], failure: 'null-mx' };
  }
  return withAddresses('mx', answer, { names, family });
}

interface AddressLookup {
  readonly names: NameService;
  readonly family: 4 | 6 | undefined;
}

async function withAddresses(
  origin: 'mx' | 'implicit',
  exchangers: readonly Exchanger[],
  { names, family }: AddressLookup,
): Promise<Found> {
  const sorted = exchangers.toSorted((one, other) => one.priority - other.priority);
  const answers = await Promise.all(
    sorted.slice(0, MAX_HOSTS).map(async ({ exchange, priority }) => {
      const both = await Promise.all(
        ([4, 6] as const).map((each) =>
          family === undefined || family === each ? names.addresses(exchange, each) : ([] as const),
        ),
      );
      return { name: exchange, preference: origin === 'mx' ? priority : undefined, both };
    }),
  );
  const hosts = answers.map(({ name, preference, both }) => {
    const addresses = both.flatMap((answer) => ('failure' in answer ? [] : answer));
    return { ...hostOf(name, addresses.slice(0, MAX_ADDRESSES), preference), failure: worstFailure(both) };
  });
  const all = answers.flatMap(({ both }) => both.map((answer) => ('failure' in answer ? 0 : answer.length)));
  const kept = hosts.reduce((sum, { addresses }) => sum + addresses.length, 0);
  const omitted = Math.max(0, sorted.length - MAX_HOSTS) + all.reduce((sum, count) => sum + count, 0) - kept;
  if (kept > 0) return { origin, hosts, omitted };
  const failures = hosts.map(({ failure }) => failure);
  const detail = answers.flatMap(({ both }) => both.flatMap((one) => ('failure' in one ? one.detail : [])))[0];
  const isUnknown = origin === 'implicit' && failures.every((failure) => failure === 'no-name');
  const failure = isUnknown ? 'no-name' : (failures.map(transient).find((one) => one !== undefined) ?? 'no-address');
  return { origin, hosts, omitted, failure, ...defined({ detail }) };
}

function hostOf(name: string, addresses: readonly string[], preference?: number): MailHost {
  return { name, preference, addresses, failure: undefined };
}

/** A failure that may pass, before one that is final. */
function worstFailure(answers: readonly Answer<string>[]): LookupFailure | undefined {
  const failures = answers.flatMap((answer) => ('failure' in answer ? [answer.failure] : []));
  return failures.find((failure) => transient(failure) !== undefined) ?? failures[0];
}

function transient(failure: LookupFailure | undefined): 'timeout' | 'failed' | undefined {
  return failure === 'timeout' || failure === 'failed' ? failure : undefined;
}

function failureOf(failure: LookupFailure): MailServersFailure {
  return transient(failure) ?? 'no-address';
}
