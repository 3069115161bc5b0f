/** The user behind sudo(8) and doas(1), from the variables that their manual pages document. */
import { expect, test } from 'vitest';
import { invokingUser, namedUser } from '../../../src/cli/confinement/target-user.ts';

test.each([
  ['no variables', {}],
  ['root under sudo', { SUDO_UID: '0', SUDO_GID: '0', SUDO_USER: 'root' }],
  ['root under doas', { DOAS_USER: 'root' }],
  ['an unknown user under doas', { DOAS_USER: 'no-such-user' }],
  ['a group that is missing', { SUDO_UID: '1234', SUDO_USER: 'alice' }],
  ['a user that is no number', { SUDO_UID: '-1', SUDO_GID: '1' }],
  ['the ID that means unchanged', { SUDO_UID: '4294967295', SUDO_GID: '1' }],
  ['a number that is too large', { SUDO_UID: '4294967296', SUDO_GID: '1' }],
  ['an empty number', { SUDO_UID: '', SUDO_GID: '' }],
])('none: %s', (_name, environment) => {
  expect(invokingUser(environment)).toBeUndefined();
});

test('sudo gives numbers, also for users that the system does not know', () => {
  const variables = { SUDO_UID: '61234', SUDO_GID: '61235', SUDO_USER: 'no-such-user' };
  expect(invokingUser(variables)).toEqual({ name: 'no-such-user', uid: 61_234, gid: 61_235, groups: [61_235] });
});

test('a name that belongs to another number does not lend its groups', () => {
  const variables = { SUDO_UID: '61234', SUDO_GID: '61235', SUDO_USER: 'root' };
  expect(invokingUser(variables)).toMatchObject({ uid: 61_234, gid: 61_235, groups: [61_235] });
});

test('doas gives a name', () => {
  expect(invokingUser({ DOAS_USER: 'daemon' })).toMatchObject({ name: 'daemon', uid: namedUser('daemon').uid });
});

test('an unknown user of -Z is an error', () => {
  expect(() => namedUser('no-such-user')).toThrow('-Z: there is no user "no-such-user"');
  expect(() => namedUser('root\0')).toThrow('-Z: there is no user');
});
