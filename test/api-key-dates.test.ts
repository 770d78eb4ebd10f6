import { afterEach, describe, expect, test } from 'vitest';
import { expiryOf, expiryWords, inputDate, lastDayBefore } from '../src/dashboard/api-keys/expiry.ts';
import { marksOf } from '../src/dashboard/api-keys/key-marks.ts';
import { withoutSecret } from '../src/dashboard/api-keys/without-secret.ts';
import { relativeTime } from '../src/dashboard/ui/relative-time.ts';

// Dates use the person's calendar and clock; Node applies a change of the time zone while it runs.
const here = process.env.TZ;
afterEach(() => {
  if (here === undefined) delete process.env.TZ;
  else process.env.TZ = here;
});

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const noon = new Date('2026-08-31T12:00:00Z');
const end = (choice: string, date = '', now = noon) => expiryOf(choice, date, now)?.toISOString();

describe('the expiry of a new key', () => {
  test('is the end of a day in the time zone of the person', () => {
    process.env.TZ = 'UTC';
    expect(end('date', '2026-12-31')).toBe('2026-12-31T23:59:59.999Z');
    process.env.TZ = 'America/Los_Angeles';
    expect(end('date', '2026-12-31')).toBe('2027-01-01T07:59:59.999Z');
    process.env.TZ = 'Pacific/Auckland';
    expect(end('date', '2026-12-31')).toBe('2026-12-31T10:59:59.999Z');
  });

  test('is the end of the day on days when the clocks change, at midnight too', () => {
    process.env.TZ = 'Europe/Berlin';
    expect(end('date', '2027-03-28')).toBe('2027-03-28T21:59:59.999Z');
    expect(end('date', '2026-10-25')).toBe('2026-10-25T22:59:59.999Z');
    // In Cairo the clocks skip the hour after midnight in spring, and repeat the one before it in autumn.
    process.env.TZ = 'Africa/Cairo';
    expect(end('date', '2026-04-23')).toBe('2026-04-23T21:59:59.999Z');
    expect(end('date', '2026-10-29')).toBe('2026-10-29T21:59:59.999Z');
  });

  test('counts days and months from today, and ends with a month that is shorter', () => {
    process.env.TZ = 'UTC';
    expect(end('30-days')).toBe('2026-09-30T23:59:59.999Z');
    expect(end('90-days')).toBe('2026-11-29T23:59:59.999Z');
    expect(end('6-months')).toBe('2027-02-28T23:59:59.999Z');
    expect(end('1-year')).toBe('2027-08-31T23:59:59.999Z');
    expect(end('1-year', '', new Date('2028-02-29T12:00:00Z'))).toBe('2029-02-28T23:59:59.999Z');
  });

  test('is null for "No expiry", and undefined while no date is chosen', () => {
    expect(expiryOf('none', '2026-12-31', noon)).toBeNull();
    expect(expiryOf('date', '', noon)).toBeUndefined();
  });
});

test('an expiry is shown as its day in the time zone of the person, with the time unless it is the end of the day', () => {
  process.env.TZ = 'America/Los_Angeles';
  expect(expiryWords(new Date('2027-01-01T07:59:59.999Z'))).toEqual({
    day: 'Dec 31, 2026',
    time: 'end of day',
  });
  expect(expiryWords(new Date('2027-01-01T17:05:00Z'))).toEqual({ day: 'Jan 1, 2027', time: '09:05' });
});

test('the first selectable day is today in the time zone of the person', () => {
  process.env.TZ = 'Pacific/Auckland';
  expect(inputDate(noon)).toBe('2026-09-01');
  process.env.TZ = 'America/Los_Angeles';
  expect(inputDate(new Date('2026-09-01T05:00:00Z'))).toBe('2026-08-31');
});

test('the last day of an earlier expiry ends no later than the key retires', () => {
  process.env.TZ = 'Asia/Tokyo';
  expect(lastDayBefore(new Date('2026-09-01T05:00:00Z'))).toBe('2026-08-31');
  expect(lastDayBefore(new Date('2026-09-01T14:59:59.999Z'))).toBe('2026-09-01');
  expect(lastDayBefore(new Date('2026-09-01T15:00:00Z'))).toBe('2026-09-01');
});

