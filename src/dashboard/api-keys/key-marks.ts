import { relativeTime, shortDay } from '../ui/relative-time.ts';
import { daysBetween } from './expiry.ts';

/** The fields of a key that determine its marks. */
interface Key {
  status: string;
  createdAt: string;
  lastUsedAt?: string | null | undefined;
  expiresAt?: string | null | undefined;
  successor?: { status: string } | null | undefined;
  successorUsedAt?: string | null | undefined;
  rehearsalUntil?: string | null | undefined;
  brokenPolicyRules?: readonly string[] | undefined;
}

/** A mark on a key that deserves attention. */
export interface Mark {
  kind: 'unused' | 'expiring' | 'retiring' | 'replaced' | 'rehearsed' | 'broken';
  text: string;
}

const UNUSED_DAYS = 90;
const EXPIRING_DAYS = 14;
/** For this long a key without a use is new. */
const NEW_DAYS = 7;
/** How long a successor is in use before a silent key counts as replaced: a program may have several hosts. */
const REPLACED_AFTER_MS = 60 * 60 * 1000;

/** The marks of a key. Only active keys have any, as nothing has to be done about the others. */
export function marksOf(key: Key, now: Date): Mark[] {
  const { status, createdAt, lastUsedAt, expiresAt, successor, rehearsalUntil, brokenPolicyRules = [] } = key;
  if (status !== 'ACTIVE') return [];
  const marks: Mark[] = [];
  if (rehearsalUntil && new Date(rehearsalUntil) > now) {
    marks.push({ kind: 'rehearsed', text: `Rehearsed until ${clock(new Date(rehearsalUntil))}` });
  }
  // A retiring key that breaks the policy ends anyway.
  if (successor?.status === 'ACTIVE') return [...marks, markOfRetiring(key, now)];
  if (brokenPolicyRules.length > 0) marks.push({ kind: 'broken', text: 'Breaks the policy' });
  const idle = lastUsedAt ? daysBetween(new Date(lastUsedAt), now) : undefined;
  if (idle === undefined) {
    if (daysBetween(new Date(createdAt), now) >= NEW_DAYS) marks.push({ kind: 'unused', text: 'Never used' });
  } else if (idle >= UNUSED_DAYS) marks.push({ kind: 'unused', text: `Unused for ${idle} days` });
  const left = expiresAt ? daysBetween(now, new Date(expiresAt)) : undefined;
  if (left !== undefined && left <= EXPIRING_DAYS) {
    marks.push({ kind: 'expiring', text: `Expires ${dayName(left)}` });
  }
  return marks;
}

/** When a key with a successor retires, and who still uses it. */
function markOfRetiring({ lastUsedAt, expiresAt, successorUsedAt }: Key, now: Date): Mark {
  const replacedAt = successorUsedAt ? new Date(successorUsedAt) : undefined;
  if (
    replacedAt &&
    now.getTime() - replacedAt.getTime() >= REPLACED_AFTER_MS &&
    (!lastUsedAt || new Date(lastUsedAt) < replacedAt)
  ) {
    return { kind: 'replaced', text: 'Not used since its successor: safe to revoke' };
  }
  const use = lastUsedAt ? `last used ${relativeTime(new Date(lastUsedAt), now)}` : 'never used';
  return {
    kind: 'retiring',
    text: expiresAt ? `Retires ${moment(new Date(expiresAt), now)} · ${use}` : `Replaced · ${use}`,
  };
}

function moment(at: Date, now: Date): string {
  const days = daysBetween(now, at);
  return `${days <= 1 ? dayName(days) : shortDay(at)} ${clock(at)}`;
}

const clock = (at: Date) =>
  new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);

function dayName(days: number): string {
  if (days <= 0) return 'today';
  return days === 1 ? 'tomorrow' : `in ${days} days`;
}
