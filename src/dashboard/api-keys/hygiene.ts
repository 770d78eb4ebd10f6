import { daysBetween } from './expiry.ts';

/** The fields of a key that determine its marks. */
interface Key {
  status: string;
  lastUsedAt?: string | null | undefined;
  expiresAt?: string | null | undefined;
}

/** A mark on a key that deserves attention. */
export interface Mark {
  kind: 'unused' | 'expiring';
  text: string;
}

const UNUSED_DAYS = 90;
const EXPIRING_DAYS = 14;

/** The marks of a key. Only active keys have any, as nothing has to be done about the others. */
export function marksOf({ status, lastUsedAt, expiresAt }: Key, now: Date): Mark[] {
  if (status !== 'ACTIVE') return [];
  const marks: Mark[] = [];
  const idle = lastUsedAt ? daysBetween(new Date(lastUsedAt), now) : undefined;
  if (idle === undefined) marks.push({ kind: 'unused', text: 'Never used' });
  else if (idle >= UNUSED_DAYS) marks.push({ kind: 'unused', text: `Unused for ${idle} days` });
  const left = expiresAt ? daysBetween(now, new Date(expiresAt)) : undefined;
  if (left !== undefined && left <= EXPIRING_DAYS) {
    marks.push({ kind: 'expiring', text: `Expires ${dayName(left)}` });
  }
  return marks;
}

function dayName(days: number): string {
  if (days <= 0) return 'today';
  return days === 1 ? 'tomorrow' : `in ${days} days`;
}