describe('a key is marked', () => {
  const ago = (ms: number) => new Date(noon.getTime() - ms).toISOString();
  const marks = (key: Partial<Parameters<typeof marksOf>[0]>) => {
    process.env.TZ = 'UTC';
    return marksOf(
      { status: 'ACTIVE', createdAt: ago(400 * DAY), lastUsedAt: noon.toISOString(), ...key },
      noon,
    ).map(({ text }) => text);
  };

  test('if it was never used in its first week', () => {
    expect(marks({ lastUsedAt: null })).toEqual(['Never used']);
    expect(marks({ lastUsedAt: null, createdAt: ago(7 * DAY) })).toEqual(['Never used']);
    expect(marks({ lastUsedAt: null, createdAt: ago(6 * DAY) })).toEqual([]);
    expect(marks({})).toEqual([]);
  });

  test('if it has a successor: when it retires and its last use, until only the successor is used', () => {
    const rotated = {
      successor: { status: 'ACTIVE' },
      expiresAt: new Date(noon.getTime() + DAY + 2 * HOUR).toISOString(),
    };
    expect(marks({ ...rotated, lastUsedAt: ago(180_000) })).toEqual([
      'Retires tomorrow 14:00 · last used 3 minutes ago',
    ]);
    expect(marks({ ...rotated, lastUsedAt: null })).toEqual(['Retires tomorrow 14:00 · never used']);
    const stillUsed = { ...rotated, successorUsedAt: ago(5 * HOUR), lastUsedAt: ago(4 * HOUR) };
    expect(marks(stillUsed)).toEqual(['Retires tomorrow 14:00 · last used 4 hours ago']);
    const unused = { ...stillUsed, lastUsedAt: ago(6 * HOUR) };
    expect(marks(unused)).toEqual(['Not used since its successor: safe to revoke']);
    // Another host of the program may still use it.
    expect(marks({ ...unused, successorUsedAt: ago(HOUR - 1000) })).toEqual([
      'Retires tomorrow 14:00 · last used 6 hours ago',
    ]);
    expect(marks({ ...unused, successor: { status: 'REVOKED' } })).toEqual(['Expires tomorrow']);
    expect(marks({ ...unused, status: 'REVOKED' })).toEqual([]);
  });

  test('if it was unused for 90 days', () => {
    expect(marks({ lastUsedAt: '2026-06-03T12:00:00Z' })).toEqual([]);
    expect(marks({ lastUsedAt: '2026-06-02T12:00:00Z' })).toEqual(['Unused for 90 days']);
  });

  test('if it expires within 14 days', () => {
    expect(marks({ expiresAt: '2026-09-15T23:59:59Z' })).toEqual([]);
    expect(marks({ expiresAt: '2026-09-14T23:59:59Z' })).toEqual(['Expires in 14 days']);
    expect(marks({ expiresAt: '2026-09-01T23:59:59Z' })).toEqual(['Expires tomorrow']);
    expect(marks({ expiresAt: '2026-08-31T23:59:59Z' })).toEqual(['Expires today']);
  });

  test('if its revocation is rehearsed, and if it breaks the policy and does not retire anyway', () => {
    const rehearsalUntil = '2026-08-31T12:05:00Z';
    const broken = { brokenPolicyRules: ['EXPIRY_REQUIRED'] };
    expect(marks({ rehearsalUntil, ...broken })).toEqual(['Rehearsed until 12:05', 'Breaks the policy']);
    expect(marks({ rehearsalUntil: '2026-08-31T12:00:00Z', brokenPolicyRules: [] })).toEqual([]);
    expect(marks({ rehearsalUntil, ...broken, successor: { status: 'ACTIVE' }, lastUsedAt: null })).toEqual([
      'Rehearsed until 12:05',
      'Replaced · never used',
    ]);
  });

  test('only if it still works', () => {
    for (const status of ['REVOKED', 'EXPIRED']) {
      const brokenPolicyRules = ['EXPIRY_REQUIRED'];
      expect(
        marks({ status, lastUsedAt: null, expiresAt: '2026-08-01T00:00:00Z', brokenPolicyRules }),
      ).toEqual([]);
    }
  });
});

test('a past time is shown in its largest unit, and one in the future, from a wrong clock, as now', () => {
  const ago = (seconds: number) => relativeTime(new Date(noon.getTime() - seconds * 1000), noon);
  expect([-5, 59, 60, 7200, 86_400, 40 * 86_400, 800 * 86_400].map(ago)).toEqual([
    'just now',
    'just now',
    '1 minute ago',
    '2 hours ago',
    '1 day ago',
    '1 month ago',
    '2 years ago',
  ]);
});

test('of a pasted raw key, whatever is around it, only its prefix is searched', () => {
  const rawKey = `sk_${'aB3'.repeat(15)}x`;
  for (const text of [
    rawKey,
    ` ${rawKey}\n`,
    `Authorization: Api-Key ${rawKey}`,
    `"${rawKey.slice(0, 30)}`,
  ]) {
    expect(withoutSecret(text)).toBe('sk_aB3aB3aB3');
  }
  for (const text of ['', 'LIMS', 'sk_aB3', 'sk_aB3aB3aB3']) expect(withoutSecret(text)).toBe(text);
});
